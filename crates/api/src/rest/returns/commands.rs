//! What is done with returns.

use axum::extract::State;
use gateway::{
    Command, CommandKey, CommonProblems, Envelope, ErrorBody, ExpectedVersion, Kept, One, PathId, Permitted, Problem, StaffOrBuyer, Valid,
    permission,
};
use kernel::ReturnTag;
use sales::returns::{self, CancelReturn, CloseReturn, ReturnAsker};

use super::command_wire::{ReturnApprovalIn, ReturnEndIn, ReturnPatch, ReturnReceiptIn, ReturnRefundIn, ReturnRejectionIn};
use super::handlers::{find, missing, refuse_other};
use super::wire::ReturnView;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![update_return, approve_return, reject_return, receive_return, refund_return, close_return, cancel_return]
}

/// Change the words of a return: what staff note, and how its parcel comes back.
#[utoipa::path(
    patch, path = "/api/v1/returns/{return_id}", tag = "returns", operation_id = "update_return", security(("bearer" = ["returns:write"])),
    params(
        ("return_id" = schema::ReturnId, Path, description = "The return (`ret_…`)"),
        ExpectedVersion,
    ),
    request_body = ReturnPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The return as it is now", body = Envelope<ReturnView>),
        (status = 404, description = "`return_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_return(
    State(shop): State<Shop>,
    staff: Permitted<permission::ReturnsWrite>,
    PathId(id): PathId<ReturnTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<ReturnPatch>,
) -> Result<One<ReturnView>, Problem> {
    let version = expected.or(body.version)?;
    let back = returns::update(shop.context(), &staff.origin(), body.into_request(id, version)).await?;
    Ok(One::versioned(ReturnView::from(&back), back.version))
}

