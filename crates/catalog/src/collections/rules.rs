//! The rules of a collection: conditions on products, each of which an index of the product list answers.

use kernel::{CategoryId, FieldErrors, tag, text, text_enum};
use serde::{Deserialize, Serialize};

/// More conditions than people overlook.
const MOST_CONDITIONS: usize = 20;
/// More values than one condition needs; each is a range of an index.
const MOST_VALUES: usize = 20;
/// The highest price of a variant.
const HIGHEST_PRICE: i64 = 1_000_000_000_000;
/// Ten years: whatever is older is not new.
const MOST_DAYS: i64 = 3_650;

text_enum! {
    /// Whether a product has to meet every condition or one.
    pub enum Match {
        /// Every one.
        All = "all",
        /// One is enough.
        Any = "any",
    }
}

text_enum! {
    /// What a condition looks at.
    pub enum ConditionField {
        /// Its tags.
        Tag = "tag",
        /// The categories that it lies in or under.
        Category = "category",
        /// Its maker or vendor.
        Brand = "brand",
        /// What its cheapest variant costs, in minor units of the default channel's currency.
        Price = "price",
        /// Whether a variant costs less than before.
        OnSale = "on_sale",
        /// Whether a variant can be bought now.
        InStock = "in_stock",
        /// When it was made.
        CreatedAt = "created_at",
    }
}

text_enum! {
    /// How a condition compares.
    pub enum ConditionOp {
        /// This.
        Is = "is",
        /// One of these.
        OneOf = "one_of",
        /// This or more.
        AtLeast = "at_least",
        /// This or less.
        AtMost = "at_most",
        /// In the last so many days.
        WithinDays = "within_days",
    }
}

/// What a condition compares with, as it comes from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ConditionValue {
    /// Yes or no.
    Flag(bool),
    /// An amount or a number of days.
    Whole(i64),
    /// A tag, a brand or the id of a category.
    Text(String),
    /// Several of them.
    Texts(Vec<String>),
}

/// A condition as it comes from outside and as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionInput {
    /// What it looks at.
    pub field: String,
    /// How it compares.
    pub op: String,
    /// What it compares with.
    pub value: ConditionValue,
}

/// Rules as they come from outside and as they are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RulesInput {
    /// `all` or `any`.
    #[serde(rename = "match")]
    pub matches: String,
    /// 1 to 20.
    pub conditions: Vec<ConditionInput>,
}

/// What has to hold of a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// It has one of these tags, compared folded.
    Tags(Vec<String>),
    /// It lies in one of these categories, or under one. A category that is gone has no products.
    Categories(Vec<CategoryId>),
    /// It is of one of these brands, compared folded.
    Brands(Vec<String>),
    /// Its cheapest variant costs this or more, in minor units.
    PriceAtLeast(i64),
    /// Its cheapest variant costs this or less, in minor units.
    PriceAtMost(i64),
    /// One of its variants costs less than before.
    OnSale,
    /// Some variant can be bought now, or none can.
    InStock(bool),
    /// It was made in the last so many days.
    CreatedWithinDays(i64),
}

impl Condition {
    /// True where an index has the products of which it holds in each order of the list, so that several can be merged.
    const fn can_be_one_of_several(&self) -> bool {
        match self {
            Self::Tags(_) | Self::Categories(_) | Self::Brands(_) | Self::OnSale => true,
            Self::PriceAtLeast(_) | Self::PriceAtMost(_) | Self::InStock(_) | Self::CreatedWithinDays(_) => false,
        }
    }

    fn parse(input: ConditionInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let field = errors.take("field", input.field.parse::<ConditionField>());
        let op = errors.take("op", input.op.parse::<ConditionOp>());
        let (Some(field), Some(op)) = (field, op) else { return Err(errors) };
        let value = input.value;
        match (field, op) {
            (ConditionField::Tag, ConditionOp::Is | ConditionOp::OneOf) => several(op, value, tag).map(Self::Tags),
            (ConditionField::Brand, ConditionOp::Is | ConditionOp::OneOf) => several(op, value, |raw| text(raw, 255)).map(Self::Brands),
            (ConditionField::Category, ConditionOp::Is | ConditionOp::OneOf) => {
                several(op, value, |raw| raw.parse::<CategoryId>()).map(Self::Categories)
            }
            (ConditionField::Price, ConditionOp::AtLeast) => whole(&value, 0, HIGHEST_PRICE).map(Self::PriceAtLeast),
            (ConditionField::Price, ConditionOp::AtMost) => whole(&value, 0, HIGHEST_PRICE).map(Self::PriceAtMost),
            (ConditionField::CreatedAt, ConditionOp::WithinDays) => whole(&value, 1, MOST_DAYS).map(Self::CreatedWithinDays),
            (ConditionField::OnSale, ConditionOp::Is) => match value {
                ConditionValue::Flag(true) => Ok(Self::OnSale),
                _ => Err(FieldErrors::of("value", "must be true")),
            },
            (ConditionField::InStock, ConditionOp::Is) => match value {
                ConditionValue::Flag(flag) => Ok(Self::InStock(flag)),
                _ => Err(FieldErrors::of("value", "must be true or false")),
            },
            (field, _) => Err(FieldErrors::of("op", format!("must be {} here", field.ops()))),
        }
    }
}

