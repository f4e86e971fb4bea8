//! Forgetting who bought, when the law no longer asks for it.

use chrono::{Datelike as _, NaiveDate};
use platform::db::{DatabaseError, WriteTx};
use platform::jobs::{JobKind, Queue, Sweep};

use super::store;
use crate::settings;

/// Forgets the buyers of documents that were kept long enough, of those who are to be forgotten.
pub const SWEEP: Sweep = Sweep::new(JobKind::new("invoices.sweep").on(Queue::Bulk), |_, tx, most| Box::pin(forget(tx, most)));

async fn forget(tx: &WriteTx, most: i64) -> Result<u64, DatabaseError> {
    let keep_years = settings::invoicing(tx).await?.keep_years;
    store::erase_buyers(tx, &first_day_kept(tx.now().year(), keep_years).to_string(), most).await
}

/// Documents of this day and later are kept: the years are counted from the end of that of issue.
fn first_day_kept(year: i32, keep_years: i64) -> NaiveDate {
    let first = i32::try_from(keep_years).ok().and_then(|years| year.checked_sub(years));
    first.and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1)).unwrap_or(NaiveDate::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_years_are_counted_from_the_end_of_the_year_of_issue() {
        assert_eq!(first_day_kept(2036, 10).to_string(), "2026-01-01");
        assert_eq!(first_day_kept(2037, 10).to_string(), "2027-01-01");
    }
}
