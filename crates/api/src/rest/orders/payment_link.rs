//! The link by which the customer of an order pays it.

use axum::extract::State;
use gateway::{CommonProblems, Created, Envelope, ErrorBody, Optional, PathId, Permitted, Problem, permission};
use kernel::{OrderTag, Timestamp};
use sales::checkout::{self, PaymentLink};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![make_payment_link]
}

/// What becomes of the link.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PaymentLinkIn {
    /// True where the shop writes to the customer; each time is a letter.
    #[serde(default)]
    send: bool,
}

/// A link by which an order is read and paid without an account.
#[derive(Debug, Serialize, ToSchema)]
struct PaymentLinkView {
    /// Where it leads. Whoever has it reads the order, too.
    url: String,
    /// Until when the order waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

impl From<PaymentLink> for PaymentLinkView {
    fn from(link: PaymentLink) -> Self {
        Self { url: link.url, expires_at: link.expires_at }
    }
}

/// Make the link by which an order is paid, and have it sent to its customer. It is the same link each time, until the order has another
/// address; the text behind its `#` is the token for `X-Cart-Token`.
#[utoipa::path(
    post, path = "/api/v1/orders/{order_id}/payment-link", tag = "orders", operation_id = "make_payment_link",
    security(("bearer" = ["orders:write"])),
    params(("order_id" = schema::OrderId, Path, description = "The order (`order_…`)")),
    request_body = Option<PaymentLinkIn>,
    responses(
        CommonProblems,
        (status = 201, description = "The link", body = Envelope<PaymentLinkView>),
        (status = 404, description = "`order_not_found`", body = ErrorBody),
        (status = 409, description = "`order_not_payable`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn make_payment_link(
    State(shop): State<Shop>,
    staff: Permitted<permission::OrdersWrite>,
    PathId(id): PathId<OrderTag>,
    Optional(body): Optional<PaymentLinkIn>,
) -> Result<Created<PaymentLinkView>, Problem> {
    let link = checkout::payment_link(&shop.sales, &staff.origin(), id, body.send).await?;
    Ok(Created::plain(link.into()))
}
