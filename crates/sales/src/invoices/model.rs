//! An invoice or a credit note, with all that it shows.

use ::payments::refunds::RefundReason;
use accounts::addresses::Address;
use chrono::NaiveDate;
use kernel::{Currency, Email, InvoiceId, InvoiceRangeId, Money, OrderId, OrderLineId, RefundId, Timestamp, text_enum};
use serde::{Deserialize, Serialize};

use crate::settings::Seller;
use crate::tax::TaxLine;

text_enum! {
    /// What kind of document it is.
    pub enum InvoiceKind {
        /// What was sold.
        Invoice = "invoice",
        /// What of it was taken back.
        CreditNote = "credit_note",
    }
}

text_enum! {
    /// What a line is about.
    pub enum InvoiceLineKind {
        /// Goods.
        Item = "item",
        /// Sending them.
        Shipping = "shipping",
        /// Something off the whole.
        Discount = "discount",
        /// Something on top of the whole.
        Surcharge = "surcharge",
    }
}

/// The invoice that a credit note takes something back of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credited {
    /// Which one.
    pub invoice_id: InvoiceId,
    /// Its number.
    pub number: String,
    /// The day of its issue.
    pub issued_on: NaiveDate,
    /// The refund that it follows, and why; without one the order was called off.
    pub refund: Option<(RefundId, RefundReason)>,
}

/// A document without its lines and buyer. Amounts are in its currency, those of credit notes positive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// Its id.
    pub id: InvoiceId,
    /// What kind of document it is.
    pub kind: InvoiceKind,
    /// Where its number is from.
    pub range_id: InvoiceRangeId,
    /// Which year of its range it is counted in; 0 where the range does not count by years.
    pub year: i32,
    /// The how manieth it is of them.
    pub sequence: i64,
    /// As it is printed.
    pub number: String,
    /// The order.
    pub order_id: OrderId,
    /// The order's number.
    pub order_number: i64,
    /// Of a credit note: what it takes something back of.
    pub credited: Option<Credited>,
    /// The day of its issue, in the channel's time zone.
    pub issued_on: NaiveDate,
    /// The day on which the goods left, or were ordered where they have not left.
    pub supplied_on: NaiveDate,
    /// The channel's language then.
    pub locale: String,
    /// All its amounts are in it.
    pub currency: Currency,
    /// True where unit prices and discounts include tax.
    pub tax_included: bool,
    /// Without tax.
    pub net_minor: i64,
    /// The tax.
    pub tax_minor: i64,
    /// With tax.
    pub gross_minor: i64,
    /// What was paid, or paid back, when it was issued.
    pub paid_minor: i64,
    /// By which method.
    pub payment_method: String,
    /// Who sells.
    pub seller: Seller,
    /// What stands below.
    pub note: Option<String>,
    /// When it was issued.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

impl Invoice {
    /// This many minor units in its currency.
    #[must_use]
    pub const fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    /// What is left to pay.
    #[must_use]
    pub const fn due_minor(&self) -> i64 {
        match self.kind {
            InvoiceKind::Invoice => {
                if self.paid_minor < self.gross_minor {
                    self.gross_minor - self.paid_minor
                } else {
                    0
                }
            }
            InvoiceKind::CreditNote => 0,
        }
    }
}

/// Who bought. Its JSON is the stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buyer {
    /// Who is billed, and where.
    pub address: Option<Address>,
    /// Where no address is known: that of the mail.
    pub email: Option<Email>,
    /// The number for value-added tax, where the order has one.
    pub vat_id: Option<String>,
}

/// One line of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceLine {
    /// Its place, from 1 on.
    pub position: i64,
    /// Of a credit note: the place of the line that it takes back.
    pub credited_position: Option<i64>,
    /// What it is about.
    pub kind: InvoiceLineKind,
    /// The line of the order.
    pub order_line_id: Option<OrderLineId>,
    /// Stock keeping unit.
    pub sku: Option<String>,
    /// What it is.
    pub title: String,
    /// Which of its kind.
    pub detail: String,
    /// How many; nothing where no pieces are counted.
    pub quantity: Option<i64>,
    /// What one piece costs, in the tax mode of the document.
    pub unit_price_minor: i64,
    /// What was taken off, in the same.
    pub discount_minor: i64,
    /// Without tax.
    pub net_minor: i64,
    /// The tax.
    pub tax_minor: i64,
    /// With tax.
    pub gross_minor: i64,
    /// The tax by rate.
    pub taxes: Vec<TaxLine>,
}

/// A document with all that it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceDetails {
    /// The document.
    pub invoice: Invoice,
    /// Who bought; nothing once that is forgotten.
    pub buyer: Option<Buyer>,
    /// Its lines, in order.
    pub lines: Vec<InvoiceLine>,
}

/// The tax of lines by rate, the higher rates first.
#[must_use]
pub fn tax_summary(lines: &[InvoiceLine]) -> Vec<TaxLine> {
    let mut summary: Vec<TaxLine> = Vec::new();
    for tax in lines.iter().flat_map(|line| &line.taxes) {
        match summary.iter_mut().find(|known| known.rate_name == tax.rate_name && known.rate_ppm == tax.rate_ppm) {
            Some(known) => {
                known.base_minor += tax.base_minor;
                known.amount_minor += tax.amount_minor;
            }
            None => summary.push(tax.clone()),
        }
    }
    summary.sort_by(|a, b| b.rate_ppm.cmp(&a.rate_ppm).then_with(|| a.rate_name.cmp(&b.rate_name)));
    summary
}
