//! Making an order of a priced cart: words and amounts of this moment, kept for good.

use std::collections::BTreeMap;

use catalog::inventory::Demand;
use kernel::{AdjustmentId, CartLineId, ContactId, OrderId, OrderLineId, Timestamp};
use platform::db::DatabaseError;
use serde_json::json;

use crate::orders::{
    Adjustment, Contact, FulfilmentStatus, Order, OrderDetails, OrderLine, OrderSource, OrderStatus, OrderTaxLine, PaymentStatus, Settled,
};
use crate::pricing::{AdjustmentKind, PricedAdjustment, PricedCart, PricedCartLine, PricedLine, Totals};
use crate::tax::{TaxLine, TaxMode};

/// What an order needs that its cart does not say.
pub(super) struct Placing {
    pub(super) id: OrderId,
    pub(super) number: i64,
    pub(super) source: OrderSource,
    pub(super) payment_method: String,
    pub(super) now: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// The order, and which of its lines came of which line of the cart.
pub(super) struct Built {
    pub(super) details: OrderDetails,
    pub(super) cart_lines: BTreeMap<OrderLineId, CartLineId>,
}

pub(super) fn build(priced: &PricedCart, placing: Placing) -> Result<Built, DatabaseError> {
    let mut lines = Vec::with_capacity(priced.lines.len());
    let mut tax_lines = Vec::new();
    let mut order_lines: BTreeMap<CartLineId, OrderLineId> = BTreeMap::new();
    for line in &priced.lines {
        let price = priced.price_of(line.line.id).ok_or_else(|| DatabaseError::corrupt("a line for sale has no price"))?;
        let id = OrderLineId::generate();
        order_lines.insert(line.line.id, id);
        tax_lines.extend(price.tax_lines.iter().map(|tax| tax_line(Some(id), None, tax)));
        lines.push(order_line(id, line, price));
    }
    let mut adjustments = Vec::new();
    for priced in &priced.totals.adjustments {
        let id = AdjustmentId::generate();
        tax_lines.extend(priced.tax_lines.iter().map(|tax| tax_line(None, Some(id), tax)));
        adjustments.push(adjustment(id, priced, &order_lines));
    }
    let contact = contact(priced)?;
    let order = order(priced, placing, contact.id);
    let cart_lines = order_lines.into_iter().map(|(cart, order)| (order, cart)).collect();
    let details =
        OrderDetails { order, lines, adjustments, tax_lines, contact, payments: Vec::new(), fulfilments: Vec::new(), tags: Vec::new() };
    Ok(Built { details, cart_lines })
}

fn order(priced: &PricedCart, placing: Placing, contact_id: ContactId) -> Order {
    let (cart, totals) = (&priced.cart, &priced.totals);
    let address = cart.shipping_address.as_ref().or(cart.billing_address.as_ref());
    Order {
        id: placing.id,
        number: placing.number,
        cart_id: Some(cart.id),
        source: placing.source,
        channel_id: cart.channel_id,
        user_id: cart.user_id,
        contact_id,
        status: OrderStatus::Pending,
        payment_status: PaymentStatus::Unpaid,
        fulfilment_status: FulfilmentStatus::None,
        currency: cart.currency,
        tax_included: priced.tax_mode == TaxMode::Included,
        payment_method: placing.payment_method,
        shipping_method_id: priced.shipping_method.as_ref().map(|method| method.id),
        shipping_method_name: priced.shipping_method.as_ref().map(|method| method.name.clone()),
        country: address.map(|address| address.country().code().to_owned()),
        item_count: totals.item_count,
        subtotal_minor: totals.subtotal.minor(),
        discount_minor: totals.discount_total.minor(),
        shipping_minor: totals.shipping_total.minor(),
        shipping_tax_minor: shipping_tax(totals),
        tax_minor: totals.tax_total.minor(),
        settled: Settled { total_minor: totals.total.minor(), ..Settled::default() },
        transition_count: 1,
        metadata: json!({}),
        placed_at: placing.now,
        expires_at: Some(placing.expires_at),
        cancel_reason: None,
        version: 1,
        updated_at: placing.now,
    }
}

fn shipping_tax(totals: &Totals) -> i64 {
    let shipping = totals.adjustments.iter().filter(|adjustment| adjustment.kind == AdjustmentKind::Shipping);
    shipping.map(|adjustment| adjustment.tax.minor()).sum()
}

fn order_line(id: OrderLineId, line: &PricedCartLine, price: &PricedLine) -> OrderLine {
    let variant = &line.variant;
    OrderLine {
        id,
        variant_id: variant.variant_id,
        product_id: variant.product_id,
        sku: variant.sku.clone(),
        title: variant.product_title.clone(),
        variant_title: variant.variant_title.clone(),
        options: variant.options.clone(),
        custom_options: line.line.custom_options.to_json(),
        kind: variant.kind.as_str().to_owned(),
        requires_shipping: variant.requires_shipping,
        tracked: variant.tracked,
        tax_class: variant.tax_class.clone(),
        weight_grams: variant.weight_grams,
        quantity: line.line.quantity,
        unit_price_minor: price.unit.minor(),
        discount_minor: price.discount.minor(),
        net_minor: price.net.minor(),
        tax_minor: price.tax.minor(),
        gross_minor: price.gross.minor(),
        quantity_fulfilled: 0,
        quantity_cancelled: 0,
        quantity_returned: 0,
        quantity_refunded: 0,
        quantity_coming_back: 0,
        quantity_to_refund: 0,
    }
}

fn adjustment(id: AdjustmentId, priced: &PricedAdjustment, order_lines: &BTreeMap<CartLineId, OrderLineId>) -> Adjustment {
    Adjustment {
        id,
        kind: priced.kind,
        source_id: priced.source_id,
        line_id: priced.line_id.and_then(|line| order_lines.get(&line)).map(|line| line.uuid()),
        label: priced.label.clone(),
        amount_minor: priced.amount.minor(),
        net_minor: priced.net.minor(),
        tax_minor: priced.tax.minor(),
    }
}

fn tax_line(line_id: Option<OrderLineId>, adjustment_id: Option<AdjustmentId>, tax: &TaxLine) -> OrderTaxLine {
    OrderTaxLine { line_id, adjustment_id, tax: tax.clone() }
}

fn contact(priced: &PricedCart) -> Result<Contact, DatabaseError> {
    let cart = &priced.cart;
    Ok(Contact {
        id: ContactId::generate(),
        email: cart.email.clone().ok_or_else(|| DatabaseError::corrupt("a cart that is ready has an e-mail address"))?,
        accepts_marketing_at: cart.accepts_marketing_at,
        shipping_address: cart.shipping_address.clone(),
        billing_address: cart.billing_address.clone().or_else(|| cart.shipping_address.clone()),
    })
}

/// What the order's lines want from stock.
pub(super) fn demand(details: &OrderDetails) -> Vec<Demand> {
    let tracked = details.lines.iter().filter(|line| line.tracked);
    tracked.map(|line| Demand { line_id: line.id.uuid(), variant_id: line.variant_id, quantity: line.quantity }).collect()
}
