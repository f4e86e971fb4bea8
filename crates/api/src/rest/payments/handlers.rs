//! The routes of payments.

use axum::extract::State;
use gateway::{
    Anyone, Cache, Command, CommandKey, CommonProblems, Envelope, ErrorBody, Kept, List, ListEnvelope, ListParams, NoParams, One, PathId,
    Permitted, Problem, Valid, permission,
};
use kernel::PaymentTag;
use payments::payments;
use sales::refunds;
use sales::settlement::{self, ChangePayment, ChangePaymentError};

use super::wire::{CaptureIn, PaymentDetailsView, PaymentRefundIn, PaymentStandingView, Payments, VoidIn, filter};
use crate::rest::refunds::RefundView;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_payments, get_payment, capture_payment, void_payment, refund_payment, settle_payment]
}

/// List payments, the newest first.
#[utoipa::path(
    get, path = "/api/v1/payments", tag = "payments", operation_id = "list_payments", security(("bearer" = ["orders:read"])),
    params(ListParams<Payments>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of payments", body = ListEnvelope<PaymentDetailsView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_payments(
    State(shop): State<Shop>,
    _staff: Permitted<permission::OrdersRead>,
    list: ListParams<Payments>,
) -> Result<List<PaymentDetailsView>, Problem> {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = payments::list(shop.context().db.reader(), &filter(&list)?, newest_first, &list.page).await?;
    Ok(List::of(page.map(|details| PaymentDetailsView::from(&details)), &list))
}

/// Read a payment with all that was asked of its provider.
#[utoipa::path(
    get, path = "/api/v1/payments/{payment_id}", tag = "payments", operation_id = "get_payment", security(("bearer" = ["orders:read"])),
    params(("payment_id" = schema::PaymentId, Path, description = "The payment (`pay_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The payment", body = Envelope<PaymentDetailsView>),
        (status = 404, description = "`payment_not_found`", body = ErrorBody),
    ),
)]
async fn get_payment(
    State(shop): State<Shop>,
    _staff: Permitted<permission::OrdersRead>,
    PathId(id): PathId<PaymentTag>,
    _none: NoParams,
) -> Result<One<PaymentDetailsView>, Problem> {
    let details = payments::find(shop.context().db.reader(), id).await?.ok_or(ChangePaymentError::NotFound)?;
    Ok(One::plain(PaymentDetailsView::from(&details)))
}

/// Take money that a provider holds, all of it or less. The provider is asked right after the answer: read the payment until its operation
/// has ended.
#[utoipa::path(
    post, path = "/api/v1/payments/{payment_id}/capture", tag = "payments", operation_id = "capture_payment",
    security(("bearer" = ["payments:write"])),
    params(
        ("payment_id" = schema::PaymentId, Path, description = "The payment (`pay_…`)"),
        CommandKey,
    ),
    request_body = CaptureIn,
    responses(
        CommonProblems,
        (status = 200, description = "The payment, with the operation that takes the money", body = Envelope<PaymentDetailsView>),
        (status = 404, description = "`payment_not_found`", body = ErrorBody),
        (status = 409, description = "`payment_not_capturable`, `payment_busy`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn capture_payment(
    State(shop): State<Shop>,
    staff: Permitted<permission::PaymentsWrite>,
    PathId(payment_id): PathId<PaymentTag>,
    Command { key, body: Valid(body) }: Command<Valid<CaptureIn>>,
) -> Result<Kept, Problem> {
    let request = ChangePayment { payment_id, key: key.of(staff.actor()), present: PaymentDetailsView::changed };
    Ok(settlement::capture(&shop.sales, &staff.origin(), request, body.amount()?).await?.into())
}

/// Call a payment off: money that a provider holds goes back, and a payment that nobody was asked for yet ends.
#[utoipa::path(
    post, path = "/api/v1/payments/{payment_id}/void", tag = "payments", operation_id = "void_payment",
    security(("bearer" = ["payments:write"])),
    params(
        ("payment_id" = schema::PaymentId, Path, description = "The payment (`pay_…`)"),
        CommandKey,
    ),
    request_body = VoidIn,
    responses(
        CommonProblems,
        (status = 200, description = "The payment, with the operation that lets go of the money", body = Envelope<PaymentDetailsView>),
        (status = 404, description = "`payment_not_found`", body = ErrorBody),
        (status = 409, description = "`payment_not_voidable`, `payment_busy`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn void_payment(
    State(shop): State<Shop>,
    staff: Permitted<permission::PaymentsWrite>,
    PathId(payment_id): PathId<PaymentTag>,
    Command { key, body: Valid(VoidIn {}) }: Command<Valid<VoidIn>>,
) -> Result<Kept, Problem> {
    let request = ChangePayment { payment_id, key: key.of(staff.actor()), present: PaymentDetailsView::changed };
    Ok(settlement::void(&shop.sales, &staff.origin(), request).await?.into())
}

/// Give money of one payment back, for no lines of its order: `POST /api/v1/refunds` is for lines and shipping.
#[utoipa::path(
    post, path = "/api/v1/payments/{payment_id}/refund", tag = "payments", operation_id = "refund_payment",
    security(("bearer" = ["payments:write"])),
    params(
        ("payment_id" = schema::PaymentId, Path, description = "The payment (`pay_…`)"),
        CommandKey,
    ),
    request_body = PaymentRefundIn,
    responses(
        CommonProblems,
        (status = 201, description = "The refund, which is under way", body = Envelope<RefundView>),
        (status = 404, description = "`payment_not_found`", body = ErrorBody),
        (status = 409, description = "`nothing_to_refund`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `currency_mismatch`, `refund_exceeds_captured`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn refund_payment(
    State(shop): State<Shop>,
    staff: Permitted<permission::PaymentsWrite>,
    PathId(id): PathId<PaymentTag>,
    Command { key, body: Valid(body) }: Command<Valid<PaymentRefundIn>>,
) -> Result<Kept, Problem> {
    let request = body.into_request(id, key.of(staff.actor()))?;
    Ok(refunds::refund_payment(&shop.sales, &staff.origin(), request).await?.into())
}

/// Say that the customer is back from the provider: it is asked what became of the payment, and the order follows. Anybody may say so, as
/// often as they like; it moves nothing that the provider does not confirm.
#[utoipa::path(
    post, path = "/api/v1/payments/{payment_id}/settle", tag = "payments", operation_id = "settle_payment", security(()),
    params(("payment_id" = schema::PaymentId, Path, description = "The payment (`pay_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "How the payment is now", body = Envelope<PaymentStandingView>),
        (status = 404, description = "`payment_not_found`", body = ErrorBody),
    ),
)]
async fn settle_payment(
    State(shop): State<Shop>,
    caller: Anyone,
    PathId(id): PathId<PaymentTag>,
    _none: NoParams,
) -> Result<One<PaymentStandingView>, Problem> {
    let details = settlement::return_of_customer(&shop.sales, &caller.origin(), id).await?;
    Ok(One::plain(PaymentStandingView::from(&details.payment)).cache(Cache::NoStore))
}
