//! The routes of changes of many prices.

use axum::extract::State;
use catalog::price_changes::{self, ChangePrices, PriceChangeError, PriceChangeQuery, RequestPriceChange};
use gateway::{
    Command, CommandKey, CommonProblems, Envelope, ErrorBody, Kept, List, ListEnvelope, ListParams, NoParams, One, PathId, Permitted,
    Problem, Valid, permission,
};
use kernel::{FieldErrors, PriceChangeTag};
use serde::Deserialize;
use utoipa::ToSchema;

use super::input::{PriceChangeIn, PriceChangeRows, PriceChanges};
use super::view::{PriceChangeRowView, PriceChangeView};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![
        list_price_changes,
        request_price_change,
        get_price_change,
        list_price_change_rows,
        apply_price_change,
        undo_price_change,
        cancel_price_change,
    ]
}

/// Nothing is said beside which change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PriceChangeCommandIn {}

/// List the changes of many prices of the last thirty days.
#[utoipa::path(
    get, path = "/api/v1/prices/bulk", tag = "products", operation_id = "list_price_changes", security(("bearer" = ["products:read"])),
    params(ListParams<PriceChanges>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of changes", body = ListEnvelope<PriceChangeView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_price_changes(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ProductsRead>,
    list: ListParams<PriceChanges>,
) -> Result<List<PriceChangeView>, Problem> {
    let mut errors = FieldErrors::new();
    let price_list_id = errors.take_optional("filter[price_list]", list.filters.text("price_list"), str::parse);
    let query = errors.finish(|| {
        Some(PriceChangeQuery {
            states: list.filters.parsed("state").unwrap_or_default(),
            price_list_id,
            newest_first: list.sort.first().is_none_or(|key| key.descending),
            page: list.page.clone(),
        })
    })?;
    let page = price_changes::list(shop.context().db.reader(), &query).await?;
    Ok(List::of(page.map(PriceChangeView::from), &list))
}

/// Plan what becomes of many prices of a list, and look at it before it is applied. The answer comes at once; a job works the plan out, and with
/// `dry_run: false` applies it.
///
/// Safe to retry: a repeated `Idempotency-Key` replays the first answer.
#[utoipa::path(
    post, path = "/api/v1/prices/bulk", tag = "products", operation_id = "request_price_change", security(("bearer" = ["products:write"])),
    params(CommandKey),
    request_body = PriceChangeIn,
    responses(
        CommonProblems,
        (status = 202, description = "The change, which is being planned", body = Envelope<PriceChangeView>),
        (status = 409, description = "`idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn request_price_change(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    Command { key, body: Valid(body) }: Command<Valid<PriceChangeIn>>,
) -> Result<Kept, Problem> {
    let command = RequestPriceChange { plan: body.parse()?, key: key.of(staff.actor()), present: &PriceChangeView::accepted };
    Ok(price_changes::request(shop.context(), &staff.origin(), command).await?.into())
}

/// Read how far a change of many prices is, and what it comes to.
#[utoipa::path(
    get, path = "/api/v1/prices/bulk/{price_change_id}", tag = "products", operation_id = "get_price_change",
    security(("bearer" = ["products:read"])),
    params(("price_change_id" = schema::PriceChangeId, Path, description = "The change (`pchg_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The change", body = Envelope<PriceChangeView>),
        (status = 404, description = "`price_change_not_found`", body = ErrorBody),
    ),
)]
async fn get_price_change(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ProductsRead>,
    PathId(id): PathId<PriceChangeTag>,
    _none: NoParams,
) -> Result<One<PriceChangeView>, Problem> {
    let change = price_changes::find(shop.context().db.reader(), id).await?.ok_or(PriceChangeError::NotFound)?;
    Ok(One::plain(change.into()))
}

