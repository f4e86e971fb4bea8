//! Many figures at once: a list is taken in, a job puts it into the shop, and what was refused can be fetched.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use catalog::import::TableFormat;
use catalog::stock_imports::{self, RequestStockImport, StockImport, StockImportError, StockList};
use gateway::{
    Command, CommandKey, CommonProblems, Envelope, ErrorBody, Kept, List, ListEnvelope, ListParams, NoParams, One, PathId, Permitted,
    Problem, Rows, kept_answer, permission,
};
use http::header;
use kernel::StockImportTag;
use platform::idempotency::Answer;

use super::import_wire::{StockImportIn, StockImportView, StockImports};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

/// A hundred thousand rows with long names.
const BODY_BYTES: usize = 16 * 1_024 * 1_024;

pub(super) fn routes() -> Routes {
    routes![list_stock_imports, import_stock, get_stock_import, get_stock_import_refusals, cancel_stock_import]
}

fn answer(import: &StockImport) -> Answer {
    kept_answer(202, &StockImportView::from(import.clone()))
}

/// List the imports of stock of the last thirty days.
#[utoipa::path(
    get, path = "/api/v1/stock-imports", tag = "stock", operation_id = "list_stock_imports", security(("bearer" = ["stock:read"])),
    params(ListParams<StockImports>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of imports", body = ListEnvelope<StockImportView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_stock_imports(
    State(shop): State<Shop>,
    _staff: Permitted<permission::StockRead>,
    list: ListParams<StockImports>,
) -> Result<List<StockImportView>, Problem> {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = stock_imports::list(shop.context().db.reader(), newest_first, &list.page).await?;
    Ok(List::of(page.map(StockImportView::from), &list))
}

/// Put up to 100,000 figures right, each for itself: as JSON, as CSV with the columns `sku`, `location`, `quantity`, `mode` and `reason`, or
/// as one JSON object a line with these members. The answer comes at once; a job does it, row by row, each once.
///
/// Safe to retry: a repeated `Idempotency-Key` replays the first answer.
#[utoipa::path(
    post, path = "/api/v1/stock-imports", tag = "stock", operation_id = "import_stock", security(("bearer" = ["stock:write"])),
    params(CommandKey),
    request_body(content((StockImportIn = "application/json"), (String = "text/csv"), (String = "application/x-ndjson"))),
    responses(
        CommonProblems,
        (status = 202, description = "The import, which waits for a worker", body = Envelope<StockImportView>),
        (status = 409, description = "`idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: no rows, too many, or no such table; `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn import_stock(
    State(shop): State<Shop>,
    staff: Permitted<permission::StockWrite>,
    Command { key, body }: Command<Rows<StockImportIn, BODY_BYTES>>,
) -> Result<Kept, Problem> {
    let command = RequestStockImport { list: read(body)?, key: key.of(staff.actor()), present: &answer };
    let requested = stock_imports::request(shop.context(), &staff.origin(), command).await?;
    Ok(requested.into())
}

fn read(body: Rows<StockImportIn, BODY_BYTES>) -> Result<StockList, StockImportError> {
    Ok(match body {
        Rows::Json(body) => body.parse(),
        Rows::Csv(bytes) => stock_imports::read(&bytes, TableFormat::Csv)?,
        Rows::JsonLines(bytes) => stock_imports::read(&bytes, TableFormat::JsonLines)?,
    })
}

/// Read how far an import of stock is.
#[utoipa::path(
    get, path = "/api/v1/stock-imports/{stock_import_id}", tag = "stock", operation_id = "get_stock_import",
    security(("bearer" = ["stock:read"])),
    params(("stock_import_id" = schema::StockImportId, Path, description = "The import (`simp_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The import", body = Envelope<StockImportView>),
        (status = 404, description = "`stock_import_not_found`", body = ErrorBody),
    ),
)]
async fn get_stock_import(
    State(shop): State<Shop>,
    _staff: Permitted<permission::StockRead>,
    PathId(id): PathId<StockImportTag>,
    _none: NoParams,
) -> Result<One<StockImportView>, Problem> {
    let import = stock_imports::find(shop.context().db.reader(), id).await?.ok_or(StockImportError::NotFound)?;
    Ok(One::plain(import.into()))
}

/// Fetch the rows of an import that were refused so far, with why: CSV with a head, the first 10,000 of them.
#[utoipa::path(
    get, path = "/api/v1/stock-imports/{stock_import_id}/refusals", tag = "stock", operation_id = "get_stock_import_refusals",
    security(("bearer" = ["stock:read"])),
    params(("stock_import_id" = schema::StockImportId, Path, description = "The import (`simp_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The table", body = String, content_type = "text/csv"),
        (status = 404, description = "`stock_import_not_found`", body = ErrorBody),
    ),
)]
async fn get_stock_import_refusals(
    State(shop): State<Shop>,
    _staff: Permitted<permission::StockRead>,
    PathId(id): PathId<StockImportTag>,
    _none: NoParams,
) -> Result<Response, Problem> {
    let db = shop.context().db.reader();
    let import = stock_imports::find(db, id).await?.ok_or(StockImportError::NotFound)?;
    let table = stock_imports::refusals_table(&stock_imports::refusals(db, import.id).await?);
    let saved_as = format!("attachment; filename=\"refusals-{id}.csv\"");
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, saved_as)], table).into_response())
}

/// Call an import of stock off: what is done stays, nothing more is done.
#[utoipa::path(
    post, path = "/api/v1/stock-imports/{stock_import_id}/cancel", tag = "stock", operation_id = "cancel_stock_import",
    security(("bearer" = ["stock:write"])),
    params(("stock_import_id" = schema::StockImportId, Path, description = "The import (`simp_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The import as it stays", body = Envelope<StockImportView>),
        (status = 404, description = "`stock_import_not_found`", body = ErrorBody),
        (status = 409, description = "`stock_import_over`", body = ErrorBody),
    ),
)]
async fn cancel_stock_import(
    State(shop): State<Shop>,
    staff: Permitted<permission::StockWrite>,
    PathId(id): PathId<StockImportTag>,
    _none: NoParams,
) -> Result<One<StockImportView>, Problem> {
    Ok(One::plain(stock_imports::cancel(shop.context(), &staff.origin(), id).await?.into()))
}
