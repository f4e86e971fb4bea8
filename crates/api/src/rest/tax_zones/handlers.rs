//! The routes of tax zones.

use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One, PathId,
    Permitted, Problem, RequiredVersion, Valid, permission,
};
use kernel::TaxZoneTag;
use sales::tax_zones::{self, DeleteTaxZone, TaxZone, UpdateTaxZone};

use super::wire::{TaxZoneIn, TaxZonePatch, TaxZoneView, TaxZones, query};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_tax_zones, create_tax_zone, get_tax_zone, update_tax_zone, delete_tax_zone]
}

fn show(zone: TaxZone) -> One<TaxZoneView> {
    let version = zone.version;
    One::versioned(zone.into(), version)
}

/// List tax zones.
#[utoipa::path(
    get, path = "/api/v1/tax-zones", tag = "tax-zones", operation_id = "list_tax_zones", security(("bearer" = ["settings:read"])),
    params(ListParams<TaxZones>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of tax zones", body = ListEnvelope<TaxZoneView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_tax_zones(
    State(shop): State<Shop>,
    _staff: Permitted<permission::SettingsRead>,
    list: ListParams<TaxZones>,
) -> Result<List<TaxZoneView>, Problem> {
    let page = tax_zones::list(shop.context().db.reader(), &query(&list)).await?;
    Ok(List::of(page.map(TaxZoneView::from), &list))
}

/// Make a tax zone. Tax rates may be given to it.
#[utoipa::path(
    post, path = "/api/v1/tax-zones", tag = "tax-zones", operation_id = "create_tax_zone", security(("bearer" = ["settings:write"])),
    request_body = TaxZoneIn,
    responses(
        CommonProblems,
        (status = 201, description = "The tax zone", body = Envelope<TaxZoneView>),
        (status = 409, description = "`tax_zone_name_taken`, `too_many_tax_zones`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn create_tax_zone(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    Valid(body): Valid<TaxZoneIn>,
) -> Result<Created<TaxZoneView>, Problem> {
    let zone = tax_zones::create(shop.context(), &staff.origin(), body.parse()?).await?;
    let (path, version) = (format!("/api/v1/tax-zones/{}", zone.id), zone.version);
    Ok(Created::versioned(zone.into(), version).at(path))
}

/// Read a tax zone.
#[utoipa::path(
    get, path = "/api/v1/tax-zones/{tax_zone_id}", tag = "tax-zones", operation_id = "get_tax_zone",
    security(("bearer" = ["settings:read"])),
    params(("tax_zone_id" = schema::TaxZoneId, Path, description = "The tax zone (`tzone_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The tax zone", body = Envelope<TaxZoneView>),
        (status = 404, description = "`tax_zone_not_found`", body = ErrorBody),
    ),
)]
async fn get_tax_zone(
    State(shop): State<Shop>,
    _staff: Permitted<permission::SettingsRead>,
    PathId(id): PathId<TaxZoneTag>,
    _none: NoParams,
) -> Result<One<TaxZoneView>, Problem> {
    let zone = tax_zones::find(shop.context().db.reader(), id).await?;
    zone.map(show).ok_or_else(|| Problem::not_found("tax_zone_not_found"))
}

/// Change a tax zone; what is absent stays.
#[utoipa::path(
    patch, path = "/api/v1/tax-zones/{tax_zone_id}", tag = "tax-zones", operation_id = "update_tax_zone",
    security(("bearer" = ["settings:write"])),
    params(
        ("tax_zone_id" = schema::TaxZoneId, Path, description = "The tax zone (`tzone_…`)"),
        ExpectedVersion,
    ),
    request_body = TaxZonePatch,
    responses(
        CommonProblems,
        (status = 200, description = "The tax zone as it is now", body = Envelope<TaxZoneView>),
        (status = 404, description = "`tax_zone_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `tax_zone_name_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_tax_zone(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    PathId(id): PathId<TaxZoneTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<TaxZonePatch>,
) -> Result<One<TaxZoneView>, Problem> {
    let version = expected.or(body.version)?;
    let command = UpdateTaxZone { id, version, changes: body.parse()? };
    Ok(show(tax_zones::update(shop.context(), &staff.origin(), command).await?))
}

/// Delete a tax zone that no tax rate belongs to.
#[utoipa::path(
    delete, path = "/api/v1/tax-zones/{tax_zone_id}", tag = "tax-zones", operation_id = "delete_tax_zone",
    security(("bearer" = ["settings:delete"])),
    params(
        ("tax_zone_id" = schema::TaxZoneId, Path, description = "The tax zone (`tzone_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`tax_zone_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `tax_zone_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_tax_zone(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsDelete>,
    PathId(id): PathId<TaxZoneTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    tax_zones::delete(shop.context(), &staff.origin(), DeleteTaxZone { id, version }).await?;
    Ok(NoContent)
}
