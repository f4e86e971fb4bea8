//! The routes of gift cards.

use axum::extract::State;
use gateway::{
    Anyone, Command, CommandKey, CommonProblems, Envelope, ErrorBody, ExpectedVersion, Kept, List, ListEnvelope, ListParams, NoParams, One,
    PathId, Permitted, Problem, Valid, permission,
};
use kernel::{FieldErrors, StoredValueId, StoredValueTag};
use payments::stored_values::{
    self, AdjustStoredValue, AdjustTarget, ChangeGiftCard, IssueGiftCard, StoredValue, StoredValueError, StoredValueKind,
};

use super::wire::{
    AdjustmentIn, GiftCardBalanceView, GiftCardCodeIn, GiftCardCodeView, GiftCardDetailsView, GiftCardIn, GiftCardPatchIn, GiftCardView,
    GiftCards, MOST_MOVES, StoredMoveView, query,
};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![
        list_gift_cards,
        issue_gift_card,
        read_gift_card_balance,
        get_gift_card,
        update_gift_card,
        adjust_gift_card,
        reveal_gift_card_code
    ]
}

fn show(card: &StoredValue) -> One<GiftCardView> {
    One::versioned(card.into(), card.version)
}

async fn find(shop: &Shop, id: StoredValueId) -> Result<StoredValue, Problem> {
    let value = stored_values::find(shop.context().db.reader(), id).await?;
    value.filter(|value| value.kind == StoredValueKind::GiftCard).ok_or_else(|| StoredValueError::NotFound.into())
}

/// List gift cards, the newest first.
#[utoipa::path(
    get, path = "/api/v1/gift-cards", tag = "gift-cards", operation_id = "list_gift_cards", security(("bearer" = ["gift_cards:read"])),
    params(ListParams<GiftCards>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of gift cards", body = ListEnvelope<GiftCardView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_gift_cards(
    State(shop): State<Shop>,
    _staff: Permitted<permission::GiftCardsRead>,
    list: ListParams<GiftCards>,
) -> Result<List<GiftCardView>, Problem> {
    let page = stored_values::list(shop.context().db.reader(), &query(StoredValueKind::GiftCard, &list)?).await?;
    Ok(List::of(page.map(|card| GiftCardView::from(&card)), &list))
}

/// Give a gift card away. Its code is not in the answer: `…/reveal` says it.
///
/// Safe to retry: a repeated `Idempotency-Key` replays the first answer.
#[utoipa::path(
    post, path = "/api/v1/gift-cards", tag = "gift-cards", operation_id = "issue_gift_card", security(("bearer" = ["gift_cards:write"])),
    params(CommandKey),
    request_body = GiftCardIn,
    responses(
        CommonProblems,
        (status = 201, description = "The gift card", body = Envelope<GiftCardView>),
        (status = 409, description = "`gift_card_code_taken`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn issue_gift_card(
    State(shop): State<Shop>,
    staff: Permitted<permission::GiftCardsWrite>,
    Command { key, body: Valid(body) }: Command<Valid<GiftCardIn>>,
) -> Result<Kept, Problem> {
    let card = body.parse(shop.context().now())?;
    let command = IssueGiftCard { card, key: key.of(staff.actor()), present: GiftCardView::kept };
    Ok(stored_values::issue(shop.context(), &staff.origin(), command).await?.into())
}

/// Read what is on a gift card, by its code. Whoever guesses codes has to wait longer each time.
#[utoipa::path(
    post, path = "/api/v1/gift-cards/balance", tag = "gift-cards", operation_id = "read_gift_card_balance", security(()),
    request_body = GiftCardCodeIn,
    responses(
        CommonProblems,
        (status = 200, description = "What it pays now", body = Envelope<GiftCardBalanceView>),
        (status = 422, description = "`validation_failed`, `gift_card_unknown`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`", body = ErrorBody),
    ),
)]
async fn read_gift_card_balance(
    State(shop): State<Shop>,
    caller: Anyone,
    Valid(body): Valid<GiftCardCodeIn>,
) -> Result<One<GiftCardBalanceView>, Problem> {
    let card = stored_values::look_up(shop.context(), &caller.origin(), &body.code).await?;
    let spendable = card.spendable(shop.context().now()).into();
    Ok(One::plain(GiftCardBalanceView { code_end: card.code_end, spendable, expires_at: card.expires_at }))
}

