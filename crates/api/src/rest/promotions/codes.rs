//! The routes of the codes of a promotion.

use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, FilterKind, List, ListEnvelope, ListParams, ListRoute, ListSpec, NoContent, One, PathId,
    PathIds, Permitted, Problem, Valid, permission,
};
use kernel::{PromotionCodeTag, PromotionId, PromotionTag, Timestamp};
use sales::promotions::{self, CodeOf, CodeQuery, CodesInput, NewCodes, PromotionCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_promotion_codes, add_promotion_codes, update_promotion_code, delete_promotion_code]
}

/// The list of the codes of a promotion.
struct Codes;

impl ListRoute for Codes {
    const SPEC: ListSpec = ListSpec { filters: &[("code", FilterKind::Text), ("active", FilterKind::Flag)], ..ListSpec::PLAIN };
}

/// New codes of a promotion: these, or so many that nobody can guess.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PromotionCodesIn {
    /// These: letters, digits, dashes and underscores, 3 to 64 each. Customers may write them in any case.
    #[serde(default)]
    #[schema(max_items = 10_000, example = json!(["SPRING-26"]))]
    codes: Vec<String>,
    /// So many new ones.
    #[schema(minimum = 1, maximum = 10_000)]
    count: Option<i64>,
    /// What stands before each new one.
    #[schema(max_length = 32, pattern = "^[A-Za-z0-9_-]*$")]
    prefix: Option<String>,
    /// How many characters follow it. Absent: 12.
    #[schema(minimum = 8, maximum = 32)]
    length: Option<i64>,
    /// By how many orders each may be used. Absent: by any number.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    uses_limit: Option<i64>,
}

/// What changes of a code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PromotionCodePatch {
    /// False: it may be used no more.
    active: bool,
}

/// A code of a promotion.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PromotionCodeView {
    /// Its id (`pcode_…`).
    #[schema(value_type = schema::PromotionCodeId)]
    id: String,
    /// The code.
    code: String,
    /// False where it may be used no more.
    active: bool,
    /// By how many orders it was used that were not called off.
    uses: i64,
    /// By how many it may be.
    uses_limit: Option<i64>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<PromotionCode> for PromotionCodeView {
    fn from(code: PromotionCode) -> Self {
        Self {
            id: code.id.to_string(),
            code: code.code,
            active: code.active,
            uses: code.uses,
            uses_limit: code.uses_limit,
            created_at: code.created_at,
        }
    }
}

async fn refuse_unknown(shop: &Shop, id: PromotionId) -> Result<(), Problem> {
    let promotion = promotions::find(shop.context().db.reader(), id).await?;
    promotion.map(drop).ok_or_else(|| Problem::not_found("promotion_not_found"))
}

/// List the codes of a promotion.
#[utoipa::path(
    get, path = "/api/v1/promotions/{promotion_id}/codes", tag = "promotions", operation_id = "list_promotion_codes",
    security(("bearer" = ["promotions:read"])),
    params(("promotion_id" = schema::PromotionId, Path, description = "The promotion (`promo_…`)"), ListParams<Codes>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of codes", body = ListEnvelope<PromotionCodeView>),
        (status = 404, description = "`promotion_not_found`", body = ErrorBody),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_promotion_codes(
    State(shop): State<Shop>,
    _staff: Permitted<permission::PromotionsRead>,
    PathId(promotion_id): PathId<PromotionTag>,
    list: ListParams<Codes>,
) -> Result<List<PromotionCodeView>, Problem> {
    refuse_unknown(&shop, promotion_id).await?;
    let query = CodeQuery {
        promotion_id,
        code: list.filters.text("code").map(str::to_owned),
        active: list.filters.flag("active"),
        newest_first: list.sort.first().is_some_and(|key| key.descending),
        page: list.page.clone(),
    };
    let page = promotions::list_codes(shop.context().db.reader(), &query).await?;
    Ok(List::of(page.map(PromotionCodeView::from), &list))
}

/// Make codes for a promotion: given ones, or up to ten thousand that nobody can guess. All or none are made.
#[utoipa::path(
    post, path = "/api/v1/promotions/{promotion_id}/codes", tag = "promotions", operation_id = "add_promotion_codes",
    security(("bearer" = ["promotions:write"])),
    params(("promotion_id" = schema::PromotionId, Path, description = "The promotion (`promo_…`)")),
    request_body = PromotionCodesIn,
    responses(
        CommonProblems,
        (status = 201, description = "The new codes", body = Envelope<Vec<PromotionCodeView>>),
        (status = 404, description = "`promotion_not_found`", body = ErrorBody),
        (status = 409, description = "`promotion_code_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn add_promotion_codes(
    State(shop): State<Shop>,
    staff: Permitted<permission::PromotionsWrite>,
    PathId(id): PathId<PromotionTag>,
    Valid(body): Valid<PromotionCodesIn>,
) -> Result<Created<Vec<PromotionCodeView>>, Problem> {
    refuse_unknown(&shop, id).await?;
    let PromotionCodesIn { codes, count, prefix, length, uses_limit } = body;
    let new = NewCodes::parse(CodesInput { codes, count, prefix, length, uses_limit })?;
    let codes = promotions::add_codes(shop.context(), &staff.origin(), id, new).await?;
    Ok(Created::plain(codes.into_iter().map(PromotionCodeView::from).collect()))
}

/// Let a code be used, or no more.
#[utoipa::path(
    patch, path = "/api/v1/promotions/{promotion_id}/codes/{code_id}", tag = "promotions", operation_id = "update_promotion_code",
    security(("bearer" = ["promotions:write"])),
    params(
        ("promotion_id" = schema::PromotionId, Path, description = "The promotion (`promo_…`)"),
        ("code_id" = schema::PromotionCodeId, Path, description = "The code (`pcode_…`)"),
    ),
    request_body = PromotionCodePatch,
    responses(
        CommonProblems,
        (status = 200, description = "The code as it is now", body = Envelope<PromotionCodeView>),
        (status = 404, description = "`promotion_not_found`, `promotion_code_not_found`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn update_promotion_code(
    State(shop): State<Shop>,
    staff: Permitted<permission::PromotionsWrite>,
    PathIds(promotion_id, id): PathIds<PromotionTag, PromotionCodeTag>,
    Valid(body): Valid<PromotionCodePatch>,
) -> Result<One<PromotionCodeView>, Problem> {
    let code = promotions::switch_code(shop.context(), &staff.origin(), CodeOf { promotion_id, id }, body.active).await?;
    Ok(One::plain(code.into()))
}

/// Delete a code by which no order came; to end one, set `active` to false.
#[utoipa::path(
    delete, path = "/api/v1/promotions/{promotion_id}/codes/{code_id}", tag = "promotions", operation_id = "delete_promotion_code",
    security(("bearer" = ["promotions:delete"])),
    params(
        ("promotion_id" = schema::PromotionId, Path, description = "The promotion (`promo_…`)"),
        ("code_id" = schema::PromotionCodeId, Path, description = "The code (`pcode_…`)"),
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`promotion_not_found`, `promotion_code_not_found`", body = ErrorBody),
        (status = 409, description = "`promotion_code_in_use`", body = ErrorBody),
    ),
)]
async fn delete_promotion_code(
    State(shop): State<Shop>,
    staff: Permitted<permission::PromotionsDelete>,
    PathIds(promotion_id, id): PathIds<PromotionTag, PromotionCodeTag>,
) -> Result<NoContent, Problem> {
    promotions::delete_code(shop.context(), &staff.origin(), CodeOf { promotion_id, id }).await?;
    Ok(NoContent)
}