/// List what becomes of each price, in the order in which they were planned.
#[utoipa::path(
    get, path = "/api/v1/prices/bulk/{price_change_id}/rows", tag = "products", operation_id = "list_price_change_rows",
    security(("bearer" = ["products:read"])),
    params(("price_change_id" = schema::PriceChangeId, Path, description = "The change (`pchg_…`)"), ListParams<PriceChangeRows>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of prices", body = ListEnvelope<PriceChangeRowView>),
        (status = 404, description = "`price_change_not_found`", body = ErrorBody),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_price_change_rows(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ProductsRead>,
    PathId(id): PathId<PriceChangeTag>,
    list: ListParams<PriceChangeRows>,
) -> Result<List<PriceChangeRowView>, Problem> {
    let db = shop.context().db.reader();
    let change = price_changes::find(db, id).await?.ok_or(PriceChangeError::NotFound)?;
    let outcomes = list.filters.parsed("outcome").unwrap_or_default();
    let newest_first = list.sort.first().is_some_and(|key| key.descending);
    let page = price_changes::rows(db, change.id, &outcomes, (&list.page, newest_first)).await?;
    Ok(List::of(page.map(PriceChangeRowView::from), &list))
}

/// Write the prices that are planned. A price that somebody has changed since it was planned is left to them.
///
/// Safe to retry: a repeated `Idempotency-Key` replays the first answer.
#[utoipa::path(
    post, path = "/api/v1/prices/bulk/{price_change_id}/apply", tag = "products", operation_id = "apply_price_change",
    security(("bearer" = ["products:write"])),
    params(("price_change_id" = schema::PriceChangeId, Path, description = "The change (`pchg_…`)"), CommandKey),
    request_body = PriceChangeCommandIn,
    responses(
        CommonProblems,
        (status = 202, description = "The change, which is being applied", body = Envelope<PriceChangeView>),
        (status = 404, description = "`price_change_not_found`", body = ErrorBody),
        (status = 409, description = "`price_change_not_possible`; `price_list_busy`: another one writes prices of the list; `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn apply_price_change(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    PathId(id): PathId<PriceChangeTag>,
    Command { key, body: Valid(PriceChangeCommandIn {}) }: Command<Valid<PriceChangeCommandIn>>,
) -> Result<Kept, Problem> {
    let command = ChangePrices { id, key: key.of(staff.actor()), present: &PriceChangeView::accepted };
    Ok(price_changes::apply(shop.context(), &staff.origin(), command).await?.into())
}

/// Write the prices back that a change wrote, also one that was cancelled on the way. A price that somebody has changed since is left to them.
///
/// Safe to retry: a repeated `Idempotency-Key` replays the first answer.
#[utoipa::path(
    post, path = "/api/v1/prices/bulk/{price_change_id}/undo", tag = "products", operation_id = "undo_price_change",
    security(("bearer" = ["products:write"])),
    params(("price_change_id" = schema::PriceChangeId, Path, description = "The change (`pchg_…`)"), CommandKey),
    request_body = PriceChangeCommandIn,
    responses(
        CommonProblems,
        (status = 202, description = "The change, which is being undone", body = Envelope<PriceChangeView>),
        (status = 404, description = "`price_change_not_found`", body = ErrorBody),
        (status = 409, description = "`price_change_not_possible`, `price_change_nothing_to_undo`, `price_list_busy`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn undo_price_change(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    PathId(id): PathId<PriceChangeTag>,
    Command { key, body: Valid(PriceChangeCommandIn {}) }: Command<Valid<PriceChangeCommandIn>>,
) -> Result<Kept, Problem> {
    let command = ChangePrices { id, key: key.of(staff.actor()), present: &PriceChangeView::accepted };
    Ok(price_changes::undo(shop.context(), &staff.origin(), command).await?.into())
}

/// Call a change of many prices off: what is written stays and may be undone, nothing more is written.
///
/// Safe to retry: a repeated `Idempotency-Key` replays the first answer.
#[utoipa::path(
    post, path = "/api/v1/prices/bulk/{price_change_id}/cancel", tag = "products", operation_id = "cancel_price_change",
    security(("bearer" = ["products:write"])),
    params(("price_change_id" = schema::PriceChangeId, Path, description = "The change (`pchg_…`)"), CommandKey),
    request_body = PriceChangeCommandIn,
    responses(
        CommonProblems,
        (status = 200, description = "The change as it stays", body = Envelope<PriceChangeView>),
        (status = 404, description = "`price_change_not_found`", body = ErrorBody),
        (status = 409, description = "`price_change_not_possible`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn cancel_price_change(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    PathId(id): PathId<PriceChangeTag>,
    Command { key, body: Valid(PriceChangeCommandIn {}) }: Command<Valid<PriceChangeCommandIn>>,
) -> Result<Kept, Problem> {
    let command = ChangePrices { id, key: key.of(staff.actor()), present: &PriceChangeView::done };
    Ok(price_changes::cancel(shop.context(), &staff.origin(), command).await?.into())
}
