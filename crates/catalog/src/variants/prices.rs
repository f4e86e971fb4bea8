//! Prices: of a price list, from a quantity on, within a time.

use std::collections::HashMap;

use kernel::{Currency, FieldErrors, Money, MoneyError, PriceListId, Quantity, Timestamp, parse_time};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::derivations::Derivations;
use super::sellable::{DatedPrice, PriceStep};
use crate::price_lists::PriceList;

/// An amount as it comes from outside.
#[derive(Debug, Clone, Default)]
pub struct MoneyInput {
    /// In minor units.
    pub amount: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// A price as it comes from outside.
#[derive(Debug, Clone, Default)]
pub struct PriceInput {
    /// The price list; absent: that of the default channel.
    pub price_list_id: Option<String>,
    /// From this quantity on; absent: 1.
    pub min_quantity: Option<i64>,
    /// What one piece costs.
    pub amount: MoneyInput,
    /// What it is compared with.
    pub compare_at: Option<MoneyInput>,
    /// It holds from then on (RFC 3339).
    pub starts_at: Option<String>,
    /// It holds no more from then on (RFC 3339).
    pub ends_at: Option<String>,
    /// True where it comes back as it was read: it is computed anew, and is not the variant's own.
    pub derived: bool,
}

/// What one piece of a variant costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Price {
    /// The price list.
    pub price_list_id: PriceListId,
    /// From this quantity on.
    pub min_quantity: i64,
    /// What one piece costs.
    #[serde(serialize_with = "as_amount")]
    pub amount: Money,
    /// What it is compared with.
    #[serde(serialize_with = "as_optional_amount")]
    pub compare_at: Option<Money>,
    /// It holds from then on.
    pub starts_at: Option<Timestamp>,
    /// It holds no more from then on.
    pub ends_at: Option<Timestamp>,
    /// True where it is computed from a price of another list; else it is the variant's own.
    pub derived: bool,
}

impl Price {
    /// The price of one piece, whenever no other holds.
    #[must_use]
    pub const fn is_plain(&self) -> bool {
        self.min_quantity == 1 && self.starts_at.is_none() && self.ends_at.is_none()
    }

    /// What no two prices of a variant share: the unique keys of the table.
    pub(super) fn key(&self) -> (PriceListId, i64, Option<Timestamp>, Option<Timestamp>) {
        let ends_at = if self.starts_at.is_some() { None } else { self.ends_at };
        (self.price_list_id, self.min_quantity, self.starts_at, ends_at)
    }

    /// The price as carts look at it.
    #[must_use]
    pub const fn dated(&self) -> DatedPrice {
        let step = PriceStep { min_quantity: self.min_quantity, amount: self.amount, compare_at: self.compare_at };
        DatedPrice { step, starts_at: self.starts_at, ends_at: self.ends_at }
    }
}

fn as_amount<S: Serializer>(money: &Money, serializer: S) -> Result<S::Ok, S::Error> {
    let mut fields = serializer.serialize_struct("Money", 2)?;
    fields.serialize_field("amount", &money.minor())?;
    fields.serialize_field("currency", &money.currency())?;
    fields.end()
}

/// As amounts are written in diffs: `{"amount": 1999, "currency": "USD"}`.
#[expect(clippy::ref_option, reason = "serde hands a field over by reference")]
pub(super) fn as_optional_amount<S: Serializer>(money: &Option<Money>, serializer: S) -> Result<S::Ok, S::Error> {
    match money {
        Some(money) => as_amount(money, serializer),
        None => serializer.serialize_none(),
    }
}

/// The price lists that prices may name, and the one they are in when they name none.
#[derive(Debug, Clone)]
pub struct KnownPriceLists {
    /// The list of the default channel.
    pub default: PriceListId,
    /// The currency of each list.
    pub currencies: HashMap<PriceListId, Currency>,
    /// Which of them derive their prices.
    pub derivations: Derivations,
}

impl KnownPriceLists {
    /// All of these.
    #[must_use]
    pub fn of(default: PriceListId, lists: &[PriceList]) -> Self {
        let currencies = lists.iter().map(|list| (list.id, list.currency)).collect();
        Self { default, currencies, derivations: Derivations::of(lists) }
    }

    fn check(&self, field: &str, list: PriceListId, money: Money) -> Result<(), FieldErrors> {
        match self.currencies.get(&list) {
            Some(currency) if *currency == money.currency() => Ok(()),
            Some(currency) => Err(FieldErrors::of(format!("{field}.currency"), format!("must be {currency}, as the price list"))),
            None => Err(FieldErrors::of("price_list_id", "unknown price list")),
        }
    }
}

/// A parsed price whose list and currency are not checked yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PriceDraft {
    price_list_id: Option<PriceListId>,
    min_quantity: i64,
    amount: Money,
    compare_at: Option<Money>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    derived: bool,
}

