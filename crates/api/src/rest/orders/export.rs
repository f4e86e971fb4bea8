//! Orders as a table, on its way while it is made.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use gateway::{CommonProblems, ErrorBody, ListParams, ListRoute, ListSpec, Permitted, Problem, permission};
use http::header;
use sales::order_exports::{self, OrderExport};

use super::list::{Orders, query};
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![export_orders]
}

/// The same orders as in the list, without pages.
pub(super) struct OrdersExport;

impl ListRoute for OrdersExport {
    const SPEC: ListSpec = Orders::SPEC;
}

/// Export orders as CSV: the filters and the order of the list, a row for each line of an order, amounts in the currency's smallest unit.
///
/// All of them come, whatever `page`, `per_page`, `after` and `limit` say; the table is sent while it is made. Texts that a spreadsheet would take for
/// formulas begin with a quote. The export is noted in the audit log.
#[utoipa::path(
    get, path = "/api/v1/orders/export", tag = "orders", operation_id = "export_orders", security(("bearer" = ["orders:read"])),
    params(ListParams<OrdersExport>),
    responses(
        CommonProblems,
        (status = 200, description = "The table", body = String, content_type = "text/csv"),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn export_orders(
    State(shop): State<Shop>,
    staff: Permitted<permission::OrdersRead>,
    list: ListParams<OrdersExport>,
) -> Result<Response, Problem> {
    let mut export = order_exports::begin(shop.context(), &staff.origin(), query(&list)?).await?;
    // What goes wrong at the first page is told; behind it the answer has begun, and ends where it breaks off.
    let first = export.next(shop.context().db.reader()).await?.unwrap_or_default();
    let rest = stream::unfold((shop, export), |(shop, mut export): (Shop, OrderExport)| async move {
        let piece = export.next(shop.context().db.reader()).await.transpose()?;
        Some((piece.map(Bytes::from), (shop, export)))
    });
    let body = Body::from_stream(stream::once(async { Ok(Bytes::from(first)) }).chain(rest));
    let headers = [(header::CONTENT_TYPE, "text/csv; charset=utf-8"), (header::CONTENT_DISPOSITION, "attachment; filename=\"orders.csv\"")];
    Ok((headers, body).into_response())
}
