//! Prices that derive from those of another list: computed whenever a variant's prices are written, never when they are read.

use kernel::{Currency, Money, PriceListId};

use super::prices::Price;
use crate::price_lists::{Derivation, PriceList};

/// The price lists whose prices derive, with their currencies.
#[derive(Debug, Clone, Default)]
pub struct Derivations(Vec<(PriceListId, Currency, Derivation)>);

impl Derivations {
    /// Those of these lists.
    #[must_use]
    pub fn of(lists: &[PriceList]) -> Self {
        Self(lists.iter().filter_map(|list| Some((list.id, list.currency, list.derivation?))).collect())
    }

    /// True where the list derives its prices.
    #[must_use]
    pub fn has(&self, list: PriceListId) -> bool {
        self.0.iter().any(|(known, _, _)| *known == list)
    }

    /// All prices of a variant as they are to be, sorted: its own stay; a list that derives and has none of its own gets one for each price of the
    /// other list, for the same quantity and time; what was derived in a list that does so no more is the variant's own from now on. What would be
    /// more than any price may be is left out.
    #[must_use]
    pub fn derive(&self, prices: Vec<Price>) -> Vec<Price> {
        let mut all: Vec<Price> = prices.into_iter().filter(|price| !(price.derived && self.has(price.price_list_id))).collect();
        all.iter_mut().for_each(|price| price.derived = false);
        let is_free = |list: PriceListId| all.iter().all(|price| price.price_list_id != list);
        let derived = self.0.iter().filter(|(list, _, _)| is_free(*list)).flat_map(|(list, currency, rule)| {
            let of_base = all.iter().filter(|price| price.price_list_id == rule.base_id);
            of_base.filter_map(|price| derived(price, *list, *currency, rule)).collect::<Vec<_>>()
        });
        let derived: Vec<Price> = derived.collect();
        all.extend(derived);
        all.sort_by_key(Price::key);
        all
    }
}

fn derived(price: &Price, list: PriceListId, currency: Currency, rule: &Derivation) -> Option<Price> {
    let becomes = |money: Money| rule.of(money.minor()).map(|minor| Money::new(minor, currency));
    let compare_at = price.compare_at.and_then(becomes);
    Some(Price { price_list_id: list, amount: becomes(price.amount)?, compare_at, derived: true, ..*price })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange_rates::Factor;
    use crate::rounding::Rounding;

    fn half_of(base_id: PriceListId) -> Derivation {
        let factor = Factor { numerator: 1, denominator: 2, shift: 0 };
        Derivation { base_id, margin_ppm: 0, rounding: Rounding::None, factor }
    }

    fn price(price_list_id: PriceListId, min_quantity: i64, minor: i64, derived: bool) -> Price {
        let amount = Money::new(minor, Currency::USD);
        Price { price_list_id, min_quantity, amount, compare_at: None, starts_at: None, ends_at: None, derived }
    }

    fn lists() -> [PriceListId; 2] {
        // Sorted, for prices are.
        let mut lists = [PriceListId::generate(), PriceListId::generate()];
        lists.sort_unstable();
        lists
    }

    #[test]
    fn every_price_of_the_other_list_is_derived_and_again_the_same() {
        let [base, list] = lists();
        let known = Derivations(vec![(list, Currency::USD, half_of(base))]);
        let own =
            vec![Price { compare_at: Some(Money::new(1_500, Currency::USD)), ..price(base, 1, 1_000, false) }, price(base, 10, 801, false)];
        let compared = Price { compare_at: Some(Money::new(750, Currency::USD)), ..price(list, 1, 500, true) };
        let expected: Vec<Price> = own.iter().copied().chain([compared, price(list, 10, 401, true)]).collect();
        let derived = known.derive(own);
        assert_eq!(derived, expected);
        assert_eq!(known.derive(derived), expected);
    }

    #[test]
    fn a_price_of_its_own_stands_alone_until_it_is_gone() {
        let [base, list] = lists();
        let known = Derivations(vec![(list, Currency::USD, half_of(base))]);
        let own = vec![price(base, 1, 1_000, false), price(base, 10, 800, false), price(list, 1, 450, false)];
        assert_eq!(known.derive(own.clone()), own, "no step of the other list goes below it");
        let derived = known.derive(own[..2].to_vec());
        assert_eq!(derived[2..], [price(list, 1, 500, true), price(list, 10, 400, true)]);
        assert_eq!(known.derive(derived[2..].to_vec()), [], "without a price to derive from there is none");
    }

    #[test]
    fn what_was_derived_stays_as_its_own_where_the_list_derives_no_more() {
        let [base, list] = lists();
        let before = vec![price(base, 1, 1_000, false), price(list, 1, 500, true)];
        assert_eq!(Derivations::default().derive(before), [price(base, 1, 1_000, false), price(list, 1, 500, false)]);
    }
}
