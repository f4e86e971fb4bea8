//! The routes that read products.

use axum::extract::{RawQuery, State};
use catalog::listing::Audience;
use catalog::products::ProductRef;
use catalog::{assortment, listing};
use gateway::{
    Anyone, CommonProblems, Envelope, ErrorBody, List, ListEnvelope, ListParams, NoParams, One, Permission, Problem, ViewParams,
};

use super::list::{OneProduct, Products, query};
use super::path::{ProductPath, missing};
use super::related::RelatedProductsView;
use super::summary::ProductSummaryView;
use super::view::ProductView;
use crate::rest::moved::moved;
use crate::routes::{Routes, routes};
use crate::shop::Shop;
use crate::shown;

/// How long a storefront may go on with what was changed.
pub(in crate::rest) const MAX_AGE_SECONDS: u32 = 60;

pub(super) fn routes() -> Routes {
    routes![list_products, get_product, list_related_products]
}

/// What this caller may see of products.
pub(in crate::rest) fn audience(caller: &Anyone) -> Audience {
    if caller.may(Permission::ProductsRead) { Audience::Staff } else { Audience::Public }
}

/// List products. Anybody sees what is active; drafts and archived products need `products:read`.
#[utoipa::path(
    get, path = "/api/v1/products", tag = "products", operation_id = "list_products", security(()),
    params(ListParams<Products>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of products", body = ListEnvelope<ProductSummaryView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_products(State(shop): State<Shop>, caller: Anyone, list: ListParams<Products>) -> Result<List<ProductSummaryView>, Problem> {
    let context = shop.context();
    let page = listing::list(context.db.reader(), &query(&list, audience(&caller))?, context.now()).await?;
    Ok(List::of(page.map(ProductSummaryView::from), &list).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown::products()))
}

/// Read a product with its variants, pictures, categories and relations; what `include` names is there in any case.
///
/// Anybody sees what is active. Drafts, archived products and variants, costs and metadata need `products:read`. By a slug that the product had before
/// it answers 301.
#[utoipa::path(
    get, path = "/api/v1/products/{product_id}", tag = "products", operation_id = "get_product", security(()),
    params(("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug"), ViewParams<OneProduct>),
    responses(
        CommonProblems,
        (status = 200, description = "The product", body = Envelope<ProductView>),
        (status = 301, description = "`moved`: it has another slug now, by which `Location` names it", body = ErrorBody),
        (status = 404, description = "`product_not_found`", body = ErrorBody),
    ),
)]
async fn get_product(
    State(shop): State<Shop>,
    caller: Anyone,
    ProductPath(reference): ProductPath,
    _view: ViewParams<OneProduct>,
    RawQuery(query): RawQuery,
) -> Result<One<ProductView>, Problem> {
    let (context, audience) = (shop.context(), audience(&caller));
    let found = assortment::find(context.db.reader(), &reference, audience, context.now()).await?;
    let Some(document) = found else { return Err(moved_or_missing(&shop, &reference, audience, query).await?) };
    let version = document.product.version;
    let shown = shown::product(document.product.id, document.variants.iter().map(|stocked| stocked.variant.id));
    Ok(One::versioned(ProductView::of(document, audience), version).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown))
}

/// Where a product is now that had this slug, or that there is none.
async fn moved_or_missing(shop: &Shop, reference: &ProductRef, audience: Audience, query: Option<String>) -> Result<Problem, Problem> {
    let ProductRef::Slug(former) = reference else { return Ok(missing()) };
    let slug = assortment::find_renamed(shop.context().db.reader(), former, audience).await?;
    Ok(slug.map_or_else(missing, |slug| moved("products", &slug, query)))
}

/// Read the products that one points at, as lists show them, by kind and in the order of staff.
///
/// Anybody sees those that are active; `products:read` sees all.
#[utoipa::path(
    get, path = "/api/v1/products/{product_id}/related", tag = "products", operation_id = "list_related_products", security(()),
    params(("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug")),
    responses(
        CommonProblems,
        (status = 200, description = "The products that it points at; none of a kind is an empty list", body = Envelope<RelatedProductsView>),
        (status = 404, description = "`product_not_found`", body = ErrorBody),
    ),
)]
async fn list_related_products(
    State(shop): State<Shop>,
    caller: Anyone,
    ProductPath(reference): ProductPath,
    _none: NoParams,
) -> Result<One<RelatedProductsView>, Problem> {
    let found = listing::related(shop.context().db.reader(), &reference, audience(&caller)).await?;
    let related = found.ok_or_else(missing)?;
    Ok(One::plain(RelatedProductsView::of(related)).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown::products()))
}
