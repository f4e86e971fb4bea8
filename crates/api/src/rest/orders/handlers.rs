//! The routes that read orders.

use axum::extract::State;
use gateway::{
    CartHolder, CommonProblems, Envelope, ErrorBody, IdOr, List, ListEnvelope, ListParams, NoParams, One, PathIdOr, Permitted, Problem,
    Proof, StaffOrHolder, permission,
};
use kernel::OrderTag;
use sales::carts::CartAccess;
use sales::orders::{self, Order, OrderKey};

use super::list::{Orders, query};
use super::summary::OrderSummaryView;
use super::wire::OrderView;
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_orders, get_order]
}

/// List orders.
///
/// `filter[text]` is how words of number, address, names and companies begin, each of them in one order; digits alone are a whole word.
#[utoipa::path(
    get, path = "/api/v1/orders", tag = "orders", operation_id = "list_orders", security(("bearer" = ["orders:read"])),
    params(ListParams<Orders>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of orders", body = ListEnvelope<OrderSummaryView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_orders(
    State(shop): State<Shop>,
    _staff: Permitted<permission::OrdersRead>,
    list: ListParams<Orders>,
) -> Result<List<OrderSummaryView>, Problem> {
    let page = orders::list(shop.context().db.reader(), &query(&list)?).await?;
    Ok(List::of(page.map(OrderSummaryView::from), &list))
}

/// The order that a path names; a name that is neither an id nor a number is a missing order.
pub(in crate::rest) async fn find(shop: &Shop, name: IdOr<OrderTag>) -> Result<Order, Problem> {
    let key = match name {
        IdOr::Id(id) => OrderKey::Id(id),
        IdOr::Name(number) => OrderKey::Number(number.parse().map_err(|_| missing())?),
    };
    orders::find(shop.context().db.reader(), key).await?.ok_or_else(missing)
}

/// Read an order, as staff or as the holder of its cart.
#[utoipa::path(
    get, path = "/api/v1/orders/{order_id}", tag = "orders", operation_id = "get_order",
    security(("bearer" = ["orders:read"]), ("cart_token" = [])),
    params(("order_id" = String, Path, description = "The order, by id (`order_…`) or number")),
    responses(
        CommonProblems,
        (status = 200, description = "The order", body = Envelope<OrderView>),
        (status = 404, description = "`order_not_found`: also for another cart's order", body = ErrorBody),
    ),
)]
async fn get_order(
    State(shop): State<Shop>,
    reader: StaffOrHolder<permission::OrdersRead>,
    PathIdOr(name): PathIdOr<OrderTag>,
    _none: NoParams,
) -> Result<One<OrderView>, Problem> {
    let order = find(&shop, name).await?;
    if let StaffOrHolder::Holder(token) = &reader {
        refuse_stranger(&shop, &order, token.reveal(), missing).await?;
    }
    let version = order.version;
    let details = orders::details(shop.context().db.reader(), order).await?;
    Ok(One::versioned(OrderView::from(&details), version))
}

/// Another cart's order is the same as none, and so is what belongs to it: `missing` says so.
pub(in crate::rest) async fn refuse_stranger(shop: &Shop, order: &Order, token: &str, missing: fn() -> Problem) -> Result<(), Problem> {
    let access = CartAccess::by_token(order.cart_id.ok_or_else(missing)?, token);
    sales::carts::open(shop.context().db.reader(), &access).await.map(drop).map_err(|error| match error {
        sales::carts::CartError::NotFound => missing(),
        other => other.into(),
    })
}

/// The same for whoever shows a token or is signed in: the order is theirs, or it is none.
pub(in crate::rest) async fn refuse_other_buyer(
    shop: &Shop,
    order: &Order,
    buyer: &CartHolder,
    missing: fn() -> Problem,
) -> Result<(), Problem> {
    match buyer.proof() {
        Proof::Token(token) => refuse_stranger(shop, order, token.reveal(), missing).await,
        Proof::SignedIn(user) if order.user_id == Some(*user) => Ok(()),
        Proof::SignedIn(_) => Err(missing()),
    }
}

/// No such order.
pub(in crate::rest) fn missing() -> Problem {
    Problem::not_found("order_not_found")
}
