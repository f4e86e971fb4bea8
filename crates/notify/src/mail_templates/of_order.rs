//! What letters tell of an order.

use accounts::addresses::Address;
use kernel::OrderLineId;
use sales::orders::{Fulfilment, OrderDetails, OrderLine};
use sales::returns::{Return, ReturnLine, ReturnStatus};

use super::format;
use super::locale::MailLocale;
use super::words::{LineWords, OrderWords, ParcelWords, PieceWords, ReturnedWords};

/// An order in the words of its reader.
#[must_use]
pub fn order_words(details: &OrderDetails, locale: &MailLocale) -> OrderWords {
    let (order, contact) = (&details.order, &details.contact);
    let money = |minor: i64| format::money(order.money(minor), locale);
    let unless_zero = |minor: i64| (minor != 0).then(|| money(minor));
    let line = |line: &OrderLine| LineWords {
        title: line.title.clone(),
        variant: variant_of(line),
        sku: line.sku.clone(),
        quantity: i64::from(line.quantity),
        unit_price: money(line.unit_price_minor),
        total: money(line.gross_minor),
    };
    let billing = contact.billing_address.as_ref().filter(|billing| Some(*billing) != contact.shipping_address.as_ref());
    OrderWords {
        number: order.number,
        placed_on: format::date(order.placed_at, locale),
        customer_name: contact.shipping_address.as_ref().or(contact.billing_address.as_ref()).map(|address| address.name().to_owned()),
        lines: details.lines.iter().map(line).collect(),
        subtotal: money(order.subtotal_minor),
        discount: unless_zero(order.discount_minor),
        shipping: order.shipping_method_name.as_ref().map(|_| money(order.shipping_minor)),
        tax: unless_zero(order.tax_minor),
        tax_included: order.tax_included,
        total: money(order.settled.total_minor),
        shipping_method: order.shipping_method_name.clone(),
        shipping_address: contact.shipping_address.as_ref().map(lines_of),
        billing_address: billing.map(lines_of),
    }
}

/// A parcel of this order.
#[must_use]
pub fn parcel_words(details: &OrderDetails, parcel: &Fulfilment) -> ParcelWords {
    ParcelWords {
        carrier: parcel.carrier.clone(),
        tracking_number: parcel.tracking_number.clone(),
        tracking_url: parcel.tracking_url.clone(),
        lines: parcel.lines.iter().filter_map(|(id, quantity)| piece_of(details, *id, *quantity)).collect(),
    }
}

/// What comes back of this order: the pieces that count where the return stood when the letter was due.
#[must_use]
pub fn returned_words(details: &OrderDetails, back: &Return, stood: ReturnStatus) -> ReturnedWords {
    let count = |line: &ReturnLine| match stood {
        ReturnStatus::Requested | ReturnStatus::Rejected | ReturnStatus::Cancelled => line.asked,
        ReturnStatus::Approved => line.approved,
        ReturnStatus::PartReceived | ReturnStatus::Received | ReturnStatus::Refunded | ReturnStatus::Closed => line.received,
    };
    let lines = back.lines.iter().filter(|line| count(line) > 0);
    ReturnedWords {
        lines: lines.filter_map(|line| piece_of(details, line.line_id, count(line))).collect(),
        instructions: back.instructions.clone(),
        label_url: back.label_url.clone(),
        rejection: back.rejection.clone(),
    }
}

fn piece_of(details: &OrderDetails, id: OrderLineId, quantity: i64) -> Option<PieceWords> {
    let line = details.lines.iter().find(|line| line.id == id)?;
    Some(PieceWords { title: line.title.clone(), variant: variant_of(line), quantity })
}

fn variant_of(line: &OrderLine) -> Option<String> {
    Some(line.variant_title.clone()).filter(|title| !title.is_empty() && *title != line.title)
}

/// The address as an envelope has it.
fn lines_of(address: &Address) -> Vec<String> {
    let town = [address.postal_code(), Some(address.city()), address.region()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let lines = [Some(address.name()), address.company(), Some(address.line1()), address.line2(), Some(town.as_str())];
    lines.into_iter().flatten().map(str::to_owned).chain([address.country().to_string()]).collect()
}
