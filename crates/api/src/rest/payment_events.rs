//! What payment providers send.

use axum::extract::State;
use gateway::{Anyone, CommonProblems, ErrorBody, NoContent, NoParams, Problem, Raw};
use http::HeaderMap;
use payments::providers::Message;
use sales::settlement;
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::shop::Shop;

/// Stripe's own events have some kibibytes.
const MOST_BYTES: usize = 256 * 1_024;

pub(super) fn routes() -> Routes {
    routes![receive_stripe_event]
}

/// The bytes that were signed.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "documents bytes")]
struct StripeEventBody(Vec<u8>);

/// Hear from Stripe that something happened to a payment: the shop asks Stripe what, and settles that.
///
/// The address of a webhook endpoint at Stripe, whose signing secret is `payments.stripe.webhook_secret`. An event that comes again
/// changes nothing, and neither does one about what is none of the shop's.
#[utoipa::path(
    post, path = "/webhooks/stripe", tag = "payments", operation_id = "receive_stripe_event", security(()),
    params(("Stripe-Signature" = String, Header, description = "`t=<seconds>,v1=<hexadecimal digits>`, within five minutes of now", max_length = 2_048)),
    request_body(content((StripeEventBody = "application/octet-stream")), description = "The event, byte for byte as it was signed; at most 256 KiB"),
    responses(
        CommonProblems,
        (status = 204, description = "It is heard"),
        (status = 400, description = "`message_unreadable`: it is signed, and no event", body = ErrorBody),
        (status = 401, description = "`signature_invalid`: it is not signed with the secret within five minutes of now; `unauthenticated`", body = ErrorBody),
        (status = 404, description = "`payment_provider_not_found`: Stripe is none of the shop's payment methods", body = ErrorBody),
        (status = 413, description = "`body_too_large`", body = ErrorBody),
        (status = 503, description = "`webhook_secret_missing`: nobody can tell Stripe from somebody else", body = ErrorBody),
    ),
)]
async fn receive_stripe_event(
    State(shop): State<Shop>,
    anyone: Anyone,
    headers: HeaderMap,
    _none: NoParams,
    Raw(body): Raw<MOST_BYTES>,
) -> Result<NoContent, Problem> {
    let message = Message { headers: &headers, body: &body, now: shop.context().now() };
    settlement::hear_provider(&shop.sales, &anyone.origin(), "stripe", &message).await?;
    Ok(NoContent)
}
