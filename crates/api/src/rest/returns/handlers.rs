//! Asking for returns, and reading them.

use axum::extract::State;
use gateway::{
    Command, CommandKey, CommonProblems, Envelope, ErrorBody, Kept, List, ListEnvelope, ListParams, NoParams, One, PathId, PathIdOr,
    Permitted, Problem, StaffOrBuyer, Valid, permission,
};
use kernel::{OrderTag, ReturnId, ReturnTag};
use sales::orders::{self, Order, OrderKey};
use sales::returns::{self, Return, ReturnAsker};

use super::command_wire::ReturnIn;
use super::wire::{ReturnView, Returns, filter};
use crate::rest::orders::{find as find_order, missing as missing_order, refuse_other_buyer};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_returns, request_return, get_return, list_order_returns]
}

/// List returns, the newest first.
#[utoipa::path(
    get, path = "/api/v1/returns", tag = "returns", operation_id = "list_returns", security(("bearer" = ["returns:read"])),
    params(ListParams<Returns>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of returns", body = ListEnvelope<ReturnView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_returns(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ReturnsRead>,
    list: ListParams<Returns>,
) -> Result<List<ReturnView>, Problem> {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = returns::list(shop.context().db.reader(), &filter(&list)?, newest_first, &list.page).await?;
    Ok(List::of(page.map(|back| ReturnView::from(&back)), &list))
}

/// Ask for pieces of an order to be sent back: as staff for any order at any time, as the signed-in customer for one's own, or as the holder
/// of the order's cart. Customers ask within the time that `returns.window_days` gives them.
#[utoipa::path(
    post, path = "/api/v1/returns", tag = "returns", operation_id = "request_return",
    security(("bearer" = ["returns:write"]), ("cart_token" = []), ("bearer" = [])),
    params(CommandKey),
    request_body = ReturnIn,
    responses(
        CommonProblems,
        (status = 201, description = "The return", body = Envelope<ReturnView>),
        (status = 404, description = "`order_not_found`: also for another's order", body = ErrorBody),
        (status = 409, description = "`order_not_returnable`, `returns_disabled`, `return_window_over`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn request_return(
    State(shop): State<Shop>,
    caller: StaffOrBuyer<permission::ReturnsWrite>,
    Command { key, body: Valid(body) }: Command<Valid<ReturnIn>>,
) -> Result<Kept, Problem> {
    let id = body.order_id().ok_or_else(missing_order)?;
    let order = orders::find(shop.context().db.reader(), OrderKey::Id(id)).await?.ok_or_else(missing_order)?;
    let asked_by = refuse_other(&shop, &order, &caller, missing_order).await?;
    let origin = caller.origin(order.cart_id);
    let request = body.into_request(id, asked_by, key.of(origin.actor))?;
    Ok(returns::request(shop.context(), &origin, request).await?.into())
}

/// As what the caller acts on this order; one that is another's is a missing one.
pub(super) async fn refuse_other<P>(
    shop: &Shop,
    order: &Order,
    caller: &StaffOrBuyer<P>,
    missing: fn() -> Problem,
) -> Result<ReturnAsker, Problem> {
    let StaffOrBuyer::Buyer(buyer) = caller else { return Ok(ReturnAsker::Staff) };
    refuse_other_buyer(shop, order, buyer, missing).await?;
    Ok(ReturnAsker::Customer)
}

/// No such return.
pub(super) fn missing() -> Problem {
    Problem::not_found("return_not_found")
}

/// A return with the order that it is of.
pub(super) async fn find(shop: &Shop, id: ReturnId) -> Result<(Return, Order), Problem> {
    let db = shop.context().db.reader();
    let back = returns::find(db, id).await?.ok_or_else(missing)?;
    let order = orders::find(db, OrderKey::Id(back.order_id)).await?.ok_or_else(missing)?;
    Ok((back, order))
}

/// Read a return, as staff or as whoever bought what comes back.
#[utoipa::path(
    get, path = "/api/v1/returns/{return_id}", tag = "returns", operation_id = "get_return",
    security(("bearer" = ["returns:read"]), ("cart_token" = []), ("bearer" = [])),
    params(("return_id" = schema::ReturnId, Path, description = "The return (`ret_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The return", body = Envelope<ReturnView>),
        (status = 404, description = "`return_not_found`: also for another's order", body = ErrorBody),
    ),
)]
async fn get_return(
    State(shop): State<Shop>,
    caller: StaffOrBuyer<permission::ReturnsRead>,
    PathId(id): PathId<ReturnTag>,
    _none: NoParams,
) -> Result<One<ReturnView>, Problem> {
    let (back, order) = find(&shop, id).await?;
    let reader = refuse_other(&shop, &order, &caller, missing).await?;
    Ok(One::versioned(view_for(reader, &back), back.version))
}

fn view_for(reader: ReturnAsker, back: &Return) -> ReturnView {
    match reader {
        ReturnAsker::Staff => ReturnView::from(back),
        ReturnAsker::Customer => ReturnView::for_buyer(back),
    }
}

/// List the returns of an order, the oldest first, as staff or as whoever bought.
#[utoipa::path(
    get, path = "/api/v1/orders/{order_id}/returns", tag = "returns", operation_id = "list_order_returns",
    security(("bearer" = ["returns:read"]), ("cart_token" = []), ("bearer" = [])),
    params(("order_id" = String, Path, description = "The order, by id (`order_…`) or number")),
    responses(
        CommonProblems,
        (status = 200, description = "The returns", body = Envelope<Vec<ReturnView>>),
        (status = 404, description = "`order_not_found`: also for another's order", body = ErrorBody),
    ),
)]
async fn list_order_returns(
    State(shop): State<Shop>,
    caller: StaffOrBuyer<permission::ReturnsRead>,
    PathIdOr(name): PathIdOr<OrderTag>,
    _none: NoParams,
) -> Result<One<Vec<ReturnView>>, Problem> {
    let order = find_order(&shop, name).await?;
    let reader = refuse_other(&shop, &order, &caller, missing_order).await?;
    let returns = returns::of_order(shop.context().db.reader(), order.id).await?;
    Ok(One::plain(returns.iter().map(|back| view_for(reader, back)).collect()))
}
