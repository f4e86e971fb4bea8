//! The routes of shipping methods.

use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One, PathId,
    Permitted, Problem, RequiredVersion, Valid, permission,
};
use kernel::ShippingMethodTag;
use sales::shipping::{self, DeleteShippingMethod, ShippingMethod, UpdateShippingMethod};

use super::wire::{ShippingMethodIn, ShippingMethodPatch, ShippingMethodPut, ShippingMethodView, ShippingMethods, query};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![
        list_shipping_methods,
        create_shipping_method,
        get_shipping_method,
        replace_shipping_method,
        update_shipping_method,
        delete_shipping_method
    ]
}

fn show(method: ShippingMethod) -> One<ShippingMethodView> {
    let version = method.version;
    One::versioned(method.into(), version)
}

/// List shipping methods, in the order in which carts are offered them.
#[utoipa::path(
    get, path = "/api/v1/shipping-methods", tag = "shipping-methods", operation_id = "list_shipping_methods", security(("bearer" = ["settings:read"])),
    params(ListParams<ShippingMethods>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of shipping methods", body = ListEnvelope<ShippingMethodView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_shipping_methods(
    State(shop): State<Shop>,
    _staff: Permitted<permission::SettingsRead>,
    list: ListParams<ShippingMethods>,
) -> Result<List<ShippingMethodView>, Problem> {
    let page = shipping::list(shop.context().db.reader(), &query(&list)).await?;
    Ok(List::of(page.map(ShippingMethodView::from), &list))
}

/// Make a shipping method with its tariff. Carts are offered it from their next look on.
#[utoipa::path(
    post, path = "/api/v1/shipping-methods", tag = "shipping-methods", operation_id = "create_shipping_method", security(("bearer" = ["settings:write"])),
    request_body = ShippingMethodIn,
    responses(
        CommonProblems,
        (status = 201, description = "The shipping method", body = Envelope<ShippingMethodView>),
        (status = 409, description = "`shipping_method_code_taken`, `too_many_shipping_methods`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn create_shipping_method(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    Valid(body): Valid<ShippingMethodIn>,
) -> Result<Created<ShippingMethodView>, Problem> {
    let method = shipping::create(shop.context(), &staff.origin(), body.parse()?).await?;
    let (path, version) = (format!("/api/v1/shipping-methods/{}", method.id), method.version);
    Ok(Created::versioned(method.into(), version).at(path))
}

/// Read a shipping method.
#[utoipa::path(
    get, path = "/api/v1/shipping-methods/{shipping_method_id}", tag = "shipping-methods", operation_id = "get_shipping_method",
    security(("bearer" = ["settings:read"])),
    params(("shipping_method_id" = schema::ShippingMethodId, Path, description = "The shipping method (`ship_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The shipping method", body = Envelope<ShippingMethodView>),
        (status = 404, description = "`shipping_method_not_found`", body = ErrorBody),
    ),
)]
async fn get_shipping_method(
    State(shop): State<Shop>,
    _staff: Permitted<permission::SettingsRead>,
    PathId(id): PathId<ShippingMethodTag>,
    _none: NoParams,
) -> Result<One<ShippingMethodView>, Problem> {
    let method = shipping::find(shop.context().db.reader(), id).await?;
    method.map(show).ok_or_else(|| Problem::not_found("shipping_method_not_found"))
}

/// Replace a shipping method.
#[utoipa::path(
    put, path = "/api/v1/shipping-methods/{shipping_method_id}", tag = "shipping-methods", operation_id = "replace_shipping_method",
    security(("bearer" = ["settings:write"])),
    params(
        ("shipping_method_id" = schema::ShippingMethodId, Path, description = "The shipping method (`ship_…`)"),
        ExpectedVersion,
    ),
    request_body = ShippingMethodPut,
    responses(
        CommonProblems,
        (status = 200, description = "The shipping method as it is now", body = Envelope<ShippingMethodView>),
        (status = 404, description = "`shipping_method_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `shipping_method_code_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn replace_shipping_method(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    PathId(id): PathId<ShippingMethodTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<ShippingMethodPut>,
) -> Result<One<ShippingMethodView>, Problem> {
    let version = expected.or(body.version)?;
    let command = UpdateShippingMethod { id, version, changes: body.parse()? };
    Ok(show(shipping::update(shop.context(), &staff.origin(), command).await?))
}

/// Change a shipping method; what is absent stays.
#[utoipa::path(
    patch, path = "/api/v1/shipping-methods/{shipping_method_id}", tag = "shipping-methods", operation_id = "update_shipping_method",
    security(("bearer" = ["settings:write"])),
    params(
        ("shipping_method_id" = schema::ShippingMethodId, Path, description = "The shipping method (`ship_…`)"),
        ExpectedVersion,
    ),
    request_body = ShippingMethodPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The shipping method as it is now", body = Envelope<ShippingMethodView>),
        (status = 404, description = "`shipping_method_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `shipping_method_code_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_shipping_method(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    PathId(id): PathId<ShippingMethodTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<ShippingMethodPatch>,
) -> Result<One<ShippingMethodView>, Problem> {
    let version = expected.or(body.version)?;
    let command = UpdateShippingMethod { id, version, changes: body.parse()? };
    Ok(show(shipping::update(shop.context(), &staff.origin(), command).await?))
}

/// Delete a shipping method that neither a cart nor an order names; to stop offering one, set `active` to false.
#[utoipa::path(
    delete, path = "/api/v1/shipping-methods/{shipping_method_id}", tag = "shipping-methods", operation_id = "delete_shipping_method",
    security(("bearer" = ["settings:delete"])),
    params(
        ("shipping_method_id" = schema::ShippingMethodId, Path, description = "The shipping method (`ship_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`shipping_method_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `shipping_method_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_shipping_method(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsDelete>,
    PathId(id): PathId<ShippingMethodTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    shipping::delete(shop.context(), &staff.origin(), DeleteShippingMethod { id, version }).await?;
    Ok(NoContent)
}
