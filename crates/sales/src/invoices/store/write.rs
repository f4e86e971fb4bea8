//! Writing documents: once, and never again.

use kernel::{InvoiceId, InvoiceRangeId};
use platform::db::{self, DatabaseError, WriteTx};
use platform::values;
use serde_json::json;

use crate::invoices::model::{Buyer, Invoice, InvoiceLine};

/// The next number of a range in a year. Whoever else wants one waits from here until this transaction ends, and has the same number if it
/// is rolled back: that is what leaves no gap, and why it is taken last.
pub(in crate::invoices) async fn take_number(tx: &WriteTx, range: InvoiceRangeId, year: i32) -> Result<i64, DatabaseError> {
    const TAKE: &str = "INSERT INTO invoice_counters (range_id, year, next_number) VALUES ($1, $2, 2)
        ON CONFLICT (range_id, year) DO UPDATE SET next_number = invoice_counters.next_number + 1 RETURNING next_number - 1";
    db::fetch_scalar(tx, TAKE, values![range, year]).await?.ok_or_else(|| DatabaseError::corrupt("invoice_counters.next_number"))
}

/// Writes a document with its lines; who bought is written by itself.
pub(in crate::invoices) async fn insert(tx: &WriteTx, invoice: &Invoice, lines: &[InvoiceLine]) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO invoices (id, kind, range_id, year, sequence, number, order_id, invoice_id, refund_id, reason, issued_on,
        supplied_on, locale, currency, net_minor, tax_minor, gross_minor, paid_minor, payment_method, seller, note, created_at, created_by) VALUES";
    const LINES: &str =
        "INSERT INTO invoice_lines (invoice_id, position, credited_position, kind, order_line_id, sku, title, detail, quantity,
        unit_price_minor, discount_minor, net_minor, tax_minor, gross_minor) VALUES";
    const TAXES: &str = "INSERT INTO invoice_taxes (invoice_id, position, place, rate_name, rate_ppm, base_minor, amount_minor) VALUES";
    db::insert_many(tx, INSERT, vec![row(invoice)], "").await?;
    db::insert_many_later(tx, LINES, lines.iter().map(|line| line_row(invoice.id, line)).collect(), "").await?;
    db::insert_many_later(tx, TAXES, lines.iter().flat_map(|line| tax_rows(invoice.id, line)).collect(), "").await
}

fn row(invoice: &Invoice) -> Vec<db::Value> {
    let credited = invoice.credited.as_ref();
    let refund = credited.and_then(|credited| credited.refund);
    values![
        invoice.id,
        invoice.kind.as_str(),
        invoice.range_id,
        invoice.year,
        invoice.sequence,
        &invoice.number,
        invoice.order_id,
        credited.map(|credited| credited.invoice_id),
        refund.map(|(id, _)| id),
        refund.map(|(_, reason)| reason.as_str()),
        invoice.issued_on.to_string(),
        invoice.supplied_on.to_string(),
        &invoice.locale,
        invoice.currency,
        invoice.net_minor,
        invoice.tax_minor,
        invoice.gross_minor,
        invoice.paid_minor,
        &invoice.payment_method,
        json!(invoice.seller),
        invoice.note.as_deref(),
        invoice.created_at,
        &invoice.created_by,
    ]
}

fn line_row(id: InvoiceId, line: &InvoiceLine) -> Vec<db::Value> {
    values![
        id,
        line.position,
        line.credited_position,
        line.kind.as_str(),
        line.order_line_id,
        line.sku.as_deref(),
        &line.title,
        &line.detail,
        line.quantity,
        line.unit_price_minor,
        line.discount_minor,
        line.net_minor,
        line.tax_minor,
        line.gross_minor,
    ]
}

fn tax_rows(id: InvoiceId, line: &InvoiceLine) -> impl Iterator<Item = Vec<db::Value>> {
    let position = line.position;
    (1_i64..)
        .zip(&line.taxes)
        .map(move |(place, tax)| values![id, position, place, &tax.rate_name, tax.rate_ppm.get(), tax.base_minor, tax.amount_minor])
}

/// Notes who bought.
pub(in crate::invoices) async fn insert_buyer(tx: &WriteTx, id: InvoiceId, buyer: Option<&Buyer>) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO invoice_buyers (invoice_id, buyer) VALUES ($1, $2)";
    db::execute_later(tx, INSERT, values![id, buyer.map(|buyer| json!(buyer))]).await
}

/// Notes for a credit note who bought what its invoice says, forgotten or about to be.
pub(in crate::invoices) async fn copy_buyer(tx: &WriteTx, id: InvoiceId) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO invoice_buyers (invoice_id, buyer, erasure_asked_at, erased_at)
        SELECT i.id, b.buyer, b.erasure_asked_at, b.erased_at FROM invoices i JOIN invoice_buyers b ON b.invoice_id = i.invoice_id
        WHERE i.id = $1";
    db::execute_later(tx, INSERT, values![id]).await
}
