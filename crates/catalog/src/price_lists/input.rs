//! Price lists as they come from outside.

use kernel::{ChannelId, Currency, CustomerGroupId, FieldErrors, PriceListId, Timestamp, parse_time, text};

use super::derivation::{DerivationInput, DerivationWish};
use super::model::{PriceList, PriceListTerms};

/// What fits into the programs that know a list by its code.
const MOST_CHARACTERS_OF_A_CODE: usize = 64;
/// The last place of all.
const LAST_PRIORITY: i64 = 1_000_000;
/// More than anybody names one by one.
const MOST_NAMED: usize = 200;

/// What may change, as it comes from outside; absent stays.
#[derive(Debug, Clone, Default)]
pub struct PriceListInput {
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// True where prices include tax.
    pub tax_included: Option<bool>,
    /// Whose prices it has.
    pub terms: PriceListTermsInput,
    /// From which list its prices derive; null: from none.
    pub derives_from: Option<Option<DerivationInput>>,
}

/// Terms as they come from outside; absent stays.
#[derive(Debug, Clone, Default)]
pub struct PriceListTermsInput {
    /// False while it is held back.
    pub active: Option<bool>,
    /// 0 to 1,000,000.
    pub priority: Option<i64>,
    /// Ids of channels; empty: all.
    pub channel_ids: Option<Vec<String>>,
    /// Ids of groups; empty: everybody.
    pub customer_group_ids: Option<Vec<String>>,
    /// It holds from then on (RFC 3339).
    pub starts_at: Option<Option<String>>,
    /// It holds no more from then on (RFC 3339).
    pub ends_at: Option<Option<String>>,
}

/// What is to change; absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceListChanges {
    name: Option<String>,
    pub(super) currency: Option<Currency>,
    tax_included: Option<bool>,
    terms: TermsChanges,
    pub(super) derives_from: Option<Option<DerivationWish>>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct TermsChanges {
    active: Option<bool>,
    priority: Option<i64>,
    channel_ids: Option<Vec<ChannelId>>,
    customer_group_ids: Option<Vec<CustomerGroupId>>,
    starts_at: Option<Option<Timestamp>>,
    ends_at: Option<Option<Timestamp>>,
}

impl TermsChanges {
    fn parse(input: PriceListTermsInput, errors: &mut FieldErrors) -> Self {
        Self {
            active: input.active,
            priority: errors.take_optional("priority", input.priority, parse_priority),
            channel_ids: input.channel_ids.map(|raw| parse_ids(errors, "channel_ids", &raw)),
            customer_group_ids: input.customer_group_ids.map(|raw| parse_ids(errors, "customer_group_ids", &raw)),
            starts_at: input.starts_at.map(|raw| errors.take_optional("starts_at", raw, |raw| parse_time(&raw))),
            ends_at: input.ends_at.map(|raw| errors.take_optional("ends_at", raw, |raw| parse_time(&raw))),
        }
    }

    fn apply(self, terms: PriceListTerms) -> Result<PriceListTerms, FieldErrors> {
        let terms = PriceListTerms {
            active: self.active.unwrap_or(terms.active),
            priority: self.priority.unwrap_or(terms.priority),
            channel_ids: self.channel_ids.map_or(terms.channel_ids, |ids| ids.into_iter().collect()),
            customer_group_ids: self.customer_group_ids.map_or(terms.customer_group_ids, |ids| ids.into_iter().collect()),
            starts_at: self.starts_at.unwrap_or(terms.starts_at),
            ends_at: self.ends_at.unwrap_or(terms.ends_at),
        };
        if terms.starts_at.zip(terms.ends_at).is_some_and(|(start, end)| end <= start) {
            return Err(FieldErrors::of("ends_at", "must be later than starts_at"));
        }
        Ok(terms)
    }
}

fn parse_priority(raw: i64) -> Result<i64, String> {
    if (0..=LAST_PRIORITY).contains(&raw) { Ok(raw) } else { Err(format!("must be between 0 and {LAST_PRIORITY}")) }
}

