//! The route that fulfils many orders at once.

use axum::extract::State;
use gateway::{Command, CommandKey, CommonProblems, Envelope, ErrorBody, ItemError, One, Permitted, Problem, Valid, permission};
use kernel::{FieldErrors, OrderId};
use platform::idempotency::Key;
use sales::fulfilments::{self, FulfilOrder, Fulfilled};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

/// A morning's parcels of a large shop.
const MOST_ORDERS: usize = 500;
/// So many orders with addresses of full length to follow them by.
const BATCH_BYTES: usize = 2 * 1_024 * 1_024;

pub(super) fn routes() -> Routes {
    routes![fulfil_orders]
}

/// Orders of which all that is left has left.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FulfilmentBatchIn {
    /// One parcel for each.
    #[schema(min_items = 1, max_items = 500)]
    items: Vec<FulfilmentItemIn>,
}

/// The parcel of one order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct FulfilmentItemIn {
    /// The order (`order_…`).
    #[schema(value_type = schema::OrderId)]
    order_id: String,
    /// Who carries it.
    #[schema(min_length = 1, max_length = 64)]
    carrier: Option<String>,
    /// The carrier's number.
    #[schema(min_length = 1, max_length = 128)]
    tracking_number: Option<String>,
    /// Where the customer follows it.
    #[schema(min_length = 1, max_length = 2000)]
    tracking_url: Option<String>,
}

impl FulfilmentBatchIn {
    fn into_requests(self, key: &Key) -> Result<Vec<FulfilOrder>, FieldErrors> {
        let mut errors = FieldErrors::new();
        if self.items.is_empty() || self.items.len() > MOST_ORDERS {
            errors.add("items", format!("must have 1 to {MOST_ORDERS} items"));
        }
        let request = |(place, item): (usize, FulfilmentItemIn)| {
            let FulfilmentItemIn { order_id, carrier, tracking_number, tracking_url } = item;
            let order_id: OrderId = errors.take(format!("items.{place}.order_id"), order_id.parse())?;
            Some(FulfilOrder { order_id, lines: Vec::new(), carrier, tracking_number, tracking_url, key: key.part(order_id) })
        };
        let requests = self.items.into_iter().enumerate().filter_map(request).collect();
        errors.finish(|| Some(requests))
    }
}

/// What became of many orders.
#[derive(Debug, Serialize, ToSchema)]
struct FulfilmentBatchView {
    /// How many were fulfilled.
    succeeded: usize,
    /// How many were refused.
    failed: usize,
    /// What became of each, in the order of the request.
    results: Vec<FulfilmentResultView>,
}

/// What became of one order.
#[derive(Debug, Serialize, ToSchema)]
struct FulfilmentResultView {
    /// Its place in the request, from 0.
    index: usize,
    /// The order.
    #[schema(value_type = schema::OrderId)]
    order_id: String,
    /// The status that it would have had alone: 201, or that of the error.
    status: u16,
    /// Why it was refused.
    error: Option<ItemError>,
}

impl FulfilmentResultView {
    fn of(index: usize, order_id: OrderId, fulfilled: Fulfilled) -> Self {
        let refused = fulfilled.err().map(Problem::from);
        let status = refused.as_ref().map_or(201, |problem| problem.status().as_u16());
        Self { index, order_id: order_id.to_string(), status, error: refused.map(Problem::into_item) }
    }
}

/// Write a parcel down for each of up to five hundred orders, with all that is left of it. Each is done or refused for itself; the answer is
/// 200 whatever became of them. A repetition under the same key does what was not done, and answers alike for what was.
#[utoipa::path(
    post, path = "/api/v1/fulfilments/batch", tag = "orders", operation_id = "fulfil_orders", security(("bearer" = ["orders:write"])),
    params(CommandKey),
    request_body = FulfilmentBatchIn,
    responses(
        CommonProblems,
        (status = 200, description = "What became of each order: refused with `order_not_found`, `order_not_fulfillable`, `nothing_to_fulfil`, `stock_not_held`, `validation_failed`, `idempotency_key_in_use`, `idempotency_key_reused`", body = Envelope<FulfilmentBatchView>),
        (status = 422, description = "`validation_failed`: no items, too many, or one that is no order", body = ErrorBody),
    ),
)]
async fn fulfil_orders(
    State(shop): State<Shop>,
    staff: Permitted<permission::OrdersWrite>,
    Command { key, body: Valid(body) }: Command<Valid<FulfilmentBatchIn, BATCH_BYTES>>,
) -> Result<One<FulfilmentBatchView>, Problem> {
    let requests = body.into_requests(&key.of(staff.actor()))?;
    let ids: Vec<OrderId> = requests.iter().map(|request| request.order_id).collect();
    let fulfilled = fulfilments::fulfil_many(&shop.sales, &staff.origin(), requests).await;
    let results = ids.into_iter().zip(fulfilled).enumerate();
    let results: Vec<FulfilmentResultView> = results.map(|(index, (id, one))| FulfilmentResultView::of(index, id, one)).collect();
    let failed = results.iter().filter(|result| result.error.is_some()).count();
    Ok(One::plain(FulfilmentBatchView { succeeded: results.len() - failed, failed, results }))
}
