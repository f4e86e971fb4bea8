//! The routes of a product's pictures.

use axum::extract::State;
use catalog::listing::Audience;
use catalog::media::{self, AddMedia, DeleteMedia, Media, ReorderMedia, UpdateMedia, UploadMedia};
use catalog::products::{self, ProductRef, ProductStatus};
use gateway::{
    Anyone, CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One,
    Permitted, Problem, RequiredVersion, Valid, permission,
};
use kernel::{MediaTag, ProductId};

use super::media_wire::{MediaIn, MediaOrderIn, MediaPatch, MediaUploadIn, NewMedia};
use super::parts::{ByPosition, page};
use super::path::{PartPath, ProductPath, missing};
use super::reading::{MAX_AGE_SECONDS, audience};
use crate::rest::media::MediaView;
use crate::routes::{Routes, routes};
use crate::shop::Shop;
use crate::{schema, shown};

pub(super) fn routes() -> Routes {
    routes![list_product_media, add_product_media, reorder_product_media, get_product_media, update_product_media, delete_product_media]
}

/// The product that a path names, where this audience may see it.
async fn resolve(shop: &Shop, product: &ProductRef, audience: Audience) -> Result<ProductId, Problem> {
    let found = products::find_status(shop.context().db.reader(), product).await?;
    let visible = found.filter(|(_, status)| audience == Audience::Staff || *status == ProductStatus::Active);
    visible.map(|(id, _)| id).ok_or_else(missing)
}

async fn pictures(shop: &Shop, product: &ProductRef, audience: Audience) -> Result<(ProductId, Vec<Media>), Problem> {
    let id = resolve(shop, product, audience).await?;
    Ok((id, media::list_for_products(shop.context().db.reader(), &[id]).await?))
}

fn show(media: Media) -> One<MediaView> {
    let version = media.version;
    One::versioned(media.into(), version)
}

/// List the pictures of a product in order.
#[utoipa::path(
    get, path = "/api/v1/products/{product_id}/media", tag = "products", operation_id = "list_product_media", security(()),
    params(("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug"), ListParams<ByPosition>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of pictures", body = ListEnvelope<MediaView>),
        (status = 404, description = "`product_not_found`", body = ErrorBody),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_product_media(
    State(shop): State<Shop>,
    caller: Anyone,
    ProductPath(product): ProductPath,
    list: ListParams<ByPosition>,
) -> Result<List<MediaView>, Problem> {
    let (id, all) = pictures(&shop, &product, audience(&caller)).await?;
    let page = page(all, &list, |media| (media.position, media.id.uuid()))?;
    Ok(List::of(page.map(MediaView::from), &list).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown::product(id, [])))
}

/// Add a picture to a product: an address elsewhere as JSON, or a file in a form.
#[utoipa::path(
    post, path = "/api/v1/products/{product_id}/media", tag = "products", operation_id = "add_product_media",
    security(("bearer" = ["products:write"])),
    params(("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug")),
    request_body(content((MediaIn = "application/json"), (MediaUploadIn = "multipart/form-data"))),
    responses(
        CommonProblems,
        (status = 201, description = "The picture", body = Envelope<MediaView>),
        (status = 404, description = "`product_not_found`", body = ErrorBody),
        (
            status = 422,
            description = "`validation_failed`, `media_not_a_picture`, `media_too_many_pixels`, `media_limit_reached`",
            body = ErrorBody,
        ),
    ),
)]
async fn add_product_media(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    ProductPath(product): ProductPath,
    body: NewMedia,
) -> Result<Created<MediaView>, Problem> {
    let (context, origin, product_id) = (shop.context(), staff.origin(), resolve(&shop, &product, Audience::Staff).await?);
    let added = match body {
        NewMedia::Remote(source, details) => media::add(context, &origin, AddMedia { product_id, source, details }).await?,
        NewMedia::File(content, details) => media::upload(context, &origin, UploadMedia { product_id, content, details }).await?,
    };
    let (path, version) = (format!("/api/v1/products/{product_id}/media/{}", added.id), added.version);
    Ok(Created::versioned(added.into(), version).at(path))
}