fn parse_ids<T: std::str::FromStr<Err: std::fmt::Display>>(errors: &mut FieldErrors, field: &str, raw: &[String]) -> Vec<T> {
    if raw.len() > MOST_NAMED {
        errors.add(field, format!("must be at most {MOST_NAMED}"));
    }
    let known = |(place, raw): (usize, &String)| errors.take(format!("{field}.{place}"), raw.parse::<T>());
    raw.iter().take(MOST_NAMED).enumerate().filter_map(known).collect()
}

impl PriceListChanges {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: PriceListInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take_optional("name", input.name, |raw| text(&raw, 255));
        let currency = errors.take_optional("currency", input.currency, |raw| raw.parse::<Currency>());
        let terms = TermsChanges::parse(input.terms, &mut errors);
        let derives_from = input.derives_from.map(|raw| raw.and_then(|raw| parse_derivation(raw, &mut errors)));
        errors.finish(|| Some(Self { name, currency, tax_included: input.tax_included, terms, derives_from }))
    }

    /// Another currency, and all else stays.
    #[must_use]
    pub fn to_currency(currency: Currency) -> Self {
        Self { currency: Some(currency), ..Self::default() }
    }

    /// The list with these changes, under its next version, but for what it derives from.
    ///
    /// # Errors
    /// `ends_at` where it does not follow what stays of `starts_at`.
    pub(super) fn apply(self, list: PriceList, now: Timestamp) -> Result<PriceList, FieldErrors> {
        Ok(PriceList {
            name: self.name.unwrap_or(list.name),
            currency: self.currency.unwrap_or(list.currency),
            tax_included: self.tax_included.unwrap_or(list.tax_included),
            terms: self.terms.apply(list.terms)?,
            version: list.version + 1,
            updated_at: now,
            ..list
        })
    }
}

/// A list that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatePriceList {
    code: String,
    name: String,
    currency: Currency,
    tax_included: bool,
    terms: PriceListTerms,
    pub(super) derives_from: Option<DerivationWish>,
}

/// A new list, as it comes from outside.
#[derive(Debug, Clone, Default)]
pub struct NewPriceListInput {
    /// Lower-case words joined by dashes, 1 to 64 characters, unique.
    pub code: String,
    /// 1 to 255 characters.
    pub name: String,
    /// ISO 4217 code.
    pub currency: String,
    /// True where prices include tax.
    pub tax_included: bool,
    /// Whose prices it has.
    pub terms: PriceListTermsInput,
    /// From which list its prices derive.
    pub derives_from: Option<DerivationInput>,
}

