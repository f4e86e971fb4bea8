//! Reading documents, by what belongs together: one, a page of them, or all of an order.

use std::collections::HashMap;

use chrono::NaiveDate;
use kernel::{InvoiceId, InvoiceRangeId, OrderId, OrderLineId, Page, PageRequest, Ppm, RefundId, Timestamp};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, Span};
use platform::values;
use uuid::Uuid;

use crate::invoices::model::{Buyer, Credited, Invoice, InvoiceDetails, InvoiceKind, InvoiceLine};
use crate::tax::TaxLine;

#[derive(FromQueryResult)]
struct InvoiceRow {
    id: Uuid,
    kind: String,
    range_id: Uuid,
    year: i64,
    sequence: i64,
    number: String,
    order_id: Uuid,
    order_number: i64,
    tax_included: bool,
    invoice_id: Option<Uuid>,
    credited_number: Option<String>,
    credited_on: Option<String>,
    refund_id: Option<Uuid>,
    reason: Option<String>,
    issued_on: String,
    supplied_on: String,
    locale: String,
    currency: String,
    net_minor: i64,
    tax_minor: i64,
    gross_minor: i64,
    paid_minor: i64,
    payment_method: String,
    seller: serde_json::Value,
    note: Option<String>,
    created_at: Timestamp,
    created_by: String,
}

const COLUMNS: &str = "i.id, i.kind, i.range_id, i.year, i.sequence, i.number, i.order_id, o.number AS order_number, o.tax_included,
    i.invoice_id, c.number AS credited_number, c.issued_on AS credited_on, i.refund_id, i.reason, i.issued_on, i.supplied_on, i.locale,
    i.currency, i.net_minor, i.tax_minor, i.gross_minor, i.paid_minor, i.payment_method, i.seller, i.note, i.created_at, i.created_by";
const SOURCE: &str = "invoices i JOIN orders o ON o.id = i.order_id LEFT JOIN invoices c ON c.id = i.invoice_id";

fn day(text: &str) -> Result<NaiveDate, DatabaseError> {
    text.parse().map_err(|_| DatabaseError::corrupt("a day of an invoice"))
}

impl InvoiceRow {
    fn credited(&self) -> Result<Option<Credited>, DatabaseError> {
        let (Some(id), Some(number), Some(on)) = (self.invoice_id, &self.credited_number, &self.credited_on) else { return Ok(None) };
        let reason = self.reason.as_deref().map(str::parse).transpose().map_err(|_| DatabaseError::corrupt("invoices.reason"))?;
        let refund = self.refund_id.map(RefundId::from_uuid).zip(reason);
        Ok(Some(Credited { invoice_id: InvoiceId::from_uuid(id), number: number.clone(), issued_on: day(on)?, refund }))
    }
}

impl TryFrom<InvoiceRow> for Invoice {
    type Error = DatabaseError;

    fn try_from(row: InvoiceRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: InvoiceId::from_uuid(row.id),
            kind: row.kind.parse().map_err(|_| DatabaseError::corrupt("invoices.kind"))?,
            range_id: InvoiceRangeId::from_uuid(row.range_id),
            year: i32::try_from(row.year).map_err(|_| DatabaseError::corrupt("invoices.year"))?,
            sequence: row.sequence,
            order_id: OrderId::from_uuid(row.order_id),
            order_number: row.order_number,
            credited: row.credited()?,
            issued_on: day(&row.issued_on)?,
            supplied_on: day(&row.supplied_on)?,
            currency: row.currency.parse().map_err(|_| DatabaseError::corrupt("invoices.currency"))?,
            tax_included: row.tax_included,
            net_minor: row.net_minor,
            tax_minor: row.tax_minor,
            gross_minor: row.gross_minor,
            paid_minor: row.paid_minor,
            seller: serde_json::from_value(row.seller).map_err(|_| DatabaseError::corrupt("invoices.seller"))?,
            number: row.number,
            locale: row.locale,
            payment_method: row.payment_method,
            note: row.note,
            created_at: row.created_at,
            created_by: row.created_by,
        })
    }
}

async fn one(db: &impl ConnectionTrait, which: &str, values: Vec<db::Value>) -> Result<Option<Invoice>, DatabaseError> {
    let row: Option<InvoiceRow> = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM {SOURCE} WHERE {which}"), values).await?;
    row.map(Invoice::try_from).transpose()
}

/// One document, without lines and buyer.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: InvoiceId) -> Result<Option<Invoice>, DatabaseError> {
    one(db, "i.id = $1", values![id]).await
}

/// The invoice of an order.
pub(in crate::invoices) async fn invoice_of(db: &impl ConnectionTrait, order: OrderId) -> Result<Option<Invoice>, DatabaseError> {
    one(db, "i.order_id = $1 AND i.kind = 'invoice'", values![order]).await
}

#[derive(FromQueryResult)]
struct LineRow {
    position: i64,
    credited_position: Option<i64>,
    kind: String,
    order_line_id: Option<Uuid>,
    sku: Option<String>,
    title: String,
    detail: String,
    quantity: Option<i64>,
    unit_price_minor: i64,
    discount_minor: i64,
    net_minor: i64,
    tax_minor: i64,
    gross_minor: i64,
}

