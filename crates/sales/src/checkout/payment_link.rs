//! The link by which the customer of an order pays it.

use kernel::{Email, OrderId, Origin, Timestamp};
use platform::db::DatabaseError;
use platform::{Context, audit, outbox};

use super::pay::due_of;
use super::pay_error::PayOrderError;
use crate::Sales;
use crate::carts::{self, CartToken};
use crate::orders::{self, OrderFact, OrderKey};

/// What links to orders are made for: only this shop can tell one.
const ORDER_LINK: &str = "the link to pay an order";

/// A link by which an order is read and paid.
#[derive(Debug, Clone)]
pub struct PaymentLink {
    /// Where it leads.
    pub url: String,
    /// Until when the order waits.
    pub expires_at: Option<Timestamp>,
}

/// What opens an order for its customer: the same whenever it is asked for, so that a letter that is sent twice, and a link that staff
/// copied meanwhile, lead there all the same. Another address has another one.
///
/// # Errors
/// `DatabaseError` where there is no master key.
pub fn payment_token(context: &Context, order: OrderId, reader: &Email) -> Result<CartToken, DatabaseError> {
    let text = [order.uuid().as_bytes(), reader.key().as_bytes()].concat();
    let bits = context.secrets.mac(ORDER_LINK, &text).map_err(|_| DatabaseError::corrupt("the master key"))?;
    Ok(CartToken::of_bits(bits))
}

/// Where the token is used: behind the `#`, so that no server logs it.
#[must_use]
pub fn payment_url(context: &Context, order: OrderId, token: &CartToken) -> String {
    format!("{}/orders/{order}/pay#token={}", context.config.server.base_url(), token.reveal())
}

/// Makes the link to pay an order of which something is due, and has it sent to its customer where `send` says so. A link to an address
/// that the order had before leads nowhere from now on.
///
/// # Errors
/// `PayOrderError` where nothing can be paid.
pub async fn payment_link(sales: &Sales, origin: &Origin, order_id: OrderId, send: bool) -> Result<PaymentLink, PayOrderError> {
    let tx = sales.context.begin(origin).await?;
    let order = orders::lock(&tx, OrderKey::Id(order_id)).await?.ok_or(PayOrderError::NotFound)?;
    due_of(&order, tx.now())?;
    let cart_id = order.cart_id.ok_or(PayOrderError::NotFound)?;
    let reader = orders::details(&tx, order.clone()).await?.contact.email;
    let token = payment_token(&sales.context, order_id, &reader)?;
    carts::open_order_by(&tx, cart_id, &token).await?;
    if send {
        outbox::record(&tx, &OrderFact::payment_requested(&order)).await?;
    }
    audit::record(&tx, &audit::Entry::of("order.payment_link_made", order_id).after(&serde_json::json!({ "sent": send }))).await?;
    tx.commit().await?;
    Ok(PaymentLink { url: payment_url(&sales.context, order_id, &token), expires_at: order.expires_at })
}
