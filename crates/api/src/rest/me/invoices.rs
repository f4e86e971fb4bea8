//! The invoices of the customer's own orders.

use axum::extract::State;
use axum::response::Response;
use gateway::{CommonProblems, Envelope, ErrorBody, NoParams, One, PathIdOr, Problem, SignedIn};
use kernel::OrderTag;

use crate::rest::documents::PaperFile;
use crate::rest::invoices::{DocumentPath, InvoiceSummaryView, InvoiceView, find, list_of, present};
use crate::rest::orders;
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_my_invoices, get_my_invoice]
}

/// List the invoice and the credit notes of one of one's orders, the oldest first.
#[utoipa::path(
    get, path = "/api/v1/me/orders/{order_id}/invoices", tag = "me", operation_id = "list_my_invoices", security(("bearer" = [])),
    params(("order_id" = String, Path, description = "The order, by id (`order_…`) or number")),
    responses(
        CommonProblems,
        (status = 200, description = "The documents", body = Envelope<Vec<InvoiceSummaryView>>),
        (status = 404, description = "`order_not_found`: also for another's order", body = ErrorBody),
    ),
)]
async fn list_my_invoices(
    State(shop): State<Shop>,
    me: SignedIn,
    PathIdOr(name): PathIdOr<OrderTag>,
    _none: NoParams,
) -> Result<One<Vec<InvoiceSummaryView>>, Problem> {
    let order = orders::find(&shop, name).await?;
    if order.user_id != Some(me.user()) {
        return Err(Problem::not_found("order_not_found"));
    }
    list_of(&shop, &order).await
}

/// Read an invoice or a credit note of one of one's orders: as data, and with `.html` or `.pdf` behind the id as a page or on paper.
#[utoipa::path(
    get, path = "/api/v1/me/invoices/{invoice_id}", tag = "me", operation_id = "get_my_invoice", security(("bearer" = [])),
    params(("invoice_id" = String, Path, description = "The document (`inv_…`), its page (`inv_….html`) or its paper (`inv_….pdf`)")),
    responses(
        CommonProblems,
        (
            status = 200,
            description = "The document",
            content((Envelope<InvoiceView> = "application/json"), (String = "text/html"), (PaperFile = "application/pdf")),
        ),
        (status = 404, description = "`invoice_not_found`: also for another's order", body = ErrorBody),
    ),
)]
async fn get_my_invoice(State(shop): State<Shop>, me: SignedIn, path: DocumentPath, _none: NoParams) -> Result<Response, Problem> {
    let (invoice, order) = find(&shop, path.id).await?;
    if order.user_id != Some(me.user()) {
        return Err(Problem::not_found("invoice_not_found"));
    }
    present(&shop, path, invoice).await
}
