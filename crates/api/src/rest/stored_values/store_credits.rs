//! The routes of what customers have on account.

use axum::extract::State;
use gateway::{
    Command, CommandKey, CommonProblems, Envelope, ErrorBody, Kept, List, ListEnvelope, ListParams, NoParams, One, PathId, Permitted,
    Problem, Valid, permission,
};
use kernel::{FieldErrors, StoredValueTag, UserId};
use payments::stored_values::{self, AdjustStoredValue, AdjustTarget, StoredValueError, StoredValueKind};

use super::wire::{CreditAdjustmentIn, MOST_MOVES, StoreCreditDetailsView, StoreCreditView, StoreCredits, StoredMoveView, query};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_store_credits, adjust_store_credit, get_store_credit]
}

/// List what customers have on account, by currency.
#[utoipa::path(
    get, path = "/api/v1/store-credits", tag = "gift-cards", operation_id = "list_store_credits",
    security(("bearer" = ["gift_cards:read"])),
    params(ListParams<StoreCredits>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of credits", body = ListEnvelope<StoreCreditView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_store_credits(
    State(shop): State<Shop>,
    _staff: Permitted<permission::GiftCardsRead>,
    list: ListParams<StoreCredits>,
) -> Result<List<StoreCreditView>, Problem> {
    let page = stored_values::list(shop.context().db.reader(), &query(StoredValueKind::StoreCredit, &list)?).await?;
    Ok(List::of(page.map(|credit| StoreCreditView::from(&credit)), &list))
}

/// Give a customer credit in a currency, or take it back. It is made where there is none.
///
/// Safe to retry: a repeated `Idempotency-Key` replays the first answer.
#[utoipa::path(
    post, path = "/api/v1/store-credits/adjustments", tag = "gift-cards", operation_id = "adjust_store_credit",
    security(("bearer" = ["gift_cards:write"])),
    params(CommandKey),
    request_body = CreditAdjustmentIn,
    responses(
        CommonProblems,
        (status = 201, description = "The credit as it is now", body = Envelope<StoreCreditView>),
        (status = 404, description = "`user_not_found`", body = ErrorBody),
        (status = 409, description = "`stored_value_too_little`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn adjust_store_credit(
    State(shop): State<Shop>,
    staff: Permitted<permission::GiftCardsWrite>,
    Command { key, body: Valid(body) }: Command<Valid<CreditAdjustmentIn>>,
) -> Result<Kept, Problem> {
    let mut errors = FieldErrors::new();
    let user = errors.take("user_id", body.user_id.parse::<UserId>());
    let amount = body.amount.parse().map_err(|inner| errors.nest("amount", inner)).ok();
    let reason = errors.take("reason", body.reason.parse());
    let (key, present) = (key.of(staff.actor()), StoreCreditView::kept);
    let adjustment = || Some(AdjustStoredValue { target: AdjustTarget::CreditOf(user?), amount: amount?, reason: reason?, key, present });
    Ok(stored_values::adjust(shop.context(), &staff.origin(), errors.finish(adjustment)?).await?.into())
}

/// Read what a customer has on account and what changed it.
#[utoipa::path(
    get, path = "/api/v1/store-credits/{store_credit_id}", tag = "gift-cards", operation_id = "get_store_credit",
    security(("bearer" = ["gift_cards:read"])),
    params(("store_credit_id" = schema::StoredValueId, Path, description = "The credit (`value_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The credit", body = Envelope<StoreCreditDetailsView>),
        (status = 404, description = "`stored_value_not_found`", body = ErrorBody),
    ),
)]
async fn get_store_credit(
    State(shop): State<Shop>,
    _staff: Permitted<permission::GiftCardsRead>,
    PathId(id): PathId<StoredValueTag>,
    _none: NoParams,
) -> Result<One<StoreCreditDetailsView>, Problem> {
    let reader = shop.context().db.reader();
    let credit = stored_values::find(reader, id).await?.filter(|value| value.kind == StoredValueKind::StoreCredit);
    let credit = credit.ok_or(StoredValueError::NotFound)?;
    let moves = stored_values::moves_of(reader, &credit, MOST_MOVES).await?;
    let view = StoreCreditDetailsView { credit: (&credit).into(), moves: moves.iter().map(StoredMoveView::from).collect() };
    Ok(One::versioned(view, credit.version))
}
