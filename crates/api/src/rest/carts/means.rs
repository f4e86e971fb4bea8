//! What a cart is paid with beside its payment method: gift cards and credit.

use axum::extract::State;
use gateway::{CartHolder, CommonProblems, Envelope, ErrorBody, NoParams, One, PathId, PathIds, Problem, Valid};
use kernel::{CartTag, StoredValueTag};
use sales::carts::{self, PaidWith};

use super::handlers::{access, show};
use super::means_wire::CartGiftCardIn;
use super::wire::CartView;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![add_cart_gift_card, remove_cart_gift_card, use_store_credit, leave_store_credit]
}

/// Pay a cart with a gift card. Whoever guesses codes has to wait longer each time.
#[utoipa::path(
    post, path = "/api/v1/carts/{cart_id}/gift-cards", tag = "carts", operation_id = "add_cart_gift_card",
    security(("cart_token" = []), ("bearer" = [])),
    params(("cart_id" = schema::CartId, Path, description = "The cart (`cart_…`)")),
    request_body = CartGiftCardIn,
    responses(
        CommonProblems,
        (status = 200, description = "The cart as it is now", body = Envelope<CartView>),
        (status = 404, description = "`cart_not_found`", body = ErrorBody),
        (status = 409, description = "`order_already_placed`, `cart_merged`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `gift_card_unknown`, `too_many_gift_cards`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`", body = ErrorBody),
    ),
)]
async fn add_cart_gift_card(
    State(shop): State<Shop>,
    holder: CartHolder,
    PathId(id): PathId<CartTag>,
    Valid(body): Valid<CartGiftCardIn>,
) -> Result<One<CartView>, Problem> {
    let contents = carts::add_gift_card(&shop.sales, &holder.origin(id), &access(&holder, id), &body.code).await?;
    show(&shop, contents).await
}

/// Pay a cart without a gift card.
#[utoipa::path(
    delete, path = "/api/v1/carts/{cart_id}/gift-cards/{gift_card_id}", tag = "carts", operation_id = "remove_cart_gift_card",
    security(("cart_token" = []), ("bearer" = [])),
    params(
        ("cart_id" = schema::CartId, Path, description = "The cart (`cart_…`)"),
        ("gift_card_id" = schema::StoredValueId, Path, description = "The gift card (`value_…`), as the cart's `pays_with` names it"),
    ),
    responses(
        CommonProblems,
        (status = 200, description = "The cart as it is now", body = Envelope<CartView>),
        (status = 404, description = "`cart_not_found`, `stored_value_not_found`", body = ErrorBody),
        (status = 409, description = "`order_already_placed`, `cart_merged`", body = ErrorBody),
    ),
)]
async fn remove_cart_gift_card(
    State(shop): State<Shop>,
    holder: CartHolder,
    PathIds(id, card): PathIds<CartTag, StoredValueTag>,
) -> Result<One<CartView>, Problem> {
    let contents = carts::pay_without(&shop.sales, &holder.origin(id), &access(&holder, id), PaidWith::GiftCard(card)).await?;
    show(&shop, contents).await
}

/// Pay one's own cart with what one has on account, after the gift cards. Whoever orders has to be signed in then.
#[utoipa::path(
    put, path = "/api/v1/carts/{cart_id}/store-credit", tag = "carts", operation_id = "use_store_credit",
    security(("cart_token" = []), ("bearer" = [])),
    params(("cart_id" = schema::CartId, Path, description = "The cart (`cart_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The cart as it is now", body = Envelope<CartView>),
        (status = 403, description = "`store_credit_of_another`: its owner is not signed in", body = ErrorBody),
        (status = 404, description = "`cart_not_found`", body = ErrorBody),
        (status = 409, description = "`order_already_placed`, `cart_merged`", body = ErrorBody),
        (status = 422, description = "`no_store_credit`", body = ErrorBody),
    ),
)]
async fn use_store_credit(
    State(shop): State<Shop>,
    holder: CartHolder,
    PathId(id): PathId<CartTag>,
    _none: NoParams,
) -> Result<One<CartView>, Problem> {
    show(&shop, carts::use_credit(&shop.sales, &holder.origin(id), &access(&holder, id)).await?).await
}

/// Pay a cart without what its owner has on account.
#[utoipa::path(
    delete, path = "/api/v1/carts/{cart_id}/store-credit", tag = "carts", operation_id = "leave_store_credit",
    security(("cart_token" = []), ("bearer" = [])),
    params(("cart_id" = schema::CartId, Path, description = "The cart (`cart_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The cart as it is now", body = Envelope<CartView>),
        (status = 404, description = "`cart_not_found`, `stored_value_not_found`", body = ErrorBody),
        (status = 409, description = "`order_already_placed`, `cart_merged`", body = ErrorBody),
    ),
)]
async fn leave_store_credit(
    State(shop): State<Shop>,
    holder: CartHolder,
    PathId(id): PathId<CartTag>,
    _none: NoParams,
) -> Result<One<CartView>, Problem> {
    let contents = carts::pay_without(&shop.sales, &holder.origin(id), &access(&holder, id), PaidWith::Credit).await?;
    show(&shop, contents).await
}
