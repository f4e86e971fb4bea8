//! The routes of a product's variants.

use axum::extract::State;
use catalog::assortment::{self, CreateVariant, DeleteVariant, StockedVariant, UpdateVariant};
use catalog::listing::Audience;
use catalog::products::ProductRef;
use gateway::{
    Anyone, CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One,
    Permitted, Problem, RequiredVersion, Valid, permission,
};
use kernel::VariantTag;
use platform::cache::Tag;

use super::handlers::audience as writer;
use super::parts::{ByPosition, page};
use super::path::{PartPath, ProductPath, missing};
use super::reading::{MAX_AGE_SECONDS, audience};
use super::variant_schema::{NewVariantIn, OneVariantPatch};
use super::variant_view::VariantView;
use super::variant_wire::{VariantIn, VariantPatch};
use crate::routes::{Routes, routes};
use crate::shop::Shop;
use crate::{schema, shown};

pub(super) fn routes() -> Routes {
    routes![list_variants, create_variant, get_variant, update_variant, delete_variant]
}

async fn find(shop: &Shop, product: &ProductRef, audience: Audience) -> Result<Vec<StockedVariant>, Problem> {
    let context = shop.context();
    assortment::find_variants(context.db.reader(), product, audience, context.now()).await?.ok_or_else(missing)
}

/// What the answer depends on; where there are no variants, nothing says of which product.
fn shown_by(variants: &[StockedVariant]) -> Vec<Tag> {
    let ids = variants.iter().map(|stocked| stocked.variant.id);
    variants.first().map(|first| shown::product(first.variant.product_id, ids)).unwrap_or_default()
}

fn show(stocked: StockedVariant, audience: Audience) -> One<VariantView> {
    let version = stocked.variant.version;
    One::versioned(VariantView::of(stocked, audience), version)
}

/// List the variants of a product; archived ones for `products:read` alone.
#[utoipa::path(
    get, path = "/api/v1/products/{product_id}/variants", tag = "products", operation_id = "list_variants", security(()),
    params(("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug"), ListParams<ByPosition>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of variants", body = ListEnvelope<VariantView>),
        (status = 404, description = "`product_not_found`", body = ErrorBody),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_variants(
    State(shop): State<Shop>,
    caller: Anyone,
    ProductPath(product): ProductPath,
    list: ListParams<ByPosition>,
) -> Result<List<VariantView>, Problem> {
    let audience = audience(&caller);
    let variants = find(&shop, &product, audience).await?;
    let shown = shown_by(&variants);
    let page = page(variants, &list, |stocked| (stocked.variant.position, stocked.variant.id.uuid()))?;
    Ok(List::of(page.map(|stocked| VariantView::of(stocked, audience)), &list).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown))
}

/// Add a variant to a product, behind the others.
#[utoipa::path(
    post, path = "/api/v1/products/{product_id}/variants", tag = "products", operation_id = "create_variant",
    security(("bearer" = ["products:write"])),
    params(("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug")),
    request_body = NewVariantIn,
    responses(
        CommonProblems,
        (status = 201, description = "The variant", body = Envelope<VariantView>),
        (status = 404, description = "`product_not_found`", body = ErrorBody),
        (status = 409, description = "`sku_taken`, `external_ref_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `product_not_sellable`", body = ErrorBody),
    ),
)]
async fn create_variant(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    ProductPath(product): ProductPath,
    Valid(body): Valid<VariantIn>,
) -> Result<Created<VariantView>, Problem> {
    let command = CreateVariant { product, variant: body.parse()? };
    let made = assortment::create_variant(shop.context(), &staff.origin(), command).await?;
    let (variant, version) = (&made.variant, made.variant.version);
    let path = format!("/api/v1/products/{}/variants/{}", variant.product_id, variant.id);
    Ok(Created::versioned(VariantView::of(made, writer(&staff)), version).at(path))
}

/// Read a variant.
#[utoipa::path(
    get, path = "/api/v1/products/{product_id}/variants/{variant_id}", tag = "products", operation_id = "get_variant", security(()),
    params(
        ("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug"),
        ("variant_id" = schema::VariantId, Path, description = "The variant (`var_…`)"),
    ),
    responses(
        CommonProblems,
        (status = 200, description = "The variant", body = Envelope<VariantView>),
        (status = 404, description = "`product_not_found`, `variant_not_found`", body = ErrorBody),
    ),
)]
async fn get_variant(
    State(shop): State<Shop>,
    caller: Anyone,
    PartPath(product, id): PartPath<VariantTag>,
    _none: NoParams,
) -> Result<One<VariantView>, Problem> {
    let audience = audience(&caller);
    let variants = find(&shop, &product, audience).await?;
    let shown = shown_by(&variants);
    let found = variants.into_iter().find(|stocked| stocked.variant.id == id);
    let stocked = found.ok_or_else(|| Problem::not_found("variant_not_found"))?;
    Ok(show(stocked, audience).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown))
}

/// Change a variant; what is absent stays. One that was sold is taken off sale by `"archived": true`.
#[utoipa::path(
    patch, path = "/api/v1/products/{product_id}/variants/{variant_id}", tag = "products", operation_id = "update_variant",
    security(("bearer" = ["products:write"])),
    params(
        ("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug"),
        ("variant_id" = schema::VariantId, Path, description = "The variant (`var_…`)"),
        ExpectedVersion,
    ),
    request_body = OneVariantPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The variant as it is now", body = Envelope<VariantView>),
        (status = 404, description = "`product_not_found`, `variant_not_found`", body = ErrorBody),
        (
            status = 409,
            description = "`version_conflict`, `sku_taken`, `external_ref_taken`, `stock_is_held`, `stock_is_reserved`",
            body = ErrorBody,
        ),
        (status = 422, description = "`validation_failed`, `product_not_sellable`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_variant(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    PartPath(product, variant_id): PartPath<VariantTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<VariantPatch>,
) -> Result<One<VariantView>, Problem> {
    let version = expected.or(body.version)?;
    let command = UpdateVariant { product, variant_id, version, changes: body.parse()? };
    let changed = assortment::update_variant(shop.context(), &staff.origin(), command).await?;
    Ok(show(changed, writer(&staff)))
}

/// Delete a variant that was never sold, stocked or put into a cart; one that was is archived instead.
#[utoipa::path(
    delete, path = "/api/v1/products/{product_id}/variants/{variant_id}", tag = "products", operation_id = "delete_variant",
    security(("bearer" = ["products:delete"])),
    params(
        ("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug"),
        ("variant_id" = schema::VariantId, Path, description = "The variant (`var_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`product_not_found`, `variant_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `variant_in_use`", body = ErrorBody),
        (status = 422, description = "`product_not_sellable`; `validation_failed`: `version` differs from `If-Match`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_variant(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsDelete>,
    PartPath(product, variant_id): PartPath<VariantTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    assortment::delete_variant(shop.context(), &staff.origin(), DeleteVariant { product, variant_id, version }).await?;
    Ok(NoContent)
}
