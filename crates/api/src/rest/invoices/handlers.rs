//! The routes of invoices and credit notes.

use axum::extract::State;
use axum::response::Response;
use gateway::{
    Command, CommandKey, CommonProblems, Envelope, ErrorBody, Kept, List, ListEnvelope, ListParams, NoParams, One, PathId, PathIdOr,
    Permitted, Problem, StaffOrHolder, Valid, permission,
};
use kernel::{InvoiceId, OrderTag};
use sales::invoices::{self, Invoice, IssueInvoice};
use sales::orders::{self, Order, OrderKey};

use super::document::{DocumentPath, present};
use super::wire::{InvoiceIn, InvoiceSummaryView, InvoiceView, Invoices, filter};
use crate::rest::documents::PaperFile;
use crate::rest::orders::{find as find_order, missing as missing_order, refuse_stranger};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_invoices, get_invoice, list_order_invoices, issue_invoice]
}

/// List invoices and credit notes, the newest first.
#[utoipa::path(
    get, path = "/api/v1/invoices", tag = "invoices", operation_id = "list_invoices", security(("bearer" = ["invoices:read"])),
    params(ListParams<Invoices>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of documents", body = ListEnvelope<InvoiceSummaryView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_invoices(
    State(shop): State<Shop>,
    _staff: Permitted<permission::InvoicesRead>,
    list: ListParams<Invoices>,
) -> Result<List<InvoiceSummaryView>, Problem> {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = invoices::list(shop.context().db.reader(), &filter(&list)?, newest_first, &list.page).await?;
    Ok(List::of(page.map(|invoice| InvoiceSummaryView::from(&invoice)), &list))
}

/// A document with the order that it is of.
pub(in crate::rest) async fn find(shop: &Shop, id: InvoiceId) -> Result<(Invoice, Order), Problem> {
    let db = shop.context().db.reader();
    let invoice = invoices::find(db, id).await?.ok_or_else(missing)?;
    let order = orders::find(db, OrderKey::Id(invoice.order_id)).await?.ok_or_else(missing)?;
    Ok((invoice, order))
}

fn missing() -> Problem {
    Problem::not_found("invoice_not_found")
}

/// Read an invoice or a credit note, as staff or as the holder of its order's cart: as data, and with `.html` or `.pdf` behind the id as a
/// page or on paper.
#[utoipa::path(
    get, path = "/api/v1/invoices/{invoice_id}", tag = "invoices", operation_id = "get_invoice",
    security(("bearer" = ["invoices:read"]), ("cart_token" = [])),
    params(("invoice_id" = String, Path, description = "The document (`inv_…`), its page (`inv_….html`) or its paper (`inv_….pdf`)")),
    responses(
        CommonProblems,
        (
            status = 200,
            description = "The document",
            content((Envelope<InvoiceView> = "application/json"), (String = "text/html"), (PaperFile = "application/pdf")),
        ),
        (status = 404, description = "`invoice_not_found`: also for another cart's order", body = ErrorBody),
    ),
)]
async fn get_invoice(
    State(shop): State<Shop>,
    reader: StaffOrHolder<permission::InvoicesRead>,
    path: DocumentPath,
    _none: NoParams,
) -> Result<Response, Problem> {
    let (invoice, order) = find(&shop, path.id).await?;
    if let StaffOrHolder::Holder(token) = &reader {
        refuse_stranger(&shop, &order, token.reveal(), missing).await?;
    }
    present(&shop, path, invoice).await
}

/// The documents of an order.
pub(in crate::rest) async fn list_of(shop: &Shop, order: &Order) -> Result<One<Vec<InvoiceSummaryView>>, Problem> {
    let documents = invoices::of_order(shop.context().db.reader(), order.id).await?;
    Ok(One::plain(documents.iter().map(InvoiceSummaryView::from).collect()))
}

/// List the invoice and the credit notes of an order, the oldest first, as staff or as the holder of its cart.
#[utoipa::path(
    get, path = "/api/v1/orders/{order_id}/invoices", tag = "invoices", operation_id = "list_order_invoices",
    security(("bearer" = ["invoices:read"]), ("cart_token" = [])),
    params(("order_id" = String, Path, description = "The order, by id (`order_…`) or number")),
    responses(
        CommonProblems,
        (status = 200, description = "The documents", body = Envelope<Vec<InvoiceSummaryView>>),
        (status = 404, description = "`order_not_found`: also for another cart's order", body = ErrorBody),
    ),
)]
async fn list_order_invoices(
    State(shop): State<Shop>,
    reader: StaffOrHolder<permission::InvoicesRead>,
    PathIdOr(name): PathIdOr<OrderTag>,
    _none: NoParams,
) -> Result<One<Vec<InvoiceSummaryView>>, Problem> {
    let order = find_order(&shop, name).await?;
    if let StaffOrHolder::Holder(token) = &reader {
        refuse_stranger(&shop, &order, token.reveal(), missing_order).await?;
    }
    list_of(&shop, &order).await
}

/// Issue the invoice of an order now. Credit notes for what was paid back of it before follow by themselves.
#[utoipa::path(
    post, path = "/api/v1/orders/{order_id}/invoices", tag = "invoices", operation_id = "issue_invoice",
    security(("bearer" = ["invoices:write"])),
    params(
        ("order_id" = schema::OrderId, Path, description = "The order (`order_…`)"),
        CommandKey,
    ),
    request_body = InvoiceIn,
    responses(
        CommonProblems,
        (status = 201, description = "The invoice", body = Envelope<InvoiceView>),
        (status = 404, description = "`order_not_found`", body = ErrorBody),
        (status = 409, description = "`invoice_exists` with its id in `details`, `order_not_invoiceable`, `invoice_seller_missing`, `idempotency_key_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = ErrorBody),
    ),
)]
async fn issue_invoice(
    State(shop): State<Shop>,
    staff: Permitted<permission::InvoicesWrite>,
    PathId(order_id): PathId<OrderTag>,
    Command { key, body: Valid(InvoiceIn {}) }: Command<Valid<InvoiceIn>>,
) -> Result<Kept, Problem> {
    let request = IssueInvoice { order_id, key: key.of(staff.actor()), present: InvoiceView::issued };
    Ok(invoices::issue(&shop.sales, &staff.origin(), request).await?.into())
}