/// What is to become of the prices of a variant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PriceChanges {
    /// The plain price of the default list; `Some(None)` takes it away.
    pub(super) plain: Option<Option<Money>>,
    /// What the plain price is compared with.
    pub(super) compare_at: Option<Option<Money>>,
    /// All prices anew.
    pub(super) all: Option<Vec<PriceDraft>>,
}

/// More steps and times than a price list is read by people. What is derived comes beside.
const MOST_PRICES: usize = 100;

/// Reads a price: not negative, in a known currency.
pub(crate) fn parse_money(input: MoneyInput) -> Result<Money, FieldErrors> {
    let currency: Currency = input.currency.parse().map_err(|error| FieldErrors::of("currency", error))?;
    Money::price(input.amount, currency)
        .map_err(|_: MoneyError| FieldErrors::of("amount", format!("must be between 0 and {}", Money::MAX_MINOR)))
}

pub(super) fn parse_prices(raw: Vec<PriceInput>) -> Result<Vec<PriceDraft>, FieldErrors> {
    let mut errors = FieldErrors::new();
    if raw.iter().filter(|input| !input.derived).count() > MOST_PRICES {
        errors.add("", format!("must be at most {MOST_PRICES} prices"));
    }
    let mut prices = Vec::new();
    for (place, input) in raw.into_iter().enumerate() {
        match parse_price(input) {
            Ok(price) => prices.push(price),
            Err(inner) => errors.nest(&place.to_string(), inner),
        }
    }
    errors.finish(|| Some(prices))
}

fn parse_price(input: PriceInput) -> Result<PriceDraft, FieldErrors> {
    let mut errors = FieldErrors::new();
    let unknown = |_| "unknown price list";
    let price_list_id = errors.take_optional("price_list_id", input.price_list_id, |raw| raw.parse().map_err(unknown));
    let min_quantity = errors.take("min_quantity", Quantity::try_from(input.min_quantity.unwrap_or(1)));
    let amount = parse_money(input.amount).map_err(|inner| errors.nest("amount", inner)).ok();
    let compare_at = input.compare_at.and_then(|raw| parse_money(raw).map_err(|inner| errors.nest("compare_at", inner)).ok());
    let starts_at = errors.take_optional("starts_at", input.starts_at, |raw| parse_time(&raw));
    let ends_at = errors.take_optional("ends_at", input.ends_at, |raw| parse_time(&raw));
    if starts_at.zip(ends_at).is_some_and(|(start, end)| end <= start) {
        errors.add("ends_at", "must be after starts_at");
    }
    let draft = min_quantity.zip(amount).map(|(min_quantity, amount)| PriceDraft {
        price_list_id,
        min_quantity: min_quantity.into(),
        amount,
        compare_at,
        starts_at,
        ends_at,
        derived: input.derived,
    });
    errors.finish(|| draft)
}

impl PriceChanges {
    pub(super) const fn are_some(&self) -> bool {
        self.plain.is_some() || self.compare_at.is_some() || self.all.is_some()
    }

    /// The prices with these changes, those that derive computed anew, sorted. Where nothing is asked for they stay as they are.
    ///
    /// # Errors
    /// Unknown lists, other currencies than the lists', two prices for one quantity and time.
    pub(super) fn apply_to(self, prices: Vec<Price>, known: &KnownPriceLists) -> Result<Vec<Price>, FieldErrors> {
        if !self.are_some() {
            return Ok(prices);
        }
        let mut prices = match self.all {
            Some(drafts) => all_anew(&drafts, known)?,
            None => prices,
        };
        change_plain(&mut prices, self.plain, self.compare_at, known)?;
        Ok(known.derivations.derive(prices))
    }
}

fn all_anew(drafts: &[PriceDraft], known: &KnownPriceLists) -> Result<Vec<Price>, FieldErrors> {
    let mut errors = FieldErrors::new();
    let mut prices: Vec<Price> = Vec::new();
    for (place, draft) in drafts.iter().enumerate() {
        let PriceDraft { min_quantity, amount, compare_at, starts_at, ends_at, .. } = *draft;
        let price_list_id = draft.price_list_id.unwrap_or(known.default);
        let price = Price { price_list_id, min_quantity, amount, compare_at, starts_at, ends_at, derived: false };
        if draft.derived {
            // Dropped where nothing would bring it back, it would be lost.
            if !known.derivations.has(price_list_id) {
                errors.add(format!("prices.{place}.derived"), "cannot be: the price list derives no prices");
            }
            continue;
        }
        let checked = known
            .check("amount", price_list_id, amount)
            .and_then(|()| compare_at.map_or(Ok(()), |compare_at| known.check("compare_at", price_list_id, compare_at)));
        match checked {
            Ok(()) if prices.iter().any(|other| other.key() == price.key()) => {
                errors.add(format!("prices.{place}"), "is for the same price list, quantity and time as another price");
            }
            Ok(()) => prices.push(price),
            Err(inner) => errors.nest(&format!("prices.{place}"), inner),
        }
    }
    errors.finish(|| Some(prices))
}

