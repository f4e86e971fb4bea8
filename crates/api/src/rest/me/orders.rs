//! The customer's own orders.

use axum::extract::State;
use gateway::{
    CommonProblems, Envelope, ErrorBody, FilterKind, List, ListEnvelope, ListParams, ListRoute, ListSpec, NoParams, One, PathIdOr, Problem,
    SignedIn,
};
use kernel::OrderTag;
use sales::orders::{self, OrderFilter, OrderQuery, OrderSort, OrderStatus};

use crate::rest::orders::{OrderSummaryView, OrderView, find};
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_my_orders, get_my_order]
}

/// The list of one's orders.
struct MyOrders;

impl ListRoute for MyOrders {
    const SPEC: ListSpec = ListSpec {
        sorts: &["placed_at"],
        default_sort: "-placed_at",
        filters: &[("status", FilterKind::OneOf(OrderStatus::WORDS))],
        ..ListSpec::PLAIN
    };
}

/// List one's orders.
#[utoipa::path(
    get, path = "/api/v1/me/orders", tag = "me", operation_id = "list_my_orders", security(("bearer" = [])),
    params(ListParams<MyOrders>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of orders", body = ListEnvelope<OrderSummaryView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_my_orders(State(shop): State<Shop>, me: SignedIn, list: ListParams<MyOrders>) -> Result<List<OrderSummaryView>, Problem> {
    let status = list.filters.parsed("status").unwrap_or_default();
    let filter = OrderFilter { user: Some(me.user()), status, ..OrderFilter::default() };
    let descending = list.sort.first().is_none_or(|key| key.descending);
    let query = OrderQuery { filter, sort: OrderSort::PlacedAt, descending, page: list.page.clone() };
    let page = orders::list(shop.context().db.reader(), &query).await?;
    Ok(List::of(page.map(OrderSummaryView::from), &list))
}

/// Read one of one's orders.
#[utoipa::path(
    get, path = "/api/v1/me/orders/{order_id}", tag = "me", operation_id = "get_my_order", security(("bearer" = [])),
    params(("order_id" = String, Path, description = "The order, by id (`order_…`) or number")),
    responses(
        CommonProblems,
        (status = 200, description = "The order", body = Envelope<OrderView>),
        (status = 404, description = "`order_not_found`: also for another's order", body = ErrorBody),
    ),
)]
async fn get_my_order(
    State(shop): State<Shop>,
    me: SignedIn,
    PathIdOr(name): PathIdOr<OrderTag>,
    _none: NoParams,
) -> Result<One<OrderView>, Problem> {
    let order = find(&shop, name).await?;
    if order.user_id != Some(me.user()) {
        return Err(Problem::not_found("order_not_found"));
    }
    let version = order.version;
    let details = orders::details(shop.context().db.reader(), order).await?;
    Ok(One::versioned(OrderView::from(&details), version))
}
