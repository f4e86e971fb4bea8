//! What staff say of returns: whether customers ask by themselves, and for how long.

use platform::db::{ConnectionTrait, DatabaseError};
use serde_json::Value;

pub(super) const RETURNS_ENABLED: &str = "returns.enabled";
pub(super) const RETURNS_WINDOW_DAYS: &str = "returns.window_days";

/// Twice what the EU's law gives whoever buys from afar, as most shops do.
pub(super) const DEFAULT_WINDOW_DAYS: i64 = 30;
/// Ten years: whoever wants longer gives a warranty.
const MOST_WINDOW_DAYS: i64 = 3_650;

/// Until when customers send things back by themselves; staff open a return of anything at any time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Returning {
    /// So many days after a parcel arrived, or after it left where that is not known; `None` where only staff open returns.
    pub window_days: Option<i64>,
}

impl Returning {
    fn of(stored: &[platform::settings::Setting]) -> Self {
        let value = |key: &str| stored.iter().find(|setting| setting.key == key).map(|setting| &setting.value);
        let is_enabled = value(RETURNS_ENABLED).and_then(Value::as_bool).unwrap_or(true);
        let days = value(RETURNS_WINDOW_DAYS).and_then(Value::as_i64).unwrap_or(DEFAULT_WINDOW_DAYS);
        Self { window_days: (is_enabled && days > 0).then_some(days) }
    }
}

/// What staff say of returns. One statement.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn returning(db: &impl ConnectionTrait) -> Result<Returning, DatabaseError> {
    Ok(Returning::of(&platform::settings::all(db).await?))
}

pub(super) fn enabled(value: Value) -> Result<Value, String> {
    if value.is_boolean() { Ok(value) } else { Err("must be true or false".to_owned()) }
}

pub(super) fn window_days(value: Value) -> Result<Value, String> {
    match value.as_i64() {
        Some(0..=MOST_WINDOW_DAYS) => Ok(value),
        _ => Err(format!("must be a whole number of days from 0 to {MOST_WINDOW_DAYS}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_window_is_a_number_of_days() {
        assert_eq!((window_days(json!(0)), window_days(json!(3_650))), (Ok(json!(0)), Ok(json!(3_650))));
        for value in [json!(-1), json!(3_651), json!("30"), json!(1.5), json!(null)] {
            assert!(window_days(value.clone()).is_err(), "{value}");
        }
        assert_eq!(enabled(json!(false)), Ok(json!(false)));
        assert!(enabled(json!("yes")).is_err());
        assert_eq!(Returning::of(&[]).window_days, Some(30));
    }
}
