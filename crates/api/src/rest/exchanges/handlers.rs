//! The routes of exchanges.

use axum::extract::State;
use gateway::{
    Command, CommandKey, CommonProblems, Envelope, ErrorBody, Kept, List, ListEnvelope, ListParams, NoParams, One, PathId, Permitted,
    Problem, Valid, permission,
};
use kernel::ExchangeTag;
use sales::exchanges;

use super::wire::{ExchangeIn, ExchangeView, Exchanges, order_of};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_exchanges, exchange_goods, get_exchange]
}

/// List exchanges, the newest first.
#[utoipa::path(
    get, path = "/api/v1/exchanges", tag = "returns", operation_id = "list_exchanges", security(("bearer" = ["returns:read"])),
    params(ListParams<Exchanges>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of exchanges", body = ListEnvelope<ExchangeView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_exchanges(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ReturnsRead>,
    list: ListParams<Exchanges>,
) -> Result<List<ExchangeView>, Problem> {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = exchanges::list(shop.context().db.reader(), order_of(&list)?, newest_first, &list.page).await?;
    Ok(List::of(page.map(|exchange| ExchangeView::from(&exchange)), &list))
}

/// Have goods of one order pay for another: what came by a return, or pieces of an order that have not left. Their worth pays for the draft, which
/// becomes an order; where the draft costs more, that order waits for the difference, and where it costs less, the rest goes back to where it
/// came from. All or nothing.
///
/// Safe to retry: a repeated `Idempotency-Key` replays the first answer.
#[utoipa::path(
    post, path = "/api/v1/exchanges", tag = "returns", operation_id = "exchange_goods", security(("bearer" = ["payments:write"])),
    params(CommandKey),
    request_body = ExchangeIn,
    responses(
        CommonProblems,
        (status = 201, description = "The exchange", body = Envelope<ExchangeView>),
        (status = 404, description = "`return_not_found`, `order_not_found`, `cart_not_found`", body = ErrorBody),
        (status = 409, description = "`return_not_refundable`, `order_not_confirmed`, `nothing_to_refund`, `out_of_stock`, `variant_unavailable`, `promotion_used_up`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `cart_empty`, `cart_incomplete`, `payment_method_unavailable`, `refund_exceeds_captured`, `currency_mismatch`, `total_too_large`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn exchange_goods(
    State(shop): State<Shop>,
    staff: Permitted<permission::PaymentsWrite>,
    Command { key, body: Valid(body) }: Command<Valid<ExchangeIn>>,
) -> Result<Kept, Problem> {
    let request = body.into_request(key.of(staff.actor()))?;
    Ok(exchanges::exchange(&shop.sales, &staff.origin(), request).await?.into())
}

/// Read an exchange.
#[utoipa::path(
    get, path = "/api/v1/exchanges/{exchange_id}", tag = "returns", operation_id = "get_exchange", security(("bearer" = ["returns:read"])),
    params(("exchange_id" = schema::ExchangeId, Path, description = "The exchange (`exch_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The exchange", body = Envelope<ExchangeView>),
        (status = 404, description = "`exchange_not_found`", body = ErrorBody),
    ),
)]
async fn get_exchange(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ReturnsRead>,
    PathId(id): PathId<ExchangeTag>,
    _none: NoParams,
) -> Result<One<ExchangeView>, Problem> {
    let found = exchanges::find(shop.context().db.reader(), id).await?;
    found.map(|exchange| One::plain(ExchangeView::from(&exchange))).ok_or_else(|| Problem::not_found("exchange_not_found"))
}
