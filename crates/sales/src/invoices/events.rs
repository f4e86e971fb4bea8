//! What happens to invoices. Who bought is not in it. Its subject is the order, so that the documents of an order are told in one row.

use ::payments::refunds::RefundReason;
use kernel::{InvoiceId, OrderId, OrderTag, RefundId};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::model::Invoice;

/// An order got its invoice.
#[derive(Debug, Serialize, ToSchema)]
pub struct InvoiceFact {
    /// The order.
    order_id: OrderId,
    /// The invoice.
    invoice_id: InvoiceId,
    /// As it is printed.
    number: String,
    /// ISO 4217.
    currency: &'static str,
    /// Without tax.
    net_minor: i64,
    /// The tax.
    tax_minor: i64,
    /// With tax.
    gross_minor: i64,
}

impl InvoiceFact {
    pub(super) fn issued(invoice: &Invoice) -> Self {
        Self {
            order_id: invoice.order_id,
            invoice_id: invoice.id,
            number: invoice.number.clone(),
            currency: invoice.currency.code(),
            net_minor: invoice.net_minor,
            tax_minor: invoice.tax_minor,
            gross_minor: invoice.gross_minor,
        }
    }
}

impl Fact for InvoiceFact {
    type Subject = OrderTag;
    const AGGREGATE: &'static str = "invoice";
    const EXPIRES: bool = false;
    const NAMES: &'static [(&'static str, &'static str)] = &[("invoice.issued", "an order got its invoice")];

    fn name(&self) -> &'static str {
        "invoice.issued"
    }

    fn aggregate_id(&self) -> Uuid {
        self.order_id.uuid()
    }
}

/// Something of an invoice was taken back.
#[derive(Debug, Serialize, ToSchema)]
pub struct CreditNoteFact {
    /// The order.
    order_id: OrderId,
    /// The credit note.
    credit_note_id: InvoiceId,
    /// The invoice that something is taken back of.
    invoice_id: Option<InvoiceId>,
    /// The refund; none where the order was called off.
    refund_id: Option<RefundId>,
    /// Why money went back.
    reason: Option<RefundReason>,
    /// As it is printed.
    number: String,
    /// ISO 4217.
    currency: &'static str,
    /// Without tax.
    net_minor: i64,
    /// The tax.
    tax_minor: i64,
    /// With tax.
    gross_minor: i64,
}

impl CreditNoteFact {
    pub(super) fn issued(note: &Invoice) -> Self {
        let credited = note.credited.as_ref();
        let refund = credited.and_then(|credited| credited.refund);
        Self {
            order_id: note.order_id,
            credit_note_id: note.id,
            invoice_id: credited.map(|credited| credited.invoice_id),
            refund_id: refund.map(|(id, _)| id),
            reason: refund.map(|(_, reason)| reason),
            number: note.number.clone(),
            currency: note.currency.code(),
            net_minor: note.net_minor,
            tax_minor: note.tax_minor,
            gross_minor: note.gross_minor,
        }
    }
}

impl Fact for CreditNoteFact {
    type Subject = OrderTag;
    const AGGREGATE: &'static str = "credit_note";
    const EXPIRES: bool = false;
    const NAMES: &'static [(&'static str, &'static str)] = &[("credit_note.issued", "something of an invoice was taken back")];

    fn name(&self) -> &'static str {
        "credit_note.issued"
    }

    fn aggregate_id(&self) -> Uuid {
        self.order_id.uuid()
    }
}