impl ConditionField {
    /// How it can be compared.
    const fn ops(self) -> &'static str {
        match self {
            Self::Tag | Self::Category | Self::Brand => "is or one_of",
            Self::Price => "at_least or at_most",
            Self::OnSale | Self::InStock => "is",
            Self::CreatedAt => "within_days",
        }
    }
}

fn several<T, E: std::fmt::Display>(
    op: ConditionOp,
    value: ConditionValue,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Vec<T>, FieldErrors> {
    let raw = match (op, value) {
        (ConditionOp::Is, ConditionValue::Text(raw)) => {
            return parse(&raw).map(|one| vec![one]).map_err(|error| FieldErrors::of("value", error));
        }
        (ConditionOp::OneOf, ConditionValue::Texts(raw)) => raw,
        (ConditionOp::OneOf, _) => return Err(FieldErrors::of("value", "must be a list of texts")),
        _ => return Err(FieldErrors::of("value", "must be a text")),
    };
    let mut errors = FieldErrors::new();
    if !(1..=MOST_VALUES).contains(&raw.len()) {
        errors.add("value", format!("must be 1 to {MOST_VALUES} texts"));
    }
    let parsed = raw.iter().take(MOST_VALUES).enumerate().filter_map(|(place, raw)| errors.take(format!("value.{place}"), parse(raw)));
    let parsed = parsed.collect();
    errors.finish(|| Some(parsed))
}

fn whole(value: &ConditionValue, least: i64, most: i64) -> Result<i64, FieldErrors> {
    match value {
        ConditionValue::Whole(number) if (least..=most).contains(number) => Ok(*number),
        _ => Err(FieldErrors::of("value", format!("must be a whole number between {least} and {most}"))),
    }
}

/// Which products are in a collection. Only parsed input and rows become one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    matches: Match,
    conditions: Vec<Condition>,
}

impl Rules {
    /// Reads rules. Where one condition is enough, each has to be one that an index has in every order of the list: tags, categories, brands
    /// and `on_sale`.
    ///
    /// # Errors
    /// Every member that is refused.
    pub fn parse(input: RulesInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let matches = errors.take("match", input.matches.parse::<Match>());
        if !(1..=MOST_CONDITIONS).contains(&input.conditions.len()) {
            errors.add("conditions", format!("must be 1 to {MOST_CONDITIONS} conditions"));
        }
        let mut conditions = Vec::new();
        for (place, input) in input.conditions.into_iter().take(MOST_CONDITIONS).enumerate() {
            match Condition::parse(input) {
                Ok(condition) if matches == Some(Match::Any) && !condition.can_be_one_of_several() => {
                    errors.add(format!("conditions.{place}.field"), "must be tag, category, brand or on_sale where match is any");
                }
                Ok(condition) => conditions.push(condition),
                Err(inner) => errors.nest(&format!("conditions.{place}"), inner),
            }
        }
        errors.finish(|| Some(Self { matches: matches?, conditions }))
    }

    /// Whether every condition has to hold or one.
    #[must_use]
    pub const fn matches(&self) -> Match {
        self.matches
    }

    /// The conditions, at least one.
    #[must_use]
    pub fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// The categories that they name, each with the place of its condition.
    pub fn categories(&self) -> impl Iterator<Item = (usize, CategoryId)> {
        let named = self.conditions.iter().enumerate().filter_map(|(place, condition)| match condition {
            Condition::Categories(ids) => Some(ids.iter().map(move |id| (place, *id))),
            _ => None,
        });
        named.flatten()
    }
}

impl From<&Condition> for ConditionInput {
    fn from(condition: &Condition) -> Self {
        let texts = |mut all: Vec<String>| match all.pop() {
            Some(one) if all.is_empty() => (ConditionOp::Is, ConditionValue::Text(one)),
            last => (ConditionOp::OneOf, ConditionValue::Texts(all.into_iter().chain(last).collect())),
        };
        let (field, (op, value)) = match condition {
            Condition::Tags(tags) => (ConditionField::Tag, texts(tags.clone())),
            Condition::Categories(ids) => (ConditionField::Category, texts(ids.iter().map(ToString::to_string).collect())),
            Condition::Brands(brands) => (ConditionField::Brand, texts(brands.clone())),
            Condition::PriceAtLeast(minor) => (ConditionField::Price, (ConditionOp::AtLeast, ConditionValue::Whole(*minor))),
            Condition::PriceAtMost(minor) => (ConditionField::Price, (ConditionOp::AtMost, ConditionValue::Whole(*minor))),
            Condition::OnSale => (ConditionField::OnSale, (ConditionOp::Is, ConditionValue::Flag(true))),
            Condition::InStock(flag) => (ConditionField::InStock, (ConditionOp::Is, ConditionValue::Flag(*flag))),
            Condition::CreatedWithinDays(days) => (ConditionField::CreatedAt, (ConditionOp::WithinDays, ConditionValue::Whole(*days))),
        };
        Self { field: field.as_str().to_owned(), op: op.as_str().to_owned(), value }
    }
}

