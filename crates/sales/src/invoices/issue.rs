//! Issuing the invoice of an order.

use catalog::channels;
use chrono::Datelike as _;
use chrono_tz::Tz;
use kernel::{InvoiceId, OrderId, Origin};
use platform::db::{DatabaseError, WriteTx};
use platform::idempotency::{self, Answer, Key, Keyed};
use platform::{audit, jobs, outbox};
use serde_json::json;

use super::assemble::{buyer_of, lines_of, supplied_on};
use super::error::IssueInvoiceError;
use super::events::InvoiceFact;
use super::follow::IssueDocuments;
use super::model::{Invoice, InvoiceDetails, InvoiceKind, InvoiceLine};
use super::store;
use crate::Sales;
use crate::orders::{self, Order, OrderKey, OrderStatus};
use crate::reports::day_of;
use crate::settings::{self, Seller};

/// Which order is to be invoiced.
#[derive(Debug, Clone)]
pub struct IssueInvoice {
    /// Which.
    pub order_id: OrderId,
    /// The request's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: fn(&InvoiceDetails) -> Answer,
}

/// Issues the invoice of an order by hand. Credit notes for what was paid back before follow from a job.
///
/// # Errors
/// `IssueInvoiceError`; nothing is written then, and no number is taken.
pub async fn issue(sales: &Sales, origin: &Origin, request: IssueInvoice) -> Result<Keyed, IssueInvoiceError> {
    idempotency::once(&sales.context, origin, &request.key, async |tx| {
        let issued = issue_in(tx, request.order_id).await?;
        let invoice = &issued.invoice;
        let change = json!({ "number": invoice.number, "order_id": invoice.order_id, "gross_minor": invoice.gross_minor, "currency": invoice.currency });
        jobs::enqueue(tx, IssueDocuments::job_after(invoice.id, invoice.order_id, tx.now())).await?;
        audit::record(tx, &audit::Entry::of("invoice.issued", invoice.id).after(&change)).await?;
        Ok((request.present)(&issued))
    })
    .await
}

/// The same inside a transaction of the caller, without a record: the order is locked, so that it gets one invoice however many ask.
///
/// # Errors
/// `IssueInvoiceError`; the caller rolls back then.
pub async fn issue_in(tx: &WriteTx, order_id: OrderId) -> Result<InvoiceDetails, IssueInvoiceError> {
    let order = orders::lock(tx, OrderKey::Id(order_id)).await?.ok_or(IssueInvoiceError::OrderNotFound)?;
    if let Some(Invoice { id, number, .. }) = store::invoice_of(tx, order_id).await? {
        return Err(IssueInvoiceError::Exists { id, number });
    }
    if !is_sold(&order) {
        return Err(IssueInvoiceError::NotSold(order.status));
    }
    issue_locked(tx, order).await
}

/// A live order is sold once it is confirmed; one that was called off where money came for it, which went back.
fn is_sold(order: &Order) -> bool {
    match order.status {
        OrderStatus::Confirmed | OrderStatus::Completed => true,
        OrderStatus::Cancelled => order.settled.captured_minor > 0,
        OrderStatus::Pending | OrderStatus::Expired => false,
    }
}

/// Issues the invoice of an order that is locked and has none.
pub(super) async fn issue_locked(tx: &WriteTx, order: Order) -> Result<InvoiceDetails, IssueInvoiceError> {
    let invoicing = settings::invoicing(tx).await?;
    let seller = invoicing.seller.ok_or(IssueInvoiceError::NoSeller)?;
    let dated = Dated::of(tx, &order).await?;
    let details = orders::details(tx, order).await?;
    let (lines, buyer) = (lines_of(&details), buyer_of(&details.order, &details.contact));
    let supplied_on = supplied_on(&details, dated.zone);
    let paid_minor = details.order.settled.captured_minor.min(details.order.settled.total_minor);
    let drafted = draft((tx, &dated), &details.order, (seller, invoicing.note), &lines);
    let paid = details.payments.iter().filter(|payment| payment.captured_minor > 0).map(|payment| payment.provider.as_str());
    let payment_method = methods(paid).unwrap_or(drafted.payment_method);
    let invoice = Invoice { supplied_on, paid_minor, payment_method, ..drafted };
    let invoice = number(tx, &details.order, invoice).await?;
    store::insert(tx, &invoice, &lines).await?;
    store::insert_buyer(tx, invoice.id, buyer.as_ref()).await?;
    outbox::record(tx, &InvoiceFact::issued(&invoice)).await?;
    Ok(InvoiceDetails { invoice, buyer, lines })
}

/// The ways in which money came or went back, each once; none where none did.
pub(super) fn methods<'a>(providers: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut named: Vec<&str> = Vec::new();
    for provider in providers {
        if !named.contains(&provider) {
            named.push(provider);
        }
    }
    (!named.is_empty()).then(|| named.join(", "))
}

/// The day and language of a channel.
pub(super) struct Dated {
    pub(super) zone: Tz,
    locale: String,
}

impl Dated {
    pub(super) async fn of(tx: &WriteTx, order: &Order) -> Result<Self, DatabaseError> {
        let channel = channels::find(tx, order.channel_id).await?.ok_or_else(|| DatabaseError::corrupt("orders.channel_id"))?;
        Ok(Self { zone: channel.time_zone.parse().unwrap_or(Tz::UTC), locale: channel.locale })
    }
}

/// A document of these lines that has no number yet: an invoice of an order that was paid and supplied today.
pub(super) fn draft(
    (tx, dated): (&WriteTx, &Dated),
    order: &Order,
    (seller, note): (Seller, Option<String>),
    lines: &[InvoiceLine],
) -> Invoice {
    let sum = |of: fn(&InvoiceLine) -> i64| lines.iter().map(of).sum::<i64>();
    let issued_on = day_of(tx.now(), dated.zone);
    Invoice {
        id: InvoiceId::generate(),
        kind: InvoiceKind::Invoice,
        range_id: kernel::InvoiceRangeId::from_uuid(uuid::Uuid::nil()),
        year: 0,
        sequence: 0,
        number: String::new(),
        order_id: order.id,
        order_number: order.number,
        credited: None,
        issued_on,
        supplied_on: issued_on,
        locale: dated.locale.clone(),
        currency: order.currency,
        tax_included: order.tax_included,
        net_minor: sum(|line| line.net_minor),
        tax_minor: sum(|line| line.tax_minor),
        gross_minor: sum(|line| line.gross_minor),
        paid_minor: sum(|line| line.gross_minor),
        payment_method: order.payment_method.clone(),
        seller,
        note,
        created_at: tx.now(),
        created_by: tx.actor().to_string(),
    }
}

/// The document with the next number of its range: the last thing before it is written.
pub(super) async fn number(tx: &WriteTx, order: &Order, invoice: Invoice) -> Result<Invoice, DatabaseError> {
    let range = store::range_for(tx, invoice.kind, order.channel_id).await?;
    let year = range.form.year(invoice.issued_on.year());
    let sequence = store::take_number(tx, range.id, year).await?;
    Ok(Invoice { range_id: range.id, year, sequence, number: range.form.number(year, sequence), ..invoice })
}