impl CreatePriceList {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: NewPriceListInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let code = errors.take("code", parse_code(&input.code));
        let name = errors.take("name", text(&input.name, 255));
        let currency = errors.take("currency", input.currency.parse::<Currency>());
        let terms = TermsChanges::parse(input.terms, &mut errors).apply(PriceListTerms::default());
        let terms = terms.map_err(|inner| errors.nest("", inner)).ok();
        let derives_from = input.derives_from.and_then(|raw| parse_derivation(raw, &mut errors));
        let tax_included = input.tax_included;
        errors.finish(|| Some(Self { code: code?, name: name?, currency: currency?, tax_included, terms: terms?, derives_from }))
    }

    pub(super) fn into_list(self, now: Timestamp) -> PriceList {
        PriceList {
            id: PriceListId::generate(),
            code: self.code,
            name: self.name,
            currency: self.currency,
            tax_included: self.tax_included,
            currency_fixed: false,
            terms: self.terms,
            derivation: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

fn parse_derivation(raw: DerivationInput, errors: &mut FieldErrors) -> Option<DerivationWish> {
    DerivationWish::parse(raw).map_err(|inner| errors.nest("derives_from", inner)).ok()
}

fn parse_code(raw: &str) -> Result<String, &'static str> {
    let code = kernel::Slug::parse(raw).ok().filter(|code| code.as_str().len() <= MOST_CHARACTERS_OF_A_CODE);
    code.map(|code| code.as_str().to_owned()).ok_or("must be lower-case words joined by dashes, 1 to 64 characters")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::price_lists::PriceListTerms;

    fn dollars() -> PriceList {
        let now = Timestamp::default();
        PriceList {
            id: PriceListId::generate(),
            code: PriceList::DEFAULT_CODE.to_owned(),
            name: "Prices".to_owned(),
            currency: Currency::USD,
            tax_included: false,
            currency_fixed: false,
            terms: PriceListTerms::default(),
            derivation: None,
            version: 3,
            created_at: now,
            updated_at: now,
        }
    }

    #[test]
    fn only_what_is_given_changes_under_the_next_version() {
        let (old, later) = (dollars(), Timestamp::default() + chrono::TimeDelta::hours(1));
        let next = PriceList { version: 4, updated_at: later, ..old.clone() };
        assert_eq!(PriceListChanges::default().apply(old.clone(), later), Ok(next.clone()));
        let in_euros = PriceList { currency: Currency::EUR, ..next.clone() };
        assert_eq!(PriceListChanges::to_currency(Currency::EUR).apply(old.clone(), later), Ok(in_euros.clone()));
        let input = PriceListInput {
            name: Some(" Europe ".to_owned()),
            currency: Some("EUR".to_owned()),
            tax_included: Some(true),
            ..PriceListInput::default()
        };
        let europe = PriceList { name: "Europe".to_owned(), tax_included: true, ..in_euros };
        assert_eq!(PriceListChanges::parse(input).and_then(|changes| changes.apply(old, later)), Ok(europe));
    }

    #[test]
    fn a_window_that_ends_before_it_begins_is_refused() {
        let terms = PriceListTermsInput { ends_at: Some(Some("1969-01-01T00:00:00Z".to_owned())), ..PriceListTermsInput::default() };
        let changes = PriceListChanges::parse(PriceListInput { terms, ..PriceListInput::default() }).expect("read");
        let old = dollars();
        let started = PriceListTerms { starts_at: Some(Timestamp::default()), ..PriceListTerms::default() };
        assert!(changes.clone().apply(old.clone(), Timestamp::default()).is_ok());
        assert!(changes.apply(PriceList { terms: started, ..old }, Timestamp::default()).is_err());
    }

    #[test]
    fn a_list_is_for_its_channels_groups_and_times() {
        let (channel, group, now) = (ChannelId::generate(), CustomerGroupId::generate(), Timestamp::default());
        let terms = PriceListTerms { channel_ids: [channel].into(), customer_group_ids: [group].into(), ..PriceListTerms::default() };
        assert!(terms.hold(channel, now) && !terms.hold(ChannelId::generate(), now));
        assert!(terms.are_for(&[group].into()) && !terms.are_for(&BTreeSet::new()));
        assert!(!PriceListTerms { active: false, ..terms.clone() }.hold(channel, now));
        assert!(!PriceListTerms { ends_at: Some(now), ..terms.clone() }.hold(channel, now));
        assert!(PriceListTerms { starts_at: Some(now), ..terms }.hold(channel, now));
    }

    #[test]
    fn every_bad_field_is_named() {
        let input = PriceListInput {
            name: Some(String::new()),
            currency: Some("XXX".to_owned()),
            tax_included: None,
            terms: PriceListTermsInput {
                priority: Some(-1),
                channel_ids: Some(vec!["promo_1".to_owned()]),
                customer_group_ids: Some(vec![String::new()]),
                starts_at: Some(Some("soon".to_owned())),
                ..PriceListTermsInput::default()
            },
            derives_from: Some(Some(DerivationInput::default())),
        };
        let fields: Vec<String> = PriceListChanges::parse(input).expect_err("refused").into_map().into_keys().collect();
        assert_eq!(
            fields,
            ["channel_ids.0", "currency", "customer_group_ids.0", "derives_from.price_list_id", "name", "priority", "starts_at"]
        );
    }
}
