//! Imports of stock on the wire.

use catalog::stock_imports::{StockImport, StockList, StockRow, StockRowInput};
use gateway::{ListRoute, ListSpec};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema;

/// The list of imports.
pub(super) struct StockImports;

impl ListRoute for StockImports {
    const SPEC: ListSpec = ListSpec { sorts: &["created_at"], default_sort: "-created_at", ..ListSpec::PLAIN };
}

/// A list of figures. A row that cannot be done is refused for itself, and found among the refusals.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StockImportIn {
    /// The rows, done in this order.
    #[schema(min_items = 1, max_items = 100_000)]
    rows: Vec<StockImportRowIn>,
}

/// A figure.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StockImportRowIn {
    /// Stock keeping unit of the variant.
    sku: String,
    /// Where, by the location's code. Absent: at the active location of first priority.
    location: Option<String>,
    /// How many pieces.
    quantity: i64,
    /// `set`: so many lie there; `add`: so many come, or go. Absent: `set`.
    mode: Option<String>,
    /// Why: `received`, `returned`, `damaged`, `lost`, `correction`, `counted` or `imported`. Absent: `imported`.
    reason: Option<String>,
}

impl StockImportIn {
    pub(super) fn parse(self) -> StockList {
        let mut list = StockList::default();
        for (line, row) in (1..).zip(self.rows) {
            let quantity = row.quantity.to_string();
            let (location, mode, reason) = (row.location.as_deref(), row.mode.as_deref(), row.reason.as_deref());
            list.push(StockRow::parse(line, StockRowInput { sku: Some(&row.sku), location, quantity: Some(&quantity), mode, reason }));
        }
        list
    }
}

/// An import of stock.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StockImportView {
    /// Its id (`simp_…`).
    #[schema(value_type = schema::StockImportId)]
    id: String,
    /// The job that works on it (`job_…`).
    #[schema(value_type = schema::JobId)]
    job_id: String,
    /// Where it stands: `waiting`, `running`, `done`, `cancelled`, or `failed` where its job was given up.
    #[schema(value_type = schema::StockImportState)]
    state: &'static str,
    /// How many rows it has.
    rows: i64,
    /// How many of them are dealt with.
    done: i64,
    /// How many figures were changed.
    changed: i64,
    /// How many were right before.
    unchanged: i64,
    /// How many rows were refused.
    refused: i64,
    /// Where the refused rows are, with why.
    refusals_url: String,
    /// When it was over.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// By whom.
    created_by: String,
}

impl From<StockImport> for StockImportView {
    fn from(import: StockImport) -> Self {
        Self {
            id: import.id.to_string(),
            job_id: import.job_id.to_string(),
            state: import.progress().as_str(),
            rows: import.row_count,
            done: import.done_count(),
            changed: import.changed_count,
            unchanged: import.unchanged_count,
            refused: import.refused_count,
            refusals_url: format!("/api/v1/stock-imports/{}/refusals", import.id),
            finished_at: import.finished_at,
            created_at: import.created_at,
            created_by: import.created_by,
        }
    }
}