/// Let a return come, all of it or a part. The customer is told how.
#[utoipa::path(
    post, path = "/api/v1/returns/{return_id}/approve", tag = "returns", operation_id = "approve_return", security(("bearer" = ["returns:write"])),
    params(
        ("return_id" = schema::ReturnId, Path, description = "The return (`ret_…`)"),
        CommandKey,
    ),
    request_body = ReturnApprovalIn,
    responses(
        CommonProblems,
        (status = 200, description = "The return as it is now", body = Envelope<ReturnView>),
        (status = 404, description = "`return_not_found`", body = ErrorBody),
        (status = 409, description = "`return_not_approvable`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn approve_return(
    State(shop): State<Shop>,
    staff: Permitted<permission::ReturnsWrite>,
    PathId(id): PathId<ReturnTag>,
    Command { key, body: Valid(body) }: Command<Valid<ReturnApprovalIn>>,
) -> Result<Kept, Problem> {
    let request = body.into_request(id, key.of(staff.actor()))?;
    Ok(returns::approve(shop.context(), &staff.origin(), request).await?.into())
}

/// Do not let a return come. The customer is told why.
#[utoipa::path(
    post, path = "/api/v1/returns/{return_id}/reject", tag = "returns", operation_id = "reject_return", security(("bearer" = ["returns:write"])),
    params(
        ("return_id" = schema::ReturnId, Path, description = "The return (`ret_…`)"),
        CommandKey,
    ),
    request_body = ReturnRejectionIn,
    responses(
        CommonProblems,
        (status = 200, description = "The return as it is now", body = Envelope<ReturnView>),
        (status = 404, description = "`return_not_found`", body = ErrorBody),
        (status = 409, description = "`return_not_rejectable`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn reject_return(
    State(shop): State<Shop>,
    staff: Permitted<permission::ReturnsWrite>,
    PathId(id): PathId<ReturnTag>,
    Command { key, body: Valid(body) }: Command<Valid<ReturnRejectionIn>>,
) -> Result<Kept, Problem> {
    let request = body.into_request(id, key.of(staff.actor()));
    Ok(returns::reject(shop.context(), &staff.origin(), request).await?.into())
}

/// Write down what came: how it is, and whether it lies in stock again. May be done parcel by parcel.
#[utoipa::path(
    post, path = "/api/v1/returns/{return_id}/receive", tag = "returns", operation_id = "receive_return", security(("bearer" = ["returns:write"])),
    params(
        ("return_id" = schema::ReturnId, Path, description = "The return (`ret_…`)"),
        CommandKey,
    ),
    request_body = ReturnReceiptIn,
    responses(
        CommonProblems,
        (status = 200, description = "The return as it is now", body = Envelope<ReturnView>),
        (status = 404, description = "`return_not_found`", body = ErrorBody),
        (status = 409, description = "`return_not_receivable`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn receive_return(
    State(shop): State<Shop>,
    staff: Permitted<permission::ReturnsWrite>,
    PathId(id): PathId<ReturnTag>,
    Command { key, body: Valid(body) }: Command<Valid<ReturnReceiptIn>>,
) -> Result<Kept, Problem> {
    let request = body.into_request(id, key.of(staff.actor()))?;
    Ok(returns::receive(shop.context(), &staff.origin(), request).await?.into())
}

/// Give money back for what came, at what the customer paid for it, and end the return. A refund that every provider refused can be ordered
/// again.
#[utoipa::path(
    post, path = "/api/v1/returns/{return_id}/refund", tag = "returns", operation_id = "refund_return", security(("bearer" = ["payments:write"])),
    params(
        ("return_id" = schema::ReturnId, Path, description = "The return (`ret_…`)"),
        CommandKey,
    ),
    request_body = ReturnRefundIn,
    responses(
        CommonProblems,
        (status = 200, description = "The return as it is now", body = Envelope<ReturnView>),
        (status = 404, description = "`return_not_found`", body = ErrorBody),
        (status = 409, description = "`return_not_refundable`, `nothing_to_refund`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `refund_exceeds_captured`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn refund_return(
    State(shop): State<Shop>,
    staff: Permitted<permission::PaymentsWrite>,
    PathId(id): PathId<ReturnTag>,
    Command { key, body: Valid(body) }: Command<Valid<ReturnRefundIn>>,
) -> Result<Kept, Problem> {
    let request = body.into_request(id, key.of(staff.actor()))?;
    Ok(returns::refund(shop.context(), &staff.origin(), request).await?.into())
}

/// End a return of which something came without giving money back for it: what came was mended, or replaced.
#[utoipa::path(
    post, path = "/api/v1/returns/{return_id}/close", tag = "returns", operation_id = "close_return", security(("bearer" = ["returns:write"])),
    params(
        ("return_id" = schema::ReturnId, Path, description = "The return (`ret_…`)"),
        CommandKey,
    ),
    request_body = ReturnEndIn,
    responses(
        CommonProblems,
        (status = 200, description = "The return as it is now", body = Envelope<ReturnView>),
        (status = 404, description = "`return_not_found`", body = ErrorBody),
        (status = 409, description = "`return_not_closable`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn close_return(
    State(shop): State<Shop>,
    staff: Permitted<permission::ReturnsWrite>,
    PathId(return_id): PathId<ReturnTag>,
    Command { key, body: Valid(ReturnEndIn {}) }: Command<Valid<ReturnEndIn>>,
) -> Result<Kept, Problem> {
    let request = CloseReturn { return_id, key: key.of(staff.actor()), present: ReturnView::done };
    Ok(returns::close(shop.context(), &staff.origin(), request).await?.into())
}

/// Call a return off before anything came: staff, or whoever bought as long as nobody has approved it.
#[utoipa::path(
    post, path = "/api/v1/returns/{return_id}/cancel", tag = "returns", operation_id = "cancel_return", security(("bearer" = ["returns:write"]), ("cart_token" = []), ("bearer" = [])),
    params(
        ("return_id" = schema::ReturnId, Path, description = "The return (`ret_…`)"),
        CommandKey,
    ),
    request_body = ReturnEndIn,
    responses(
        CommonProblems,
        (status = 200, description = "The return as it is now", body = Envelope<ReturnView>),
        (status = 404, description = "`return_not_found`: also for another's order", body = ErrorBody),
        (status = 409, description = "`return_not_cancellable`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn cancel_return(
    State(shop): State<Shop>,
    caller: StaffOrBuyer<permission::ReturnsWrite>,
    PathId(return_id): PathId<ReturnTag>,
    Command { key, body: Valid(ReturnEndIn {}) }: Command<Valid<ReturnEndIn>>,
) -> Result<Kept, Problem> {
    let (_, order) = find(&shop, return_id).await?;
    let by = refuse_other(&shop, &order, &caller, missing).await?;
    let origin = caller.origin(order.cart_id);
    let present = match by {
        ReturnAsker::Customer => ReturnView::done_for_buyer,
        ReturnAsker::Staff => ReturnView::done,
    };
    let request = CancelReturn { return_id, by, key: key.of(origin.actor), present };
    Ok(returns::cancel(shop.context(), &origin, request).await?.into())
}
