//! What cart and checkout need to know of a variant: whether it is sold, at what price, and how it travels.

use std::collections::BTreeSet;

use kernel::{Currency, CustomerGroupId, Money, PriceListId, ProductId, Quantity, Timestamp, VariantId};

use super::model::VariantKind;
use crate::channels::Channel;
use crate::price_lists::{PriceList, SpecialPriceLists};

/// A price from so many pieces on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceStep {
    /// From this quantity on.
    pub min_quantity: i64,
    /// What one piece costs.
    pub amount: Money,
    /// What it is compared with: the struck-through price.
    pub compare_at: Option<Money>,
}

/// A variant as cart and checkout see it, with the prices that somebody has at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Sellable {
    /// The variant.
    pub variant_id: VariantId,
    /// Its product.
    pub product_id: ProductId,
    /// The product's title.
    pub product_title: String,
    /// The product's slug.
    pub product_slug: String,
    /// The values of its options (`Red / L`); empty where the product has no options.
    pub variant_title: String,
    /// Stock keeping unit.
    pub sku: Option<String>,
    /// `{"Color": "Red"}`, in the order of the product's options.
    pub options: serde_json::Value,
    /// What kind of thing it is.
    pub kind: VariantKind,
    /// True where it needs an address.
    pub requires_shipping: bool,
    /// True where its stock is counted.
    pub tracked: bool,
    /// Which tax rates apply.
    pub tax_class: String,
    /// Weight of one piece.
    pub weight_grams: Option<i64>,
    /// True while it can be put into a cart: an active product, a variant that is not archived and not sold elsewhere.
    pub live: bool,
    /// The prices of each list that has some, the list that goes first first; one price per quantity step, by rising quantity.
    pub prices: Vec<Vec<PriceStep>>,
}

/// Whose prices are asked for, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceSource {
    /// The currency of all lists.
    pub currency: Currency,
    /// The lists; the first that has a price for a quantity has the say.
    pub lists: Vec<PriceListId>,
    /// The lists that had prices before or have them now, and when what is in them holds.
    pub past: Vec<PastList>,
    /// The moment.
    pub now: Timestamp,
}

/// A list that had prices for whoever asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastList {
    /// The list.
    pub id: PriceListId,
    /// False where what is in it holds no more: only what is remembered of it counts.
    pub active: bool,
    /// What is in it holds from then on.
    pub from: Option<Timestamp>,
    /// What is in it holds no more from then on.
    pub until: Option<Timestamp>,
}

impl PriceSource {
    /// The prices that everybody has in a channel.
    #[must_use]
    pub fn of_channel(channel: &Channel, now: Timestamp) -> Self {
        let own = PastList { id: channel.price_list_id, active: true, from: None, until: None };
        Self { currency: channel.currency, lists: vec![channel.price_list_id], past: vec![own], now }
    }

    /// The same, with those of lists before them that hold in the channel for whoever belongs to one of these groups. Prices in another
    /// currency, or with tax where the channel's are without, are none of the channel's.
    #[must_use]
    pub fn of_groups(channel: &Channel, special: &SpecialPriceLists, groups: &BTreeSet<CustomerGroupId>, now: Timestamp) -> Self {
        let is_theirs = |list: &&PriceList| {
            let is_comparable = list.currency == channel.currency && list.tax_included == channel.prices_include_tax;
            is_comparable && list.terms.are_for(groups) && list.terms.are_of(channel.id)
        };
        let own = Self::of_channel(channel, now);
        let holding = special.holding_in(channel.id, now).filter(is_theirs).map(|list| list.id);
        let past = special.iter().filter(is_theirs).map(|list| PastList {
            id: list.id,
            active: list.terms.active,
            from: list.terms.starts_at,
            until: list.terms.ends_at,
        });
        Self { lists: holding.chain(own.lists).collect(), past: past.chain(own.past).collect(), ..own }
    }
}

impl Sellable {
    /// What one piece costs when so many are bought; nothing where no price list has a price for that.
    #[must_use]
    pub fn unit_price(&self, quantity: Quantity) -> Option<Money> {
        self.prices.iter().find_map(|steps| step_for(steps, i64::from(quantity))).map(|step| step.amount)
    }
}