fn change_plain(
    prices: &mut Vec<Price>,
    plain: Option<Option<Money>>,
    compare_at: Option<Option<Money>>,
    known: &KnownPriceLists,
) -> Result<(), FieldErrors> {
    let is_plain = |price: &Price| price.price_list_id == known.default && price.is_plain();
    let before = prices.iter().copied().find(is_plain);
    if plain.is_none() && compare_at.is_none() {
        return Ok(());
    }
    let amount = plain.unwrap_or(before.map(|price| price.amount));
    // A price that is taken away takes along what it was compared with.
    let kept = before.filter(|_| amount.is_some()).and_then(|price| price.compare_at);
    let compare_at = compare_at.unwrap_or(kept);
    if let Some(money) = amount {
        known.check("price", known.default, money)?;
    }
    if let Some(money) = compare_at {
        known.check("compare_at_price", known.default, money)?;
    }
    prices.retain(|price| !is_plain(price));
    match amount {
        Some(amount) => {
            let price_list_id = known.default;
            prices.push(Price { price_list_id, min_quantity: 1, amount, compare_at, starts_at: None, ends_at: None, derived: false });
        }
        None if compare_at.is_some() => return Err(FieldErrors::of("compare_at_price", "needs a price")),
        None => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> KnownPriceLists {
        let default = PriceListId::generate();
        KnownPriceLists { default, currencies: HashMap::from([(default, Currency::USD)]), derivations: Derivations::default() }
    }

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn fields(refused: Result<Vec<Price>, FieldErrors>) -> Vec<String> {
        refused.expect_err("refused").into_map().into_keys().collect()
    }

    fn input(minor: i64, currency: &str) -> PriceInput {
        PriceInput { amount: MoneyInput { amount: minor, currency: currency.to_owned() }, ..PriceInput::default() }
    }

    #[test]
    fn the_plain_price_changes_alone() {
        let known = known();
        let step = PriceChanges {
            all: parse_prices(vec![PriceInput { min_quantity: Some(10), ..input(800, "USD") }]).ok(),
            ..PriceChanges::default()
        };
        let prices = step.apply_to(vec![], &known).expect("a step");
        let plain = PriceChanges { plain: Some(Some(usd(1_000))), compare_at: Some(Some(usd(1_200))), all: None };
        let prices = plain.apply_to(prices, &known).expect("two prices");
        assert_eq!(prices.iter().map(|price| price.amount.minor()).collect::<Vec<_>>(), [1_000, 800]);
        let cheaper = PriceChanges { plain: Some(Some(usd(900))), ..PriceChanges::default() };
        let prices = cheaper.apply_to(prices, &known).expect("two prices");
        assert_eq!(prices.first().map(|price| (price.amount, price.compare_at)), Some((usd(900), Some(usd(1_200)))));
        let gone = PriceChanges { plain: Some(None), ..PriceChanges::default() };
        assert_eq!(gone.apply_to(prices, &known).map(|prices| prices.len()), Ok(1));
    }

    #[test]
    fn a_price_is_in_the_currency_of_its_list() {
        let known = known();
        let euro = PriceChanges { plain: Some(Some(Money::new(1, Currency::EUR))), ..PriceChanges::default() };
        assert_eq!(fields(euro.apply_to(vec![], &known)), ["price.currency"]);
        let all = |inputs| PriceChanges { all: parse_prices(inputs).ok(), ..PriceChanges::default() };
        assert_eq!(fields(all(vec![input(1, "EUR")]).apply_to(vec![], &known)), ["prices.0.amount.currency"]);
        assert_eq!(fields(all(vec![input(1, "USD"), input(2, "USD")]).apply_to(vec![], &known)), ["prices.1"]);
        let elsewhere = PriceInput { price_list_id: Some(PriceListId::generate().to_string()), ..input(1, "USD") };
        assert_eq!(fields(all(vec![elsewhere]).apply_to(vec![], &known)), ["prices.0.price_list_id"]);
        let alone = PriceChanges { compare_at: Some(Some(usd(1))), ..PriceChanges::default() };
        assert_eq!(fields(alone.apply_to(vec![], &known)), ["compare_at_price"]);
    }

    #[test]
    fn a_price_that_cannot_be_is_refused_by_field() {
        let wrong = PriceInput {
            min_quantity: Some(0),
            starts_at: Some("2026-01-02T00:00:00Z".to_owned()),
            ends_at: Some("2026-01-01T23:00:00-01:00".to_owned()),
            ..input(-1, "USD")
        };
        let refused = parse_prices(vec![wrong]).expect_err("refused").into_map();
        assert_eq!(refused.into_keys().collect::<Vec<_>>(), ["0.amount.amount", "0.ends_at", "0.min_quantity"]);
    }
}
