//! The routes of price lists.

use axum::extract::State;
use catalog::price_lists::{self, DeletePriceList, PriceList, UpdatePriceList};
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One, PathId,
    Permitted, Problem, RequiredVersion, Valid, permission,
};
use kernel::PriceListTag;

use super::wire::{PriceListIn, PriceListPatch, PriceListPut, PriceListView, PriceLists, query};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_price_lists, create_price_list, get_price_list, replace_price_list, update_price_list, delete_price_list]
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

/// Make a price list, for some channels, groups of customers, or a time. Its prices are those of variants that name it.
#[utoipa::path(
    post, path = "/api/v1/price-lists", tag = "price-lists", operation_id = "create_price_list", security(("bearer" = ["settings:write"])),
    request_body = PriceListIn,
    responses(
        CommonProblems,
        (status = 201, description = "The price list", body = Envelope<PriceListView>),
        (status = 409, description = "`price_list_code_taken`, `too_many_price_lists`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn create_price_list(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    Valid(body): Valid<PriceListIn>,
) -> Result<Created<PriceListView>, Problem> {
    let list = price_lists::create(shop.context(), &staff.origin(), body.parse()?).await?;
    let (path, version) = (format!("/api/v1/price-lists/{}", list.id), list.version);
    Ok(Created::versioned(list.into(), version).at(path))
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
        (status = 409, description = "`version_conflict`, `currency_in_use`, `price_list_of_channel`, `price_list_busy`", body = ErrorBody),
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
        (status = 409, description = "`version_conflict`, `currency_in_use`, `price_list_of_channel`, `price_list_busy`", body = ErrorBody),
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

/// Delete a price list that has no prices, that no channel sells by and from which none derives; to end one, set `active` to false.
#[utoipa::path(
    delete, path = "/api/v1/price-lists/{price_list_id}", tag = "price-lists", operation_id = "delete_price_list",
    security(("bearer" = ["settings:delete"])),
    params(
        ("price_list_id" = schema::PriceListId, Path, description = "The price list (`plist_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`price_list_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `price_list_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_price_list(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsDelete>,
    PathId(id): PathId<PriceListTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    price_lists::delete(shop.context(), &staff.origin(), DeletePriceList { id, version }).await?;
    Ok(NoContent)
}