impl Sellable {
    /// From how many pieces on one costs what, by rising quantity: the steps of all lists, each where its list has the say.
    #[must_use]
    pub fn steps(&self) -> Vec<PriceStep> {
        let mut from: Vec<i64> = self.prices.iter().flatten().map(|step| step.min_quantity).collect();
        from.sort_unstable();
        from.dedup();
        let at = |quantity: i64| {
            let step = self.prices.iter().find_map(|steps| step_for(steps, quantity))?;
            Some(PriceStep { min_quantity: quantity, ..*step })
        };
        let mut steps: Vec<PriceStep> = from.into_iter().filter_map(at).collect();
        steps.dedup_by(|later, earlier| (later.amount, later.compare_at) == (earlier.amount, earlier.compare_at));
        steps
    }
}

/// The step with the highest `min_quantity` that the quantity reaches.
fn step_for(steps: &[PriceStep], quantity: i64) -> Option<&PriceStep> {
    steps.iter().filter(|step| step.min_quantity <= quantity).max_by_key(|step| step.min_quantity)
}

/// A price with the time in which it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatedPrice {
    /// The price.
    pub step: PriceStep,
    /// It holds from then on.
    pub starts_at: Option<Timestamp>,
    /// It holds no more from then on.
    pub ends_at: Option<Timestamp>,
}

impl DatedPrice {
    /// True while it holds.
    #[must_use]
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.starts_at.is_none_or(|start| start <= now) && self.ends_at.is_none_or(|end| now < end)
    }

    /// A price with a window beats one without; of two windows the one that began last, then the one that ends first.
    fn beats(&self, other: &Self) -> bool {
        let rank = |price: &Self| {
            let windowed = price.starts_at.is_some() || price.ends_at.is_some();
            (windowed, price.starts_at, std::cmp::Reverse(price.ends_at.unwrap_or(Timestamp::MAX_UTC)))
        };
        rank(self) > rank(other)
    }
}

/// The prices that hold at a moment: one per quantity step, by rising quantity.
#[must_use]
pub fn steps_at(prices: &[DatedPrice], now: Timestamp) -> Vec<PriceStep> {
    let mut winners: Vec<DatedPrice> = Vec::new();
    for price in prices.iter().filter(|price| price.holds_at(now)) {
        match winners.iter_mut().find(|winner| winner.step.min_quantity == price.step.min_quantity) {
            Some(winner) if price.beats(winner) => *winner = *price,
            Some(_) => {}
            None => winners.push(*price),
        }
    }
    winners.sort_by_key(|price| price.step.min_quantity);
    winners.into_iter().map(|price| price.step).collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use kernel::{Clock, Currency, SystemClock};

    use super::*;

    fn price(min_quantity: i64, minor: i64, starts_at: Option<Timestamp>, ends_at: Option<Timestamp>) -> DatedPrice {
        let step = PriceStep { min_quantity, amount: Money::new(minor, Currency::USD), compare_at: None };
        DatedPrice { step, starts_at, ends_at }
    }

    fn amount(prices: &[DatedPrice], now: Timestamp, quantity: i64) -> Option<i64> {
        step_for(&steps_at(prices, now), quantity).map(|step| step.amount.minor())
    }

    #[test]
    fn the_highest_step_that_is_reached_counts() {
        let now = SystemClock.now();
        let prices = [price(1, 1_000, None, None), price(10, 800, None, None)];
        assert_eq!(amount(&prices, now, 1), Some(1_000));
        assert_eq!(amount(&prices, now, 9), Some(1_000));
        assert_eq!(amount(&prices, now, 10), Some(800));
        assert_eq!(amount(&prices[1..], now, 9), None);
    }

    #[test]
    fn a_windowed_price_beats_the_price_of_always_while_it_holds() {
        let now = SystemClock.now();
        let (start, end) = (now + TimeDelta::hours(1), now + TimeDelta::hours(2));
        let later = price(1, 600, Some(start + TimeDelta::minutes(30)), None);
        let prices = [price(1, 700, Some(start), Some(end)), price(1, 1_000, None, None), later];
        let at = |minutes| amount(&prices, now + TimeDelta::minutes(minutes), 1);
        assert_eq!([at(0), at(60), at(89), at(90), at(119), at(120)], [1_000, 700, 700, 600, 600, 600].map(Some));
    }

    #[test]
    fn a_window_ends_at_its_end_and_not_after() {
        let now = SystemClock.now();
        let until = price(1, 700, None, Some(now));
        assert_eq!(amount(&[until], now, 1), None);
        assert_eq!(amount(&[until], now - TimeDelta::microseconds(1), 1), Some(700));
    }
}
