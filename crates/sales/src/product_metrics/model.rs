//! The figures of a product, and the days that somebody wants them of.

use std::ops::{AddAssign, Neg};

use chrono::{Days, NaiveDate};
use kernel::{Currency, FieldErrors, ProductId};

/// More days are several questions.
const MOST_DAYS: i64 = 366;
/// How many days there are, the last among them, where nobody says from which on.
const USUAL_DAYS: u64 = 30;

/// What was sold, and what of it was called off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// Orders that are confirmed or completed.
    pub orders: i64,
    /// The pieces in them, without those that were called off.
    pub units: i64,
    /// Pieces that were called off, with their order or out of it, or whose order was not paid in time.
    pub cancelled_units: i64,
    /// What the orders' lines cost without tax, in minor units.
    pub net_minor: i64,
    /// What they cost with tax.
    pub gross_minor: i64,
}

impl AddAssign for Sums {
    fn add_assign(&mut self, more: Self) {
        self.orders += more.orders;
        self.units += more.units;
        self.cancelled_units += more.cancelled_units;
        self.net_minor += more.net_minor;
        self.gross_minor += more.gross_minor;
    }
}

impl Neg for Sums {
    type Output = Self;

    fn neg(self) -> Self {
        let Self { orders, units, cancelled_units, net_minor, gross_minor } = self;
        Self { orders: -orders, units: -units, cancelled_units: -cancelled_units, net_minor: -net_minor, gross_minor: -gross_minor }
    }
}

/// The figures of one day in one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProductDay {
    /// The day.
    pub day: NaiveDate,
    /// Of which currency the amounts are.
    pub currency: Currency,
    /// The figures.
    pub sums: Sums,
}

/// The figures of a product over some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductMetrics {
    /// Which.
    pub product_id: ProductId,
    /// The first day.
    pub from_day: NaiveDate,
    /// The last day.
    pub to_day: NaiveDate,
    /// Whose days these are.
    pub time_zone: String,
    /// The days with figures, the first first; a day on which orders were paid in several currencies is there for each of them.
    pub days: Vec<ProductDay>,
    /// The sums of them by currency.
    pub totals: Vec<(Currency, Sums)>,
}

/// The days that somebody wants figures of, both included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WantedDays {
    /// The first day; absent: thirty days in all.
    pub from: Option<NaiveDate>,
    /// The last day; absent: today.
    pub to: Option<NaiveDate>,
}

impl WantedDays {
    /// Both ends.
    pub(super) fn within(self, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), FieldErrors> {
        let to = self.to.unwrap_or(today);
        let from = self.from.or_else(|| to.checked_sub_days(Days::new(USUAL_DAYS - 1))).unwrap_or(to);
        match (to - from).num_days() {
            ..0 => Err(FieldErrors::of("to", "must not be before `from`")),
            MOST_DAYS.. => Err(FieldErrors::of("to", format!("must be within {MOST_DAYS} days of `from`"))),
            _ => Ok((from, to)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_to_say_which_days() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let today = day("2026-03-31");
        let within = |from: Option<&str>, to: Option<&str>| WantedDays { from: from.map(day), to: to.map(day) }.within(today);
        assert_eq!(within(None, None), Ok((day("2026-03-02"), today)));
        assert_eq!(within(Some("2026-01-01"), None), Ok((day("2026-01-01"), today)));
        assert_eq!(within(None, Some("2026-01-30")), Ok((day("2026-01-01"), day("2026-01-30"))));
        assert_eq!(within(Some("2025-04-01"), None).map(|(from, _)| from), Ok(day("2025-04-01")));
        assert!(within(Some("2025-03-30"), None).is_err() && within(Some("2026-04-01"), None).is_err());
    }
}
