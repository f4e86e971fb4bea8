//! Reports, and what of them there is.

use chrono::NaiveDate;
use kernel::{ReportId, Timestamp, text_enum};

text_enum! {
    /// What a report has a row for.
    pub enum ReportKind {
        /// Each day, those on which nothing was sold among them.
        SalesByDay = "sales_by_day",
        /// Each product that was sold.
        SalesByProduct = "sales_by_product",
        /// Each customer who bought something.
        SalesByCustomer = "sales_by_customer",
    }
}

text_enum! {
    /// Where a report stands.
    pub enum ReportState {
        /// It is being worked out, or waits for it.
        Queued = "queued",
        /// It can be fetched.
        Ready = "ready",
    }
}

/// A report, without its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Its id.
    pub id: ReportId,
    /// What it has a row for.
    pub kind: ReportKind,
    /// The first day.
    pub from_day: NaiveDate,
    /// The last day.
    pub to_day: NaiveDate,
    /// Whose days these are: that of the shop when the report was asked for.
    pub time_zone: String,
    /// Where it stands.
    pub state: ReportState,
    /// How many rows it has, when it is ready.
    pub row_count: Option<i64>,
    /// When it became ready.
    pub finished_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}
