//! Rows of the table.

use std::collections::HashMap;

use catalog::import::escape_formula;
use chrono::SecondsFormat;
use csv::{Terminator, Writer, WriterBuilder};
use kernel::OrderLineId;
use uuid::Uuid;

use super::store::LineRow;
use crate::orders::OrderSummary;

/// The names of the columns: of the order, and of its line. Amounts are in the currency's smallest unit.
const COLUMNS: [&str; 25] = [
    "order_number",
    "order_id",
    "placed_at",
    "status",
    "payment_status",
    "fulfilment_status",
    "email",
    "customer_name",
    "country",
    "tags",
    "currency",
    "order_total",
    "line_id",
    "sku",
    "title",
    "variant",
    "quantity",
    "quantity_fulfilled",
    "quantity_cancelled",
    "quantity_returned",
    "unit_price",
    "discount",
    "net",
    "tax",
    "gross",
];

/// Whether the names of the columns stand above already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Head {
    ToCome,
    Written,
}

/// The rows of these orders, each order with its lines below each other; what a spreadsheet would take for a formula is text.
pub(super) fn rows(head: Head, orders: &[OrderSummary], lines: Vec<LineRow>) -> String {
    let mut by_order: HashMap<Uuid, Vec<LineRow>> = HashMap::new();
    lines.into_iter().for_each(|line| by_order.entry(line.order_id).or_default().push(line));
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    if head == Head::ToCome {
        write(&mut writer, COLUMNS.into_iter());
    }
    for order in orders {
        let begin = cells_of(order);
        for line in by_order.remove(&order.id.uuid()).unwrap_or_default() {
            let cells = begin.iter().cloned().chain(cells_of_line(&line));
            write(&mut writer, cells);
        }
    }
    String::from_utf8_lossy(&writer.into_inner().unwrap_or_default()).into_owned()
}

fn write(writer: &mut Writer<Vec<u8>>, cells: impl Iterator<Item = impl AsRef<[u8]>>) {
    // Writing into memory does not fail.
    let _ = writer.write_record(cells);
}

fn text(raw: &str) -> String {
    escape_formula(raw).into_owned()
}

fn cells_of(order: &OrderSummary) -> [String; 12] {
    [
        order.number.to_string(),
        order.id.to_string(),
        order.placed_at.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        order.status.to_string(),
        order.payment_status.to_string(),
        order.fulfilment_status.to_string(),
        text(&order.email),
        text(order.customer_name.as_deref().unwrap_or_default()),
        text(order.country.as_deref().unwrap_or_default()),
        text(&order.tags.join(", ")),
        order.total.currency().to_string(),
        order.total.minor().to_string(),
    ]
}

fn cells_of_line(line: &LineRow) -> [String; 13] {
    [
        OrderLineId::from_uuid(line.id).to_string(),
        text(line.sku.as_deref().unwrap_or_default()),
        text(&line.title),
        text(&line.variant_title),
        line.quantity.to_string(),
        line.quantity_fulfilled.to_string(),
        line.quantity_cancelled.to_string(),
        line.quantity_returned.to_string(),
        line.unit_price_minor.to_string(),
        line.discount_minor.to_string(),
        line.net_minor.to_string(),
        line.tax_minor.to_string(),
        line.gross_minor.to_string(),
    ]
}
