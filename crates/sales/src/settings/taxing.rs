//! What staff say of tax: how it is rounded.

use std::sync::Arc;

use kernel::text_enum;
use platform::db::{self, ConnectionTrait, DatabaseError, RulesStamp, StandingRules};
use serde_json::Value;

pub(super) const TAX_ROUNDING: &str = "tax.rounding";

text_enum! {
    /// What tax is rounded of.
    pub enum TaxRounding {
        /// Of each line by itself.
        Line = "line",
        /// Of all lines of an order to which the same rates apply.
        Order = "order",
    }
}

/// What staff say of tax; kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taxing {
    /// What tax is rounded of.
    pub rounding: TaxRounding,
}

impl Taxing {
    fn of(stored: &[platform::settings::Setting]) -> Self {
        let value = |key: &str| stored.iter().find(|setting| setting.key == key).map(|setting| &setting.value);
        Self { rounding: value(TAX_ROUNDING).and_then(Value::as_str).and_then(|word| word.parse().ok()).unwrap_or(TaxRounding::Line) }
    }

    /// As it stands under this stamp.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub async fn standing(db: &impl ConnectionTrait, stamp: &RulesStamp) -> Result<Arc<Self>, DatabaseError> {
        db::standing_rules(db, stamp).await
    }
}

impl StandingRules for Taxing {
    async fn read(db: &impl ConnectionTrait) -> Result<Self, DatabaseError> {
        Ok(Self::of(&platform::settings::all(db).await?))
    }
}

pub(super) fn rounding(value: &Value) -> Result<Value, String> {
    let word = value.as_str().ok_or("must be a text")?;
    word.parse::<TaxRounding>().map(|rounding| rounding.as_str().into()).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use kernel::Timestamp;
    use serde_json::json;

    use super::*;

    #[test]
    fn tax_is_rounded_by_line_unless_staff_say_otherwise() {
        assert_eq!(Taxing::of(&[]), Taxing { rounding: TaxRounding::Line });
        let stored = |key: &str, value: Value| platform::settings::Setting {
            key: key.to_owned(),
            value,
            version: 1,
            updated_at: Timestamp::default(),
            updated_by: "cli".to_owned(),
        };
        assert_eq!(Taxing::of(&[stored(TAX_ROUNDING, json!("order"))]).rounding, TaxRounding::Order);
        assert!(rounding(&json!("cart")).is_err() && rounding(&json!(1)).is_err());
    }
}