impl From<&Rules> for RulesInput {
    fn from(rules: &Rules) -> Self {
        Self { matches: rules.matches.as_str().to_owned(), conditions: rules.conditions.iter().map(ConditionInput::from).collect() }
    }
}

impl Serialize for Rules {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        RulesInput::from(self).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn parse(rules: Value) -> Result<Rules, FieldErrors> {
        Rules::parse(serde_json::from_value(rules).expect("rules"))
    }

    fn of(matches: &str, condition: Value) -> Value {
        json!({ "match": matches, "conditions": [condition] })
    }

    /// What is written is what was read, so that rules are kept as they are shown.
    #[test]
    fn rules_are_shown_as_they_were_read() {
        let rules = json!({ "match": "all", "conditions": [
            { "field": "tag", "op": "is", "value": "sale" },
            { "field": "brand", "op": "one_of", "value": ["Acme", "Bolt"] },
            { "field": "category", "op": "is", "value": CategoryId::generate() },
            { "field": "price", "op": "at_least", "value": 0 },
            { "field": "price", "op": "at_most", "value": 1_999 },
            { "field": "on_sale", "op": "is", "value": true },
            { "field": "in_stock", "op": "is", "value": false },
            { "field": "created_at", "op": "within_days", "value": 30 },
        ] });
        let parsed = parse(rules.clone()).expect("rules");
        assert_eq!(serde_json::to_value(&parsed).expect("JSON"), rules);
        assert_eq!(parsed.categories().map(|(place, _)| place).collect::<Vec<_>>(), [2]);
    }

    #[test]
    fn every_bad_member_is_named_with_its_place() {
        for (condition, member) in [
            (json!({ "field": "colour", "op": "is", "value": "red" }), "conditions.0.field"),
            (json!({ "field": "tag", "op": "like", "value": "red" }), "conditions.0.op"),
            (json!({ "field": "tag", "op": "at_most", "value": 1 }), "conditions.0.op"),
            (json!({ "field": "tag", "op": "is", "value": " " }), "conditions.0.value"),
            (json!({ "field": "tag", "op": "is", "value": ["a"] }), "conditions.0.value"),
            (json!({ "field": "tag", "op": "one_of", "value": "a" }), "conditions.0.value"),
            (json!({ "field": "tag", "op": "one_of", "value": [] }), "conditions.0.value"),
            (json!({ "field": "brand", "op": "one_of", "value": vec!["x"; 21] }), "conditions.0.value"),
            (json!({ "field": "category", "op": "one_of", "value": ["mugs"] }), "conditions.0.value.0"),
            (json!({ "field": "price", "op": "at_least", "value": -1 }), "conditions.0.value"),
            (json!({ "field": "price", "op": "at_least", "value": "1" }), "conditions.0.value"),
            (json!({ "field": "on_sale", "op": "is", "value": false }), "conditions.0.value"),
            (json!({ "field": "in_stock", "op": "is", "value": "yes" }), "conditions.0.value"),
            (json!({ "field": "created_at", "op": "within_days", "value": 0 }), "conditions.0.value"),
            (json!({ "field": "created_at", "op": "within_days", "value": 3_651 }), "conditions.0.value"),
        ] {
            let refused = parse(of("all", condition.clone())).expect_err("refused").into_map();
            assert_eq!(refused.into_keys().collect::<Vec<_>>(), [member], "{condition}");
        }
        let condition = || json!({ "field": "tag", "op": "is", "value": "a" });
        let refused = parse(of("none", condition())).expect_err("refused").into_map();
        assert_eq!(refused.into_keys().collect::<Vec<_>>(), ["match"]);
        for count in [0, 21] {
            let refused = parse(json!({ "match": "all", "conditions": vec![condition(); count] })).expect_err("refused").into_map();
            assert_eq!(refused.into_keys().collect::<Vec<_>>(), ["conditions"]);
        }
    }

    #[test]
    fn only_what_indexes_have_in_order_may_be_one_of_several() {
        for (field, op, value, fits) in [
            ("tag", "is", json!("a"), true),
            ("brand", "is", json!("a"), true),
            ("on_sale", "is", json!(true), true),
            ("price", "at_most", json!(1), false),
            ("in_stock", "is", json!(true), false),
            ("created_at", "within_days", json!(1), false),
        ] {
            let condition = json!({ "field": field, "op": op, "value": value });
            assert!(parse(of("all", condition.clone())).is_ok(), "{field}");
            let any = parse(of("any", condition));
            let refused = any.err().map(|errors| errors.into_map().into_keys().collect::<Vec<_>>());
            assert_eq!(refused, (!fits).then(|| vec!["conditions.0.field".to_owned()]), "{field}");
        }
    }
}
