//! Paying an order that stands, as whoever placed it.

use axum::extract::State;
use gateway::{CartHolder, Command, CommandKey, CommonProblems, Envelope, ErrorBody, Kept, PathId, Problem, Valid};
use kernel::OrderTag;
use sales::checkout::{self, PayOrder};
use sales::orders::{self, OrderKey};
use serde::Deserialize;
use utoipa::ToSchema;

use super::handlers::{missing, refuse_other_buyer};
use super::wire::OrderView;
use crate::rest::carts::access;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![pay_order]
}

/// How what is due is paid.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PayIn {
    /// One of the shop's methods; absent: that of the order.
    #[schema(value_type = Option<schema::PaymentMethod>)]
    payment_method: Option<String>,
}

/// Pay what is due of an order: the first try failed, or the customer chooses another way.
///
/// A payment by the same method that still waits for the customer is answered again, with its `next_action`; one by another method is called
/// off. The order is given time for the new try, in all at most twice what its method has. Safe to retry: a repeated `Idempotency-Key` replays the
/// first answer.
#[utoipa::path(
    post, path = "/api/v1/orders/{order_id}/pay", tag = "orders", operation_id = "pay_order",
    security(("cart_token" = []), ("bearer" = [])),
    params(
        ("order_id" = schema::OrderId, Path, description = "The order (`order_…`)"),
        CommandKey,
    ),
    request_body = PayIn,
    responses(
        CommonProblems,
        (status = 201, description = "The order as it is now", body = Envelope<OrderView>),
        (status = 404, description = "`order_not_found`: also for another's order", body = ErrorBody),
        (status = 409, description = "`order_not_payable`, `payment_busy`, `too_many_payments`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`payment_method_unavailable`, `idempotency_key_reused`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn pay_order(
    State(shop): State<Shop>,
    holder: CartHolder,
    PathId(order_id): PathId<OrderTag>,
    Command { key, body: Valid(body) }: Command<Valid<PayIn>>,
) -> Result<Kept, Problem> {
    let order = orders::find(shop.context().db.reader(), OrderKey::Id(order_id)).await?.ok_or_else(missing)?;
    let cart_id = order.cart_id.ok_or_else(missing)?;
    refuse_other_buyer(&shop, &order, &holder, missing).await?;
    let request = PayOrder { order_id, payment_method: body.payment_method, key: key.of(access(&holder, cart_id).owner()) };
    Ok(checkout::pay(&shop.sales, &holder.origin(cart_id), request).await?.into())
}
