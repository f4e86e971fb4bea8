//! The routes of tax rates.

use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One, PathId,
    Permitted, Problem, RequiredVersion, Valid, permission,
};
use kernel::{TaxRateId, TaxRateTag};
use sales::tax::{self, DeleteTaxRate, TaxRate, UpdateTaxRate};

use super::wire::{TaxRateIn, TaxRatePatch, TaxRatePut, TaxRateView, TaxRates, query};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_tax_rates, create_tax_rate, get_tax_rate, replace_tax_rate, update_tax_rate, delete_tax_rate]
}

fn show(rate: TaxRate) -> One<TaxRateView> {
    let version = rate.version;
    One::versioned(rate.into(), version)
}

async fn find(shop: &Shop, id: TaxRateId) -> Result<TaxRate, Problem> {
    tax::find(shop.context().db.reader(), id).await?.ok_or_else(|| Problem::not_found("tax_rate_not_found"))
}

/// List tax rates.
#[utoipa::path(
    get, path = "/api/v1/tax-rates", tag = "tax-rates", operation_id = "list_tax_rates", security(("bearer" = ["settings:read"])),
    params(ListParams<TaxRates>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of tax rates", body = ListEnvelope<TaxRateView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_tax_rates(
    State(shop): State<Shop>,
    _staff: Permitted<permission::SettingsRead>,
    list: ListParams<TaxRates>,
) -> Result<List<TaxRateView>, Problem> {
    let page = tax::list(shop.context().db.reader(), &query(&list)).await?;
    Ok(List::of(page.map(TaxRateView::from), &list))
}

/// Make a tax rate. Carts are taxed by it from their next look at prices on.
#[utoipa::path(
    post, path = "/api/v1/tax-rates", tag = "tax-rates", operation_id = "create_tax_rate", security(("bearer" = ["settings:write"])),
    request_body = TaxRateIn,
    responses(
        CommonProblems,
        (status = 201, description = "The tax rate", body = Envelope<TaxRateView>),
        (status = 409, description = "`too_many_tax_rates`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn create_tax_rate(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    Valid(body): Valid<TaxRateIn>,
) -> Result<Created<TaxRateView>, Problem> {
    let rate = tax::create(shop.context(), &staff.origin(), body.parse()?).await?;
    let (path, version) = (format!("/api/v1/tax-rates/{}", rate.id), rate.version);
    Ok(Created::versioned(rate.into(), version).at(path))
}

/// Read a tax rate.
#[utoipa::path(
    get, path = "/api/v1/tax-rates/{tax_rate_id}", tag = "tax-rates", operation_id = "get_tax_rate",
    security(("bearer" = ["settings:read"])),
    params(("tax_rate_id" = schema::TaxRateId, Path, description = "The tax rate (`tax_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The tax rate", body = Envelope<TaxRateView>),
        (status = 404, description = "`tax_rate_not_found`", body = ErrorBody),
    ),
)]
async fn get_tax_rate(
    State(shop): State<Shop>,
    _staff: Permitted<permission::SettingsRead>,
    PathId(id): PathId<TaxRateTag>,
    _none: NoParams,
) -> Result<One<TaxRateView>, Problem> {
    Ok(show(find(&shop, id).await?))
}

/// Replace a tax rate.
#[utoipa::path(
    put, path = "/api/v1/tax-rates/{tax_rate_id}", tag = "tax-rates", operation_id = "replace_tax_rate",
    security(("bearer" = ["settings:write"])),
    params(
        ("tax_rate_id" = schema::TaxRateId, Path, description = "The tax rate (`tax_…`)"),
        ExpectedVersion,
    ),
    request_body = TaxRatePut,
    responses(
        CommonProblems,
        (status = 200, description = "The tax rate as it is now", body = Envelope<TaxRateView>),
        (status = 404, description = "`tax_rate_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `too_many_tax_rates`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn replace_tax_rate(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    PathId(id): PathId<TaxRateTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<TaxRatePut>,
) -> Result<One<TaxRateView>, Problem> {
    find(&shop, id).await?;
    let version = expected.or(body.version)?;
    let command = UpdateTaxRate { id, version, changes: body.parse()? };
    Ok(show(tax::update(shop.context(), &staff.origin(), command).await?))
}

/// Change a tax rate; what is absent stays.
#[utoipa::path(
    patch, path = "/api/v1/tax-rates/{tax_rate_id}", tag = "tax-rates", operation_id = "update_tax_rate",
    security(("bearer" = ["settings:write"])),
    params(
        ("tax_rate_id" = schema::TaxRateId, Path, description = "The tax rate (`tax_…`)"),
        ExpectedVersion,
    ),
    request_body = TaxRatePatch,
    responses(
        CommonProblems,
        (status = 200, description = "The tax rate as it is now", body = Envelope<TaxRateView>),
        (status = 404, description = "`tax_rate_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `too_many_tax_rates`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_tax_rate(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    PathId(id): PathId<TaxRateTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<TaxRatePatch>,
) -> Result<One<TaxRateView>, Problem> {
    let version = expected.or(body.version)?;
    let command = UpdateTaxRate { id, version, changes: body.parse()? };
    Ok(show(tax::update(shop.context(), &staff.origin(), command).await?))
}

/// Delete a tax rate. Orders keep what they were taxed.
#[utoipa::path(
    delete, path = "/api/v1/tax-rates/{tax_rate_id}", tag = "tax-rates", operation_id = "delete_tax_rate",
    security(("bearer" = ["settings:delete"])),
    params(
        ("tax_rate_id" = schema::TaxRateId, Path, description = "The tax rate (`tax_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`tax_rate_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_tax_rate(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsDelete>,
    PathId(id): PathId<TaxRateTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    tax::delete(shop.context(), &staff.origin(), DeleteTaxRate { id, version }).await?;
    Ok(NoContent)
}
