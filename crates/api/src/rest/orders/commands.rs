//! What staff do with orders.

use axum::extract::State;
use gateway::{
    Command, CommandKey, CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, Kept, NoParams, One, PathId, PathIdOr, PathIds,
    Permitted, Problem, Valid, permission,
};
use kernel::{FulfilmentTag, OrderTag};
use sales::orders::{self, CancelOrder};
use sales::{fulfilments, settlement};

use super::command_wire::{CancelIn, FulfilmentIn, FulfilmentPatch, NoteIn, NoteView, OrderPatch, PaymentIn, TimelineEntryView};
use super::handlers::find;
use super::wire::OrderView;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![update_order, record_payment, cancel_order, fulfil_order, update_fulfilment, add_note, get_timeline]
}

/// Write down money that came without a provider, in full or in part.
#[utoipa::path(
    post, path = "/api/v1/orders/{order_id}/payments", tag = "orders", operation_id = "record_payment",
    security(("bearer" = ["payments:write"])),
    params(
        ("order_id" = schema::OrderId, Path, description = "The order (`order_…`)"),
        CommandKey,
    ),
    request_body = PaymentIn,
    responses(
        CommonProblems,
        (status = 201, description = "The order as it is now", body = Envelope<OrderView>),
        (status = 404, description = "`order_not_found`", body = ErrorBody),
        (status = 409, description = "`order_not_payable`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `payment_exceeds_due`, `currency_mismatch`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn record_payment(
    State(shop): State<Shop>,
    staff: Permitted<permission::PaymentsWrite>,
    PathId(id): PathId<OrderTag>,
    Command { key, body: Valid(body) }: Command<Valid<PaymentIn>>,
) -> Result<Kept, Problem> {
    let request = body.into_request(id, key.of(staff.actor()))?;
    let recorded = settlement::record_payment(&shop.sales, &staff.origin(), request).await?;
    Ok(recorded.into())
}

/// Call an order off: its stock goes back. Refused while there is money on it.
#[utoipa::path(
    post, path = "/api/v1/orders/{order_id}/cancel", tag = "orders", operation_id = "cancel_order", security(("bearer" = ["orders:write"])),
    params(
        ("order_id" = schema::OrderId, Path, description = "The order (`order_…`)"),
        CommandKey,
        ExpectedVersion,
    ),
    request_body = CancelIn,
    responses(
        CommonProblems,
        (status = 200, description = "The order as it is now", body = Envelope<OrderView>),
        (status = 404, description = "`order_not_found`", body = ErrorBody),
        (status = 409, description = "`order_not_cancellable`, `order_has_payment`, `order_has_fulfilments`, `version_conflict`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn cancel_order(
    State(shop): State<Shop>,
    staff: Permitted<permission::OrdersWrite>,
    PathId(order_id): PathId<OrderTag>,
    expected: ExpectedVersion,
    Command { key, body: Valid(body) }: Command<Valid<CancelIn>>,
) -> Result<Kept, Problem> {
    let version = expected.or(body.version)?;
    let request = CancelOrder { order_id, version, reason: body.reason, key: key.of(staff.actor()) };
    let cancelled = orders::cancel(&shop.sales, &staff.origin(), request).await?;
    Ok(cancelled.into())
}

/// Write a parcel down: all that is left, or the named pieces.
#[utoipa::path(
    post, path = "/api/v1/orders/{order_id}/fulfilments", tag = "orders", operation_id = "fulfil_order", security(("bearer" = ["orders:write"])),
    params(
        ("order_id" = schema::OrderId, Path, description = "The order (`order_…`)"),
        CommandKey,
    ),
    request_body = FulfilmentIn,
    responses(
        CommonProblems,
        (status = 201, description = "The order as it is now", body = Envelope<OrderView>),
        (status = 404, description = "`order_not_found`", body = ErrorBody),
        (status = 409, description = "`order_not_fulfillable`, `nothing_to_fulfil`, `stock_not_held`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn fulfil_order(
    State(shop): State<Shop>,
    staff: Permitted<permission::OrdersWrite>,
    PathId(id): PathId<OrderTag>,
    Command { key, body: Valid(body) }: Command<Valid<FulfilmentIn>>,
) -> Result<Kept, Problem> {
    let request = body.into_request(id, key.of(staff.actor()))?;
    let fulfilled = fulfilments::fulfil(&shop.sales, &staff.origin(), request).await?;
    Ok(fulfilled.into())
}

/// Write down what was learned of a parcel: its tracking number, that it arrived.
#[utoipa::path(
    patch, path = "/api/v1/orders/{order_id}/fulfilments/{fulfilment_id}", tag = "orders", operation_id = "update_fulfilment",
    security(("bearer" = ["orders:write"])),
    params(
        ("order_id" = schema::OrderId, Path, description = "The order (`order_…`)"),
        ("fulfilment_id" = schema::FulfilmentId, Path, description = "The parcel (`ful_…`)"),
        ExpectedVersion,
    ),
    request_body = FulfilmentPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The order as it is now", body = Envelope<OrderView>),
        (status = 404, description = "`order_not_found`, `fulfilment_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_fulfilment(
    State(shop): State<Shop>,
    staff: Permitted<permission::OrdersWrite>,
    PathIds(order_id, fulfilment_id): PathIds<OrderTag, FulfilmentTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<FulfilmentPatch>,
) -> Result<One<OrderView>, Problem> {
    let version = expected.or(body.version)?;
    let request = body.into_request(order_id, fulfilment_id, version);
    let details = fulfilments::update(shop.context(), &staff.origin(), request).await?;
    Ok(One::versioned(OrderView::from(&details), details.order.version))
}

/// Change an order's tags or free data.
#[utoipa::path(
    patch, path = "/api/v1/orders/{order_id}", tag = "orders", operation_id = "update_order", security(("bearer" = ["orders:write"])),
    params(
        ("order_id" = schema::OrderId, Path, description = "The order (`order_…`)"),
        ExpectedVersion,
    ),
    request_body = OrderPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The order as it is now", body = Envelope<OrderView>),
        (status = 404, description = "`order_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_order(
    State(shop): State<Shop>,
    staff: Permitted<permission::OrdersWrite>,
    PathId(order_id): PathId<OrderTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<OrderPatch>,
) -> Result<One<OrderView>, Problem> {
    let version = expected.or(body.version)?;
    let request = orders::UpdateOrder { order_id, version, tags: body.tags, metadata: body.metadata };
    let details = orders::update(shop.context(), &staff.origin(), request).await?;
    Ok(One::versioned(OrderView::from(&details), details.order.version))
}

/// Add a staff note.
#[utoipa::path(
    post, path = "/api/v1/orders/{order_id}/notes", tag = "orders", operation_id = "add_note", security(("bearer" = ["order_notes:write"])),
    params(("order_id" = schema::OrderId, Path, description = "The order (`order_…`)")),
    request_body = NoteIn,
    responses(
        CommonProblems,
        (status = 201, description = "The note", body = Envelope<NoteView>),
        (status = 404, description = "`order_not_found`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn add_note(
    State(shop): State<Shop>,
    staff: Permitted<permission::OrderNotesWrite>,
    PathId(id): PathId<OrderTag>,
    Valid(body): Valid<NoteIn>,
) -> Result<Created<NoteView>, Problem> {
    let note = orders::add_note(shop.context(), &staff.origin(), id, &body.body).await?;
    Ok(Created::plain(NoteView::from(note)))
}

/// Read everything that happened to an order, oldest first.
#[utoipa::path(
    get, path = "/api/v1/orders/{order_id}/timeline", tag = "orders", operation_id = "get_timeline", security(("bearer" = ["orders:read"])),
    params(("order_id" = String, Path, description = "The order, by id (`order_…`) or number")),
    responses(
        CommonProblems,
        (status = 200, description = "Events of the order and its payments, and notes", body = Envelope<Vec<TimelineEntryView>>),
        (status = 404, description = "`order_not_found`", body = ErrorBody),
    ),
)]
async fn get_timeline(
    State(shop): State<Shop>,
    _staff: Permitted<permission::OrdersRead>,
    PathIdOr(name): PathIdOr<OrderTag>,
    _none: NoParams,
) -> Result<One<Vec<TimelineEntryView>>, Problem> {
    let order = find(&shop, name).await?;
    let entries = orders::timeline(shop.context().db.reader(), &order).await?;
    Ok(One::plain(entries.into_iter().map(TimelineEntryView::from).collect()))
}
