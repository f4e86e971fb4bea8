//! The routes that write products.

use axum::extract::State;
use catalog::assortment::{self, CreateProduct, DeleteProduct, ProductDocument, ReplaceProduct};
use catalog::listing::Audience;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, NoContent, One, Permission, Permitted, Problem, RequiredVersion, Valid,
    permission,
};

use super::path::ProductPath;
use super::view::ProductView;
use super::wire::{ProductIn, ProductPut};
use super::wire_patch::ProductPatch;
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![create_product, replace_product, update_product, delete_product]
}

/// What whoever wrote may see of it: writing alone does not show costs and metadata.
pub(super) fn audience(staff: &Permitted<permission::ProductsWrite>) -> Audience {
    if staff.may(Permission::ProductsRead) { Audience::Staff } else { Audience::Public }
}

fn show(document: ProductDocument, staff: &Permitted<permission::ProductsWrite>) -> One<ProductView> {
    let version = document.product.version;
    One::versioned(ProductView::of(document, audience(staff)), version)
}

/// Make a product with its variants and prices.
#[utoipa::path(
    post, path = "/api/v1/products", tag = "products", operation_id = "create_product", security(("bearer" = ["products:write"])),
    request_body = ProductIn,
    responses(
        CommonProblems,
        (status = 201, description = "The product", body = Envelope<ProductView>),
        (status = 409, description = "`slug_taken`, `sku_taken`, `external_ref_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `product_not_sellable`", body = ErrorBody),
    ),
)]
async fn create_product(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    Valid(body): Valid<ProductIn>,
) -> Result<Created<ProductView>, Problem> {
    let document = assortment::create(shop.context(), &staff.origin(), body.parse()?).await?;
    let (path, version) = (format!("/api/v1/products/{}", document.product.id), document.product.version);
    Ok(Created::versioned(ProductView::of(document, audience(&staff)), version).at(path))
}

/// Replace a product with all its variants.
#[utoipa::path(
    put, path = "/api/v1/products/{product_id}", tag = "products", operation_id = "replace_product",
    security(("bearer" = ["products:write"])),
    params(
        ("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug"),
        ExpectedVersion,
    ),
    request_body = ProductPut,
    responses(
        CommonProblems,
        (status = 200, description = "The product as it is now", body = Envelope<ProductView>),
        (status = 404, description = "`product_not_found`", body = ErrorBody),
        (
            status = 409,
            description = "`version_conflict`, `slug_taken`, `sku_taken`, `external_ref_taken`, `stock_is_held`, `stock_is_reserved`",
            body = ErrorBody,
        ),
        (status = 422, description = "`validation_failed`, `product_not_sellable`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn replace_product(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    ProductPath(reference): ProductPath,
    expected: ExpectedVersion,
    Valid(body): Valid<ProductPut>,
) -> Result<One<ProductView>, Problem> {
    let version = expected.or(body.version)?;
    let CreateProduct { product, variants } = body.parse()?;
    let command = ReplaceProduct { reference, version, product, variants };
    Ok(show(assortment::replace(shop.context(), &staff.origin(), command).await?, &staff))
}

/// Change a product; what is absent stays. A product that was sold is taken off sale by `"status": "archived"`.
#[utoipa::path(
    patch, path = "/api/v1/products/{product_id}", tag = "products", operation_id = "update_product",
    security(("bearer" = ["products:write"])),
    params(
        ("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug"),
        ExpectedVersion,
    ),
    request_body = ProductPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The product as it is now", body = Envelope<ProductView>),
        (status = 404, description = "`product_not_found`", body = ErrorBody),
        (
            status = 409,
            description = "`version_conflict`, `slug_taken`, `sku_taken`, `external_ref_taken`, `stock_is_held`, `stock_is_reserved`",
            body = ErrorBody,
        ),
        (status = 422, description = "`validation_failed`, `product_not_sellable`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_product(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    ProductPath(reference): ProductPath,
    expected: ExpectedVersion,
    Valid(body): Valid<ProductPatch>,
) -> Result<One<ProductView>, Problem> {
    let version = expected.or(body.version)?;
    let document = assortment::patch(shop.context(), &staff.origin(), body.parse(reference, version)?).await?;
    Ok(show(document, &staff))
}

/// Delete a product that was never sold, stocked or put into a cart; one that was is archived instead.
#[utoipa::path(
    delete, path = "/api/v1/products/{product_id}", tag = "products", operation_id = "delete_product",
    security(("bearer" = ["products:delete"])),
    params(
        ("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`product_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `product_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_product(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsDelete>,
    ProductPath(reference): ProductPath,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    assortment::delete(shop.context(), &staff.origin(), DeleteProduct { reference, version }).await?;
    Ok(NoContent)
}
