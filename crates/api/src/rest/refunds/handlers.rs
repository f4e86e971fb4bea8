//! The routes of refunds.

use axum::extract::State;
use gateway::{
    Command, CommandKey, CommonProblems, Envelope, ErrorBody, Kept, List, ListEnvelope, ListParams, NoParams, One, PathId, Permitted,
    Problem, Valid, permission,
};
use kernel::RefundTag;
use sales::refunds;

use super::wire::{RefundIn, RefundView, Refunds, order_of};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_refunds, order_refund, get_refund]
}

/// List the refunds that staff ordered, the newest first. What came twice or too late goes back by itself and is in no refund.
#[utoipa::path(
    get, path = "/api/v1/refunds", tag = "payments", operation_id = "list_refunds", security(("bearer" = ["orders:read"])),
    params(ListParams<Refunds>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of refunds", body = ListEnvelope<RefundView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_refunds(
    State(shop): State<Shop>,
    _staff: Permitted<permission::OrdersRead>,
    list: ListParams<Refunds>,
) -> Result<List<RefundView>, Problem> {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = refunds::list(shop.context().db.reader(), order_of(&list)?, newest_first, &list.page).await?;
    Ok(List::of(page.map(|refund| RefundView::from(&refund)), &list))
}

/// Give money of an order back: for pieces of lines, for shipping, or an amount. It is taken from the order's payments, the newest first,
/// and their providers are asked right after the answer: read the refund until it is no longer `pending`.
#[utoipa::path(
    post, path = "/api/v1/refunds", tag = "payments", operation_id = "order_refund", security(("bearer" = ["payments:write"])),
    params(CommandKey),
    request_body = RefundIn,
    responses(
        CommonProblems,
        (status = 201, description = "The refund, which is under way", body = Envelope<RefundView>),
        (status = 404, description = "`order_not_found`", body = ErrorBody),
        (status = 409, description = "`nothing_to_refund`, `order_not_confirmed`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `currency_mismatch`, `refund_exceeds_captured`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn order_refund(
    State(shop): State<Shop>,
    staff: Permitted<permission::PaymentsWrite>,
    Command { key, body: Valid(body) }: Command<Valid<RefundIn>>,
) -> Result<Kept, Problem> {
    let request = body.into_request(key.of(staff.actor()))?;
    Ok(refunds::refund(&shop.sales, &staff.origin(), request).await?.into())
}

/// Read a refund and what became of it.
#[utoipa::path(
    get, path = "/api/v1/refunds/{refund_id}", tag = "payments", operation_id = "get_refund", security(("bearer" = ["orders:read"])),
    params(("refund_id" = schema::RefundId, Path, description = "The refund (`refund_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The refund", body = Envelope<RefundView>),
        (status = 404, description = "`refund_not_found`", body = ErrorBody),
    ),
)]
async fn get_refund(
    State(shop): State<Shop>,
    _staff: Permitted<permission::OrdersRead>,
    PathId(id): PathId<RefundTag>,
    _none: NoParams,
) -> Result<One<RefundView>, Problem> {
    let refund = refunds::find(shop.context().db.reader(), id).await?.ok_or_else(|| Problem::not_found("refund_not_found"))?;
    Ok(One::plain(RefundView::from(&refund)))
}
