//! The routes of promotions.

use accounts::permissions::Permission;
use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One, PathId,
    Permitted, Problem, RequiredVersion, Valid, permission,
};
use kernel::{PromotionId, PromotionTag};
use sales::promotions::{self, ChangePromotion, DeletePromotion, Promotion};

use super::input::{PromotionIn, PromotionPatch, Promotions, query};
use super::trial::{TrialIn, TrialView};
use super::view::PromotionView;
use super::{codes, trial};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_promotions, create_promotion, test_promotions, get_promotion, update_promotion, delete_promotion].merge(codes::routes())
}

async fn view(shop: &Shop, promotion: Promotion) -> Result<PromotionView, Problem> {
    let had = promotions::counted(shop.context().db.reader(), &[promotion.id]).await?;
    Ok(PromotionView::of(promotion, had.into_iter().next().unwrap_or_default()))
}

async fn show(shop: &Shop, promotion: Promotion) -> Result<One<PromotionView>, Problem> {
    let version = promotion.version;
    Ok(One::versioned(view(shop, promotion).await?, version))
}

/// List promotions, in the order in which they apply.
#[utoipa::path(
    get, path = "/api/v1/promotions", tag = "promotions", operation_id = "list_promotions", security(("bearer" = ["promotions:read"])),
    params(ListParams<Promotions>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of promotions", body = ListEnvelope<PromotionView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_promotions(
    State(shop): State<Shop>,
    _staff: Permitted<permission::PromotionsRead>,
    list: ListParams<Promotions>,
) -> Result<List<PromotionView>, Problem> {
    let reader = shop.context().db.reader();
    let page = promotions::list(reader, &query(&list)).await?;
    let ids: Vec<PromotionId> = page.items.iter().map(|promotion| promotion.id).collect();
    let mut had = promotions::counted(reader, &ids).await?.into_iter();
    Ok(List::of(page.map(|promotion| PromotionView::of(promotion, had.next().unwrap_or_default())), &list))
}

/// Make a promotion. Carts have it from their next look on.
#[utoipa::path(
    post, path = "/api/v1/promotions", tag = "promotions", operation_id = "create_promotion", security(("bearer" = ["promotions:write"])),
    request_body = PromotionIn,
    responses(
        CommonProblems,
        (status = 201, description = "The promotion", body = Envelope<PromotionView>),
        (status = 409, description = "`too_many_promotions`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn create_promotion(
    State(shop): State<Shop>,
    staff: Permitted<permission::PromotionsWrite>,
    Valid(body): Valid<PromotionIn>,
) -> Result<Created<PromotionView>, Problem> {
    let promotion = promotions::create(shop.context(), &staff.origin(), body.parse()?).await?;
    let (path, version) = (format!("/api/v1/promotions/{}", promotion.id), promotion.version);
    Ok(Created::versioned(view(&shop, promotion).await?, version).at(path))
}

/// See what promotions would make of a cart, and why others would not. Nothing is kept. Naming a customer or an address needs `customers:read`.
#[utoipa::path(
    post, path = "/api/v1/promotions/test", tag = "promotions", operation_id = "test_promotions",
    security(("bearer" = ["promotions:read"])),
    request_body = TrialIn,
    responses(
        CommonProblems,
        (status = 200, description = "What the cart would cost", body = Envelope<TrialView>),
        (status = 422, description = "`validation_failed`, `variant_unavailable`, `total_too_large`", body = ErrorBody),
    ),
)]
async fn test_promotions(
    State(shop): State<Shop>,
    staff: Permitted<permission::PromotionsRead>,
    Valid(body): Valid<TrialIn>,
) -> Result<One<TrialView>, Problem> {
    // Whether somebody has ordered, or had a promotion, is told to whoever may see customers.
    if body.names_somebody() && !staff.may(Permission::CustomersRead) {
        return Err(Problem::forbidden(Permission::CustomersRead.name()));
    }
    Ok(One::plain(trial::run(&shop, body).await?))
}

/// Read a promotion.
#[utoipa::path(
    get, path = "/api/v1/promotions/{promotion_id}", tag = "promotions", operation_id = "get_promotion",
    security(("bearer" = ["promotions:read"])),
    params(("promotion_id" = schema::PromotionId, Path, description = "The promotion (`promo_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The promotion", body = Envelope<PromotionView>),
        (status = 404, description = "`promotion_not_found`", body = ErrorBody),
    ),
)]
async fn get_promotion(
    State(shop): State<Shop>,
    _staff: Permitted<permission::PromotionsRead>,
    PathId(id): PathId<PromotionTag>,
    _none: NoParams,
) -> Result<One<PromotionView>, Problem> {
    let promotion = promotions::find(shop.context().db.reader(), id).await?;
    show(&shop, promotion.ok_or_else(|| Problem::not_found("promotion_not_found"))?).await
}

/// Change a promotion; what is absent stays. Orders keep what they had.
#[utoipa::path(
    patch, path = "/api/v1/promotions/{promotion_id}", tag = "promotions", operation_id = "update_promotion",
    security(("bearer" = ["promotions:write"])),
    params(
        ("promotion_id" = schema::PromotionId, Path, description = "The promotion (`promo_…`)"),
        ExpectedVersion,
    ),
    request_body = PromotionPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The promotion as it is now", body = Envelope<PromotionView>),
        (status = 404, description = "`promotion_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `too_many_promotions`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: also a limit below what was had already", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_promotion(
    State(shop): State<Shop>,
    staff: Permitted<permission::PromotionsWrite>,
    PathId(id): PathId<PromotionTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<PromotionPatch>,
) -> Result<One<PromotionView>, Problem> {
    let version = expected.or(body.version)?;
    let command = ChangePromotion { id, version, changes: body.parse()? };
    show(&shop, promotions::change(shop.context(), &staff.origin(), command).await?).await
}

/// Delete a promotion that no order had, with its codes; to end one, set `active` to false.
#[utoipa::path(
    delete, path = "/api/v1/promotions/{promotion_id}", tag = "promotions", operation_id = "delete_promotion",
    security(("bearer" = ["promotions:delete"])),
    params(
        ("promotion_id" = schema::PromotionId, Path, description = "The promotion (`promo_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`promotion_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `promotion_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_promotion(
    State(shop): State<Shop>,
    staff: Permitted<permission::PromotionsDelete>,
    PathId(id): PathId<PromotionTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    promotions::delete(shop.context(), &staff.origin(), DeletePromotion { id, version }).await?;
    Ok(NoContent)
}
