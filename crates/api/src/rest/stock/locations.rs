//! The routes of stock locations.

use axum::extract::State;
use catalog::inventory::{self, DeleteLocation, StockLocation, UpdateLocation};
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One, PathId,
    Permitted, Problem, RequiredVersion, Valid, permission,
};
use kernel::StockLocationTag;

use super::location_wire::{StockLocationIn, StockLocationPatch, StockLocationPut, StockLocationView, StockLocations};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![
        list_stock_locations,
        create_stock_location,
        get_stock_location,
        replace_stock_location,
        update_stock_location,
        delete_stock_location
    ]
}

fn show(location: StockLocation) -> One<StockLocationView> {
    let version = location.version;
    One::versioned(location.into(), version)
}

/// List stock locations, in the order in which stock is taken from them.
#[utoipa::path(
    get, path = "/api/v1/stock-locations", tag = "stock-locations", operation_id = "list_stock_locations", security(("bearer" = ["stock:read"])),
    params(ListParams<StockLocations>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of stock locations", body = ListEnvelope<StockLocationView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_stock_locations(
    State(shop): State<Shop>,
    _staff: Permitted<permission::StockRead>,
    list: ListParams<StockLocations>,
) -> Result<List<StockLocationView>, Problem> {
    let page =
        inventory::list_locations(shop.context().db.reader(), list.sort.first().is_some_and(|key| key.descending), &list.page).await?;
    Ok(List::of(page.map(StockLocationView::from), &list))
}

/// Make a stock location. Nothing lies there yet.
#[utoipa::path(
    post, path = "/api/v1/stock-locations", tag = "stock-locations", operation_id = "create_stock_location", security(("bearer" = ["stock:write"])),
    request_body = StockLocationIn,
    responses(
        CommonProblems,
        (status = 201, description = "The stock location", body = Envelope<StockLocationView>),
        (status = 409, description = "`location_code_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn create_stock_location(
    State(shop): State<Shop>,
    staff: Permitted<permission::StockWrite>,
    Valid(body): Valid<StockLocationIn>,
) -> Result<Created<StockLocationView>, Problem> {
    let location = inventory::create_location(shop.context(), &staff.origin(), body.parse()?).await?;
    let (path, version) = (format!("/api/v1/stock-locations/{}", location.id), location.version);
    Ok(Created::versioned(location.into(), version).at(path))
}

/// Read a stock location.
#[utoipa::path(
    get, path = "/api/v1/stock-locations/{stock_location_id}", tag = "stock-locations", operation_id = "get_stock_location",
    security(("bearer" = ["stock:read"])),
    params(("stock_location_id" = schema::StockLocationId, Path, description = "The stock location (`loc_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The stock location", body = Envelope<StockLocationView>),
        (status = 404, description = "`stock_location_not_found`", body = ErrorBody),
    ),
)]
async fn get_stock_location(
    State(shop): State<Shop>,
    _staff: Permitted<permission::StockRead>,
    PathId(id): PathId<StockLocationTag>,
    _none: NoParams,
) -> Result<One<StockLocationView>, Problem> {
    let location = inventory::find_location(shop.context().db.reader(), id).await?;
    location.map(show).ok_or_else(|| Problem::not_found("stock_location_not_found"))
}

/// Replace what may change of a stock location.
#[utoipa::path(
    put, path = "/api/v1/stock-locations/{stock_location_id}", tag = "stock-locations", operation_id = "replace_stock_location",
    security(("bearer" = ["stock:write"])),
    params(
        ("stock_location_id" = schema::StockLocationId, Path, description = "The stock location (`loc_…`)"),
        ExpectedVersion,
    ),
    request_body = StockLocationPut,
    responses(
        CommonProblems,
        (status = 200, description = "The stock location as it is now", body = Envelope<StockLocationView>),
        (status = 404, description = "`stock_location_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `location_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn replace_stock_location(
    State(shop): State<Shop>,
    staff: Permitted<permission::StockWrite>,
    PathId(id): PathId<StockLocationTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<StockLocationPut>,
) -> Result<One<StockLocationView>, Problem> {
    let version = expected.or(body.version)?;
    let command = UpdateLocation { id, version, changes: body.parse()? };
    Ok(show(inventory::update_location(shop.context(), &staff.origin(), command).await?))
}

/// Change a stock location; what is absent stays. Refused where it closes one that orders wait for.
#[utoipa::path(
    patch, path = "/api/v1/stock-locations/{stock_location_id}", tag = "stock-locations", operation_id = "update_stock_location",
    security(("bearer" = ["stock:write"])),
    params(
        ("stock_location_id" = schema::StockLocationId, Path, description = "The stock location (`loc_…`)"),
        ExpectedVersion,
    ),
    request_body = StockLocationPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The stock location as it is now", body = Envelope<StockLocationView>),
        (status = 404, description = "`stock_location_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `location_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_stock_location(
    State(shop): State<Shop>,
    staff: Permitted<permission::StockWrite>,
    PathId(id): PathId<StockLocationTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<StockLocationPatch>,
) -> Result<One<StockLocationView>, Problem> {
    let version = expected.or(body.version)?;
    let command = UpdateLocation { id, version, changes: body.parse()? };
    Ok(show(inventory::update_location(shop.context(), &staff.origin(), command).await?))
}

/// Delete a stock location where nothing ever lay; to close one, set `active` to false.
#[utoipa::path(
    delete, path = "/api/v1/stock-locations/{stock_location_id}", tag = "stock-locations", operation_id = "delete_stock_location",
    security(("bearer" = ["stock:delete"])),
    params(
        ("stock_location_id" = schema::StockLocationId, Path, description = "The stock location (`loc_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`stock_location_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `location_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_stock_location(
    State(shop): State<Shop>,
    staff: Permitted<permission::StockDelete>,
    PathId(id): PathId<StockLocationTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    inventory::delete_location(shop.context(), &staff.origin(), DeleteLocation { id, version }).await?;
    Ok(NoContent)
}
