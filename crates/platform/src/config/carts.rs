//! How carts are left behind.

use serde::Deserialize;

/// How carts are left behind.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carts {
    /// Whoever wants news is reminded of a cart that was not touched for so long; 0: nobody is.
    pub abandoned_after_minutes: i64,
}

/// Thirty days: whoever comes back later has forgotten what they wanted.
const MOST_MINUTES: i64 = 30 * 24 * 60;

/// What is wrong with it.
pub(super) fn refuse_unfit(carts: &Carts) -> Result<(), String> {
    match carts.abandoned_after_minutes {
        0..=MOST_MINUTES => Ok(()),
        minutes => {
            Err(format!("carts.abandoned_after_minutes {minutes} must be between 0 (nobody is reminded) and {MOST_MINUTES}, thirty days"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cart_is_left_behind_for_thirty_days_at_most() {
        let refused = |abandoned_after_minutes| refuse_unfit(&Carts { abandoned_after_minutes }).err();
        assert_eq!([0, 1, 1_440, 43_200].map(refused), [const { None }; 4]);
        for minutes in [-1, 43_201, i64::MAX] {
            let message = refused(minutes).unwrap_or_default();
            assert!(message.contains("carts.abandoned_after_minutes") && message.contains("43200"), "{minutes}: {message}");
        }
    }
}
