//! Checkout: a cart becomes an order.

use axum::extract::State;
use gateway::{CartHolder, Command, CommandKey, CommonProblems, Envelope, ErrorBody, Kept, PathId, Problem, Valid};
use kernel::CartTag;
use sales::checkout::{self, PlaceOrder};
use serde::Deserialize;
use utoipa::ToSchema;

use super::carts::access;
use super::orders::OrderView;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![place_order]
}

/// How the cart is ordered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CheckoutIn {
    /// `manual` (bank transfer, cash); in the demo also `test`.
    #[schema(value_type = schema::PaymentMethod)]
    payment_method: String,
    /// The text of the ETag of the cart that the customer saw: where the cart or its total is another now, the order is
    /// refused with the new cart.
    #[schema(max_length = 128)]
    cart_version: Option<String>,
}

/// Turn a cart into an order.
///
/// Safe to retry: a repeated `Idempotency-Key` replays the first answer.
#[utoipa::path(
    post, path = "/api/v1/carts/{cart_id}/checkout", tag = "carts", operation_id = "place_order", security(("cart_token" = []), ("bearer" = [])),
    params(
        ("cart_id" = schema::CartId, Path, description = "The cart to turn into an order (`cart_…`)"),
        CommandKey,
    ),
    request_body = CheckoutIn,
    responses(
        CommonProblems,
        (status = 201, description = "Order placed", body = Envelope<OrderView>),
        (status = 403, description = "`store_credit_of_another`: the cart is paid with credit whose owner is not signed in", body = ErrorBody),
        (status = 404, description = "`cart_not_found`", body = ErrorBody),
        (status = 409, description = "`order_already_placed`, `cart_merged`, `out_of_stock`, `variant_unavailable`, `cart_changed`, `promotion_not_applied`, `promotion_used_up`, `stored_value_spent`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`cart_empty`, `cart_incomplete`, `payment_method_unavailable`, `total_too_large`, `idempotency_key_reused`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn place_order(
    State(shop): State<Shop>,
    holder: CartHolder,
    PathId(id): PathId<CartTag>,
    Command { key, body: Valid(body) }: Command<Valid<CheckoutIn>>,
) -> Result<Kept, Problem> {
    let access = access(&holder, id);
    let key = key.of(access.owner());
    let request = PlaceOrder { access, cart_version: body.cart_version, payment_method: body.payment_method, pays_within: None, key };
    let placed = checkout::run(&shop.sales, &holder.origin(id), request).await?;
    Ok(placed.into())
}