/// Read a gift card and what changed it.
#[utoipa::path(
    get, path = "/api/v1/gift-cards/{gift_card_id}", tag = "gift-cards", operation_id = "get_gift_card",
    security(("bearer" = ["gift_cards:read"])),
    params(("gift_card_id" = schema::StoredValueId, Path, description = "The gift card (`value_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The gift card", body = Envelope<GiftCardDetailsView>),
        (status = 404, description = "`stored_value_not_found`", body = ErrorBody),
    ),
)]
async fn get_gift_card(
    State(shop): State<Shop>,
    _staff: Permitted<permission::GiftCardsRead>,
    PathId(id): PathId<StoredValueTag>,
    _none: NoParams,
) -> Result<One<GiftCardDetailsView>, Problem> {
    let card = find(&shop, id).await?;
    let moves = stored_values::moves_of(shop.context().db.reader(), &card, MOST_MOVES).await?;
    let view = GiftCardDetailsView { card: (&card).into(), moves: moves.iter().map(StoredMoveView::from).collect() };
    Ok(One::versioned(view, card.version))
}

/// Switch a gift card on or off, or change its time.
#[utoipa::path(
    patch, path = "/api/v1/gift-cards/{gift_card_id}", tag = "gift-cards", operation_id = "update_gift_card",
    security(("bearer" = ["gift_cards:write"])),
    params(
        ("gift_card_id" = schema::StoredValueId, Path, description = "The gift card (`value_…`)"),
        ExpectedVersion,
    ),
    request_body = GiftCardPatchIn,
    responses(
        CommonProblems,
        (status = 200, description = "The gift card as it is now", body = Envelope<GiftCardView>),
        (status = 404, description = "`stored_value_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_gift_card(
    State(shop): State<Shop>,
    staff: Permitted<permission::GiftCardsWrite>,
    PathId(id): PathId<StoredValueTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<GiftCardPatchIn>,
) -> Result<One<GiftCardView>, Problem> {
    let version = expected.or(body.version)?;
    let command = ChangeGiftCard { id, version, patch: body.parse()? };
    Ok(show(&stored_values::change(shop.context(), &staff.origin(), command).await?))
}

/// Put an amount onto a gift card, or take it off.
///
/// Safe to retry: a repeated `Idempotency-Key` replays the first answer.
#[utoipa::path(
    post, path = "/api/v1/gift-cards/{gift_card_id}/adjustments", tag = "gift-cards", operation_id = "adjust_gift_card",
    security(("bearer" = ["gift_cards:write"])),
    params(
        ("gift_card_id" = schema::StoredValueId, Path, description = "The gift card (`value_…`)"),
        CommandKey,
    ),
    request_body = AdjustmentIn,
    responses(
        CommonProblems,
        (status = 201, description = "The gift card as it is now", body = Envelope<GiftCardView>),
        (status = 404, description = "`stored_value_not_found`", body = ErrorBody),
        (status = 409, description = "`stored_value_too_little`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `currency_mismatch`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn adjust_gift_card(
    State(shop): State<Shop>,
    staff: Permitted<permission::GiftCardsWrite>,
    PathId(id): PathId<StoredValueTag>,
    Command { key, body: Valid(body) }: Command<Valid<AdjustmentIn>>,
) -> Result<Kept, Problem> {
    find(&shop, id).await?;
    let mut errors = FieldErrors::new();
    let amount = body.amount.parse().map_err(|inner| errors.nest("amount", inner)).ok();
    let reason = errors.take("reason", body.reason.parse());
    let (target, key, present) = (AdjustTarget::GiftCard(id), key.of(staff.actor()), GiftCardView::kept);
    let command = errors.finish(|| Some(AdjustStoredValue { target, amount: amount?, reason: reason?, key, present }))?;
    Ok(stored_values::adjust(shop.context(), &staff.origin(), command).await?.into())
}

/// Read the code of a gift card. The audit log tells who did.
#[utoipa::path(
    post, path = "/api/v1/gift-cards/{gift_card_id}/reveal", tag = "gift-cards", operation_id = "reveal_gift_card_code",
    security(("bearer" = ["gift_cards:write"])),
    params(("gift_card_id" = schema::StoredValueId, Path, description = "The gift card (`value_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The code", body = Envelope<GiftCardCodeView>),
        (status = 404, description = "`stored_value_not_found`", body = ErrorBody),
        (status = 409, description = "`gift_card_code_unknown`: it was given, or made with another master key", body = ErrorBody),
    ),
)]
async fn reveal_gift_card_code(
    State(shop): State<Shop>,
    staff: Permitted<permission::GiftCardsWrite>,
    PathId(id): PathId<StoredValueTag>,
    _none: NoParams,
) -> Result<One<GiftCardCodeView>, Problem> {
    let code = stored_values::reveal(shop.context(), &staff.origin(), id).await?;
    Ok(One::plain(GiftCardCodeView { code: code.reveal() }))
}
