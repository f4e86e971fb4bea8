//! Data sync: the files that were told, and those that were taken.

use axum::extract::State;
use gateway::{CommonProblems, ErrorBody, List, ListEnvelope, ListParams, ListRoute, ListSpec, Permitted, Problem, permission};
use kernel::Timestamp;
use notify::sync::{self, SyncRun};
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_syncs]
}

/// The list of runs.
struct Syncs;

impl ListRoute for Syncs {
    const SPEC: ListSpec = ListSpec { sorts: &["created_at"], default_sort: "-created_at", ..ListSpec::PLAIN };
}

/// A file that was told or taken.
#[derive(Debug, Serialize, ToSchema)]
struct SyncRunView {
    /// Its id (`sync_…`).
    #[schema(value_type = schema::SyncRunId)]
    id: String,
    /// Out of the shop, or into it.
    #[schema(value_type = schema::SyncDirection)]
    direction: &'static str,
    /// Where it stands; a run that was cut off goes on with the next one.
    #[schema(value_type = schema::SyncState)]
    state: &'static str,
    /// The file's name.
    file: String,
    /// The import that deals with its figures, of a file of stock.
    #[schema(value_type = Option<schema::StockImportId>)]
    stock_import_id: Option<String>,
    /// How many lines were told, or how many rows are dealt with.
    rows: i64,
    /// How many things it changed.
    changed: i64,
    /// How many rows were refused.
    refused: i64,
    /// Why the file, or the first of its rows, were refused.
    problems: Vec<String>,
    /// When it began.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was over.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
}

impl From<SyncRun> for SyncRunView {
    fn from(run: SyncRun) -> Self {
        Self {
            id: run.id.to_string(),
            direction: run.direction.as_str(),
            state: run.state.as_str(),
            file: run.file,
            stock_import_id: run.stock_import_id.map(|id| id.to_string()),
            rows: run.row_count,
            changed: run.changed_count,
            refused: run.refused_count,
            problems: run.problems,
            created_at: run.created_at,
            finished_at: run.finished_at,
        }
    }
}

/// List the files that were told to `sync.export.target` and taken from `sync.import.source`.
#[utoipa::path(
    get, path = "/api/v1/syncs", tag = "jobs", operation_id = "list_syncs", security(("bearer" = ["jobs:read"])),
    params(ListParams<Syncs>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of files", body = ListEnvelope<SyncRunView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_syncs(
    State(shop): State<Shop>,
    _staff: Permitted<permission::JobsRead>,
    list: ListParams<Syncs>,
) -> Result<List<SyncRunView>, Problem> {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = sync::list(shop.context().db.reader(), newest_first, &list.page).await?;
    Ok(List::of(page.map(SyncRunView::from), &list))
}