impl LineRow {
    fn line(self, taxes: Vec<TaxLine>) -> Result<InvoiceLine, DatabaseError> {
        Ok(InvoiceLine {
            position: self.position,
            credited_position: self.credited_position,
            kind: self.kind.parse().map_err(|_| DatabaseError::corrupt("invoice_lines.kind"))?,
            order_line_id: self.order_line_id.map(OrderLineId::from_uuid),
            sku: self.sku,
            title: self.title,
            detail: self.detail,
            quantity: self.quantity,
            unit_price_minor: self.unit_price_minor,
            discount_minor: self.discount_minor,
            net_minor: self.net_minor,
            tax_minor: self.tax_minor,
            gross_minor: self.gross_minor,
            taxes,
        })
    }
}

#[derive(FromQueryResult)]
struct TaxRow {
    position: i64,
    rate_name: String,
    rate_ppm: i64,
    base_minor: i64,
    amount_minor: i64,
}

async fn taxes_of(db: &impl ConnectionTrait, id: InvoiceId) -> Result<HashMap<i64, Vec<TaxLine>>, DatabaseError> {
    const SELECT: &str =
        "SELECT position, rate_name, rate_ppm, base_minor, amount_minor FROM invoice_taxes WHERE invoice_id = $1 ORDER BY position, place";
    let rows: Vec<TaxRow> = db::fetch_all(db, SELECT, values![id]).await?;
    let mut taxes: HashMap<i64, Vec<TaxLine>> = HashMap::new();
    for TaxRow { position, rate_name, rate_ppm, base_minor, amount_minor } in rows {
        let rate_ppm = Ppm::try_from(rate_ppm).map_err(|_| DatabaseError::corrupt("invoice_taxes.rate_ppm"))?;
        taxes.entry(position).or_default().push(TaxLine { rate_name, rate_ppm, base_minor, amount_minor });
    }
    Ok(taxes)
}

/// A document with all that it shows, in three statements whatever its size.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn details(db: &impl ConnectionTrait, invoice: Invoice) -> Result<InvoiceDetails, DatabaseError> {
    const LINES: &str =
        "SELECT position, credited_position, kind, order_line_id, sku, title, detail, quantity, unit_price_minor, discount_minor,
        net_minor, tax_minor, gross_minor FROM invoice_lines WHERE invoice_id = $1 ORDER BY position";
    const BUYER: &str = "SELECT buyer FROM invoice_buyers WHERE invoice_id = $1 AND buyer IS NOT NULL";
    let mut taxes = taxes_of(db, invoice.id).await?;
    let rows: Vec<LineRow> = db::fetch_all(db, LINES, values![invoice.id]).await?;
    let buyer: Option<serde_json::Value> = db::fetch_scalar(db, BUYER, values![invoice.id]).await?;
    let buyer: Option<Buyer> = buyer.map(serde_json::from_value).transpose().map_err(|_| DatabaseError::corrupt("invoice_buyers.buyer"))?;
    let line = |row: LineRow| {
        let taxes = taxes.remove(&row.position).unwrap_or_default();
        row.line(taxes)
    };
    Ok(InvoiceDetails { lines: rows.into_iter().map(line).collect::<Result<_, _>>()?, invoice, buyer })
}

/// What narrows the list of documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvoiceFilter {
    /// Documents of these kinds; all, where there are none.
    pub kinds: Vec<InvoiceKind>,
    /// Of this order.
    pub order: Option<OrderId>,
    /// With this number, as it is printed.
    pub number: Option<String>,
    /// Issued from the first moment on and before the other.
    pub issued: (Option<Timestamp>, Option<Timestamp>),
}

/// One page of the documents, in the order of their issue. At most two statements.
///
/// # Errors
/// `ListError` for a page too deep or a cursor of another list, or by what went wrong.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &InvoiceFilter,
    newest_first: bool,
    page: &PageRequest,
) -> Result<Page<Invoice>, ListError> {
    let mut narrowed = Conditions::default();
    narrowed.is_among("i.kind", filter.kinds.iter().map(|kind| kind.as_str()));
    narrowed.is("i.order_id", filter.order);
    narrowed.is("i.number", filter.number.as_deref());
    let (since, until) = filter.issued;
    narrowed.is_within("i.created_at", Span { at_least: since, below: until, ..Span::default() });
    let documents = ById { columns: COLUMNS, source: SOURCE, id: "i.id" };
    documents.page::<InvoiceRow, Invoice>(db, narrowed, (page, newest_first), |invoice| invoice.id.uuid()).await
}

/// An order has at most one invoice; who gives money back more often than this gives back nothing.
const MOST_OF_ORDER: i64 = 1_000;

/// The documents of an order, the oldest first.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn of_order(db: &impl ConnectionTrait, order: OrderId) -> Result<Vec<Invoice>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM {SOURCE} WHERE i.order_id = $1 ORDER BY i.id LIMIT {MOST_OF_ORDER}");
    let rows: Vec<InvoiceRow> = db::fetch_all(db, &sql, values![order]).await?;
    rows.into_iter().map(Invoice::try_from).collect()
}
