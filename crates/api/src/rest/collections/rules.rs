//! The rules of a collection on the wire, read and written in one form.

use catalog::collections::{ConditionInput, ConditionValue, Rules, RulesInput};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema;

/// Which products are in a collection.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CollectionRules {
    /// Whether every condition has to hold, or one is enough; then each has to be of `tag`, `category`, `brand` or `on_sale`.
    #[serde(rename = "match")]
    #[schema(value_type = schema::RulesMatch)]
    matches: String,
    /// What has to hold of a product.
    #[schema(min_items = 1, max_items = 20)]
    conditions: Vec<CollectionCondition>,
}

/// What has to hold of a product.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CollectionCondition {
    /// What it looks at.
    #[schema(value_type = schema::ConditionField)]
    field: String,
    /// How it compares: `is` and `one_of` for tags, brands and ids of categories, `is` for `on_sale` and `in_stock`, `at_least` and `at_most` for
    /// prices in minor units, `within_days` for `created_at`.
    #[schema(value_type = schema::ConditionOp)]
    op: String,
    /// What it compares with: a text, a list of texts, a whole number, true or false.
    value: CollectionConditionValue,
}

/// What a condition compares with.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
enum CollectionConditionValue {
    Flag(bool),
    Whole(i64),
    Text(String),
    Texts(Vec<String>),
}

impl From<CollectionRules> for RulesInput {
    fn from(rules: CollectionRules) -> Self {
        let condition = |of: CollectionCondition| ConditionInput { field: of.field, op: of.op, value: of.value.into() };
        Self { matches: rules.matches, conditions: rules.conditions.into_iter().map(condition).collect() }
    }
}

impl From<&Rules> for CollectionRules {
    fn from(rules: &Rules) -> Self {
        let RulesInput { matches, conditions } = rules.into();
        let condition = |of: ConditionInput| CollectionCondition { field: of.field, op: of.op, value: of.value.into() };
        Self { matches, conditions: conditions.into_iter().map(condition).collect() }
    }
}

impl From<CollectionConditionValue> for ConditionValue {
    fn from(value: CollectionConditionValue) -> Self {
        match value {
            CollectionConditionValue::Flag(flag) => Self::Flag(flag),
            CollectionConditionValue::Whole(number) => Self::Whole(number),
            CollectionConditionValue::Text(text) => Self::Text(text),
            CollectionConditionValue::Texts(texts) => Self::Texts(texts),
        }
    }
}

impl From<ConditionValue> for CollectionConditionValue {
    fn from(value: ConditionValue) -> Self {
        match value {
            ConditionValue::Flag(flag) => Self::Flag(flag),
            ConditionValue::Whole(number) => Self::Whole(number),
            ConditionValue::Text(text) => Self::Text(text),
            ConditionValue::Texts(texts) => Self::Texts(texts),
        }
    }
}