/// Put the pictures of a product in another order. The list stands for a version: it fits only while it names all of them.
#[utoipa::path(
    post, path = "/api/v1/products/{product_id}/media/order", tag = "products", operation_id = "reorder_product_media",
    security(("bearer" = ["products:write"])),
    params(("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug")),
    request_body = MediaOrderIn,
    responses(
        CommonProblems,
        (status = 200, description = "All pictures in their new order", body = Envelope<Vec<MediaView>>),
        (status = 404, description = "`product_not_found`", body = ErrorBody),
        (status = 409, description = "`media_changed`: the product has other pictures than these", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn reorder_product_media(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    ProductPath(product): ProductPath,
    Valid(body): Valid<MediaOrderIn>,
) -> Result<One<Vec<MediaView>>, Problem> {
    let product_id = resolve(&shop, &product, Audience::Staff).await?;
    let command = ReorderMedia { product_id, order: body.parse()? };
    let all = media::reorder(shop.context(), &staff.origin(), command).await?;
    Ok(One::plain(all.into_iter().map(MediaView::from).collect()))
}

/// Read a picture of a product.
#[utoipa::path(
    get, path = "/api/v1/products/{product_id}/media/{media_id}", tag = "products", operation_id = "get_product_media", security(()),
    params(
        ("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug"),
        ("media_id" = schema::MediaId, Path, description = "The picture (`media_…`)"),
    ),
    responses(
        CommonProblems,
        (status = 200, description = "The picture", body = Envelope<MediaView>),
        (status = 404, description = "`product_not_found`, `media_not_found`", body = ErrorBody),
    ),
)]
async fn get_product_media(
    State(shop): State<Shop>,
    caller: Anyone,
    PartPath(product, id): PartPath<MediaTag>,
    _none: NoParams,
) -> Result<One<MediaView>, Problem> {
    let (product_id, all) = pictures(&shop, &product, audience(&caller)).await?;
    let found = all.into_iter().find(|media| media.id == id);
    let media = found.ok_or_else(|| Problem::not_found("media_not_found"))?;
    Ok(show(media).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown::product(product_id, [])))
}

/// Change the alternative text or the place of a picture; what is absent stays.
#[utoipa::path(
    patch, path = "/api/v1/products/{product_id}/media/{media_id}", tag = "products", operation_id = "update_product_media",
    security(("bearer" = ["products:write"])),
    params(
        ("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug"),
        ("media_id" = schema::MediaId, Path, description = "The picture (`media_…`)"),
        ExpectedVersion,
    ),
    request_body = MediaPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The picture as it is now", body = Envelope<MediaView>),
        (status = 404, description = "`product_not_found`, `media_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_product_media(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    PartPath(product, id): PartPath<MediaTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<MediaPatch>,
) -> Result<One<MediaView>, Problem> {
    let version = expected.or(body.version)?;
    let product_id = resolve(&shop, &product, Audience::Staff).await?;
    let command = UpdateMedia { product_id, id, version, changes: body.parse()? };
    Ok(show(media::update(shop.context(), &staff.origin(), command).await?))
}

/// Remove a picture from a product.
#[utoipa::path(
    delete, path = "/api/v1/products/{product_id}/media/{media_id}", tag = "products", operation_id = "delete_product_media",
    security(("bearer" = ["products:delete"])),
    params(
        ("product_id" = String, Path, description = "The product, by id (`prod_…`) or slug"),
        ("media_id" = schema::MediaId, Path, description = "The picture (`media_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`product_not_found`, `media_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: `version` differs from `If-Match`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_product_media(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsDelete>,
    PartPath(product, id): PartPath<MediaTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    let product_id = resolve(&shop, &product, Audience::Staff).await?;
    media::delete(shop.context(), &staff.origin(), DeleteMedia { product_id, id, version }).await?;
    Ok(NoContent)
}
