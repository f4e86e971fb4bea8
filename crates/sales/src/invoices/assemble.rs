//! What an invoice says of an order, in the amounts that the order has. Pure.

use accounts::addresses::Address;
use chrono::NaiveDate;
use chrono_tz::Tz;
use kernel::text;

use super::model::{Buyer, InvoiceLine, InvoiceLineKind};
use crate::orders::{Adjustment, Contact, Order, OrderDetails, OrderLine, OrderTaxLine};
use crate::pricing::AdjustmentKind;
use crate::reports::day_of;
use crate::tax::TaxLine;

/// What the mail of whoever was forgotten ends in (RFC 2606).
const NOBODY: &str = ".invalid";
/// Where integrations put the buyer's number for value-added tax.
const VAT_ID: &str = "vat_id";
const MOST_VAT_ID: usize = 64;

/// The lines of an order's invoice: those of the order, then what belongs to none of them.
pub(super) fn lines_of(details: &OrderDetails) -> Vec<InvoiceLine> {
    let taxes = |of: &dyn Fn(&OrderTaxLine) -> bool| -> Vec<TaxLine> {
        details.tax_lines.iter().filter(|tax| of(tax)).map(|tax| tax.tax.clone()).collect()
    };
    let items = details.lines.iter().map(|line| item(line, taxes(&|tax| tax.line_id == Some(line.id))));
    let whole = details.adjustments.iter().filter(|adjustment| adjustment.line_id.is_none());
    let others = whole.map(|adjustment| other(adjustment, taxes(&|tax| tax.adjustment_id == Some(adjustment.id))));
    let mut lines: Vec<InvoiceLine> = items.chain(others).collect();
    for (position, line) in (1..).zip(&mut lines) {
        line.position = position;
    }
    lines
}

fn item(line: &OrderLine, taxes: Vec<TaxLine>) -> InvoiceLine {
    InvoiceLine {
        position: 0,
        credited_position: None,
        kind: InvoiceLineKind::Item,
        order_line_id: Some(line.id),
        sku: line.sku.clone(),
        title: line.title.clone(),
        detail: line.variant_title.clone(),
        quantity: Some(i64::from(line.quantity)),
        unit_price_minor: line.unit_price_minor,
        discount_minor: line.discount_minor,
        net_minor: line.net_minor,
        tax_minor: line.tax_minor,
        gross_minor: line.gross_minor,
        taxes,
    }
}

fn other(adjustment: &Adjustment, taxes: Vec<TaxLine>) -> InvoiceLine {
    let kind = match adjustment.kind {
        AdjustmentKind::Shipping => InvoiceLineKind::Shipping,
        AdjustmentKind::Discount => InvoiceLineKind::Discount,
        AdjustmentKind::Surcharge => InvoiceLineKind::Surcharge,
    };
    InvoiceLine {
        position: 0,
        credited_position: None,
        kind,
        order_line_id: None,
        sku: None,
        title: adjustment.label.clone(),
        detail: String::new(),
        quantity: None,
        unit_price_minor: 0,
        discount_minor: 0,
        net_minor: adjustment.net_minor,
        tax_minor: adjustment.tax_minor,
        gross_minor: adjustment.amount_minor,
        taxes,
    }
}

/// Who is billed; where no address is known, whose mail it is.
pub(super) fn buyer_of(order: &Order, contact: &Contact) -> Option<Buyer> {
    let address: Option<Address> = contact.billing_address.clone().or_else(|| contact.shipping_address.clone());
    let email = Some(&contact.email).filter(|email| address.is_none() && !email.as_str().ends_with(NOBODY)).cloned();
    let vat_id = order.metadata.get(VAT_ID).and_then(serde_json::Value::as_str).and_then(|raw| text(raw, MOST_VAT_ID).ok());
    let is_known = address.is_some() || email.is_some();
    is_known.then_some(Buyer { address, email, vat_id })
}

/// The day on which the last of the goods left, or on which they were ordered where none has.
pub(super) fn supplied_on(details: &OrderDetails, zone: Tz) -> NaiveDate {
    let left = details.fulfilments.iter().map(|parcel| parcel.created_at).max();
    day_of(left.unwrap_or(details.order.placed_at), zone)
}
