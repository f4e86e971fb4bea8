//! The routes of price lists.

use axum::extract::State;
use catalog::price_lists::{self, PriceList, UpdatePriceList};
use gateway::{
    CommonProblems, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoParams, One, PathId, Permitted, Problem, Valid,
    permission,
};
use kernel::PriceListTag;

use super::wire::{PriceListPatch, PriceListPut, PriceListView, PriceLists, query};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_price_lists, get_price_list, replace_price_list, update_price_list]
}

fn show(price_list: PriceList) -> One<PriceListView> {
    let version = price_list.version;
    One::versioned(price_list.into(), version)
}

/// List price lists.
#[utoipa::path(
    get, path = "/api/v1/price-lists", tag = "price-lists", operation_id = "list_price_lists", security(("bearer" = ["settings:read"])),
    params(ListParams<PriceLists>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of price lists", body = ListEnvelope<PriceListView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_price_lists(
    State(shop): State<Shop>,
    _staff: Permitted<permission::SettingsRead>,
    list: ListParams<PriceLists>,
) -> Result<List<PriceListView>, Problem> {
    let page = price_lists::list(shop.context().db.reader(), &query(&list)).await?;
    Ok(List::of(page.map(PriceListView::from), &list))
}

/// Read a price list.
#[utoipa::path(
    get, path = "/api/v1/price-lists/{price_list_id}", tag = "price-lists", operation_id = "get_price_list",
    security(("bearer" = ["settings:read"])),
    params(("price_list_id" = schema::PriceListId, Path, description = "The price list (`plist_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The price list", body = Envelope<PriceListView>),
        (status = 404, description = "`price_list_not_found`", body = ErrorBody),
    ),
)]
async fn get_price_list(
    State(shop): State<Shop>,
    _staff: Permitted<permission::SettingsRead>,
    PathId(id): PathId<PriceListTag>,
    _none: NoParams,
) -> Result<One<PriceListView>, Problem> {
    let price_list = price_lists::find(shop.context().db.reader(), id).await?;
    price_list.map(show).ok_or_else(|| Problem::not_found("price_list_not_found"))
}

/// Replace what may change of a price list. Another currency becomes its channels', too.
#[utoipa::path(
    put, path = "/api/v1/price-lists/{price_list_id}", tag = "price-lists", operation_id = "replace_price_list",
    security(("bearer" = ["settings:write"])),
    params(
        ("price_list_id" = schema::PriceListId, Path, description = "The price list (`plist_…`)"),
        ExpectedVersion,
    ),
    request_body = PriceListPut,
    responses(
        CommonProblems,
        (status = 200, description = "The price list as it is now", body = Envelope<PriceListView>),
        (status = 404, description = "`price_list_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `currency_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn replace_price_list(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    PathId(id): PathId<PriceListTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<PriceListPut>,
) -> Result<One<PriceListView>, Problem> {
    let version = expected.or(body.version)?;
    let command = UpdatePriceList { id, version, changes: body.parse()? };
    Ok(show(price_lists::update(shop.context(), &staff.origin(), command).await?))
}

/// Change a price list; what is absent stays. Another currency becomes its channels', too.
#[utoipa::path(
    patch, path = "/api/v1/price-lists/{price_list_id}", tag = "price-lists", operation_id = "update_price_list",
    security(("bearer" = ["settings:write"])),
    params(
        ("price_list_id" = schema::PriceListId, Path, description = "The price list (`plist_…`)"),
        ExpectedVersion,
    ),
    request_body = PriceListPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The price list as it is now", body = Envelope<PriceListView>),
        (status = 404, description = "`price_list_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `currency_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_price_list(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    PathId(id): PathId<PriceListTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<PriceListPatch>,
) -> Result<One<PriceListView>, Problem> {
    let version = expected.or(body.version)?;
    let command = UpdatePriceList { id, version, changes: body.parse()? };
    Ok(show(price_lists::update(shop.context(), &staff.origin(), command).await?))
}
