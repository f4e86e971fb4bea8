//! Invoices and credit notes as JSON.

use gateway::{FilterKind, ListQuery, ListRoute, ListSpec, kept_answer};
use kernel::{FieldErrors, OrderTag, Prefixed as _, Timestamp};
use platform::idempotency::Answer;
use sales::invoices::{Buyer, Invoice, InvoiceDetails, InvoiceFilter, InvoiceKind, InvoiceLine, tax_summary};
use sales::settings::Seller;
use sales::tax::TaxLine;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::addresses::AddressView;
use crate::rest::money::MoneyView;
use crate::schema;

/// The list of documents.
pub(super) struct Invoices;

impl ListRoute for Invoices {
    const SPEC: ListSpec = ListSpec {
        sorts: &["created_at"],
        default_sort: "-created_at",
        filters: &[
            ("kind", FilterKind::OneOf(InvoiceKind::WORDS)),
            ("order", FilterKind::Id(OrderTag::PREFIX)),
            ("number", FilterKind::Text),
            ("issued_since", FilterKind::Time),
            ("issued_until", FilterKind::Time),
        ],
        ..ListSpec::PLAIN
    };
}

/// What narrows the list.
pub(super) fn filter(list: &ListQuery) -> Result<InvoiceFilter, FieldErrors> {
    let filters = &list.filters;
    let mut errors = FieldErrors::new();
    let order = errors.take_optional("filter[order]", filters.text("order"), |raw: &str| raw.parse());
    let kinds = filters.parsed("kind").unwrap_or_default();
    let number = filters.text("number").map(str::to_owned);
    let issued = (filters.time("issued_since"), filters.time("issued_until"));
    errors.finish(|| Some(InvoiceFilter { kinds, order, number, issued }))
}

/// Nothing more is to be said: an empty object.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InvoiceIn {}

/// A document without its lines, seller and buyer. Amounts of credit notes are positive.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct InvoiceSummaryView {
    /// Its id (`inv_…`).
    #[schema(value_type = schema::InvoiceId)]
    id: String,
    /// What kind of document it is.
    #[schema(value_type = schema::InvoiceKind)]
    kind: &'static str,
    /// As it is printed; without gaps in its range and year.
    number: String,
    /// The order.
    #[schema(value_type = schema::OrderId)]
    order_id: String,
    /// The order's number.
    order_number: i64,
    /// Of a credit note: the invoice that it takes something back of.
    #[schema(value_type = Option<schema::InvoiceId>)]
    credited_invoice_id: Option<String>,
    /// Of a credit note: the refund that it follows; null where the order was called off.
    #[schema(value_type = Option<schema::RefundId>)]
    refund_id: Option<String>,
    /// Why money went back.
    #[schema(value_type = Option<schema::RefundReason>)]
    reason: Option<&'static str>,
    /// The day of its issue, in the channel's time zone.
    #[schema(format = Date)]
    issued_on: String,
    /// The day of the supply.
    #[schema(format = Date)]
    supplied_on: String,
    /// Without tax.
    net: MoneyView,
    /// The tax.
    tax: MoneyView,
    /// With tax.
    gross: MoneyView,
    /// What was paid, or paid back, when it was issued.
    paid: MoneyView,
    /// What was left to pay then.
    due: MoneyView,
    /// How it was paid, or paid back: every way, joined by commas.
    #[schema(max_length = 255, example = "gift_card, stripe")]
    payment_method: String,
    /// The page.
    html_url: String,
    /// The paper.
    pdf_url: String,
    /// When it was issued.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// By whom.
    created_by: String,
}

impl From<&Invoice> for InvoiceSummaryView {
    fn from(invoice: &Invoice) -> Self {
        let refund = invoice.credited.as_ref().and_then(|credited| credited.refund);
        let money = |minor| MoneyView::from(invoice.money(minor));
        Self {
            id: invoice.id.to_string(),
            kind: invoice.kind.as_str(),
            number: invoice.number.clone(),
            order_id: invoice.order_id.to_string(),
            order_number: invoice.order_number,
            credited_invoice_id: invoice.credited.as_ref().map(|credited| credited.invoice_id.to_string()),
            refund_id: refund.map(|(id, _)| id.to_string()),
            reason: refund.map(|(_, reason)| reason.as_str()),
            issued_on: invoice.issued_on.to_string(),
            supplied_on: invoice.supplied_on.to_string(),
            net: money(invoice.net_minor),
            tax: money(invoice.tax_minor),
            gross: money(invoice.gross_minor),
            paid: money(invoice.paid_minor),
            due: money(invoice.due_minor()),
            payment_method: invoice.payment_method.clone(),
            html_url: format!("/api/v1/invoices/{}.html", invoice.id),
            pdf_url: format!("/api/v1/invoices/{}.pdf", invoice.id),
            created_at: invoice.created_at,
            created_by: invoice.created_by.clone(),
        }
    }
}

/// A document with all that it shows.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct InvoiceView {
    #[serde(flatten)]
    document: InvoiceSummaryView,
    /// Who sells.
    seller: SellerView,
    /// Who bought; null once that is forgotten.
    buyer: Option<BuyerView>,
    /// Its lines, in order.
    lines: Vec<InvoiceLineView>,
    /// The tax by rate.
    taxes: Vec<InvoiceTaxView>,
    /// True where unit prices and discounts include tax.
    tax_included: bool,
    /// What stands below.
    note: Option<String>,
}

impl InvoiceView {
    /// The answer that is kept of a command.
    pub(super) fn issued(details: &InvoiceDetails) -> Answer {
        kept_answer(201, &Self::from(details))
    }
}

impl From<&InvoiceDetails> for InvoiceView {
    fn from(details: &InvoiceDetails) -> Self {
        let InvoiceDetails { invoice, buyer, lines } = details;
        Self {
            document: invoice.into(),
            seller: SellerView::from(&invoice.seller),
            buyer: buyer.as_ref().map(BuyerView::from),
            lines: lines.iter().map(|line| InvoiceLineView::of(line, invoice)).collect(),
            taxes: tax_summary(lines).iter().map(|tax| InvoiceTaxView::of(tax, invoice)).collect(),
            tax_included: invoice.tax_included,
            note: invoice.note.clone(),
        }
    }
}

/// Who sells, as the document says it.
#[derive(Debug, Serialize, ToSchema)]
struct SellerView {
    /// Name and place.
    address: AddressView,
    /// The number for value-added tax, or a like one.
    #[schema(max_length = 64)]
    vat_id: Option<String>,
    /// Where it is registered.
    registration: Option<String>,
}

impl From<&Seller> for SellerView {
    fn from(seller: &Seller) -> Self {
        Self { address: (&seller.address).into(), vat_id: seller.vat_id.clone(), registration: seller.registration.clone() }
    }
}

/// Who bought.
#[derive(Debug, Serialize, ToSchema)]
struct BuyerView {
    /// Who is billed, and where.
    address: Option<AddressView>,
    /// Where no address is known: that of the mail.
    email: Option<String>,
    /// The number for value-added tax.
    #[schema(max_length = 64)]
    vat_id: Option<String>,
}

impl From<&Buyer> for BuyerView {
    fn from(buyer: &Buyer) -> Self {
        Self {
            address: buyer.address.as_ref().map(AddressView::from),
            email: buyer.email.as_ref().map(|email| email.as_str().to_owned()),
            vat_id: buyer.vat_id.clone(),
        }
    }
}

/// A line of a document.
#[derive(Debug, Serialize, ToSchema)]
struct InvoiceLineView {
    /// Its place, from 1 on.
    position: i64,
    /// Of a credit note: the place of the line that it takes back.
    credited_position: Option<i64>,
    /// What it is about.
    #[schema(value_type = schema::InvoiceLineKind)]
    kind: &'static str,
    /// The line of the order.
    #[schema(value_type = Option<schema::OrderLineId>)]
    order_line_id: Option<String>,
    /// Stock keeping unit.
    sku: Option<String>,
    /// What it is.
    title: String,
    /// Which of its kind.
    detail: String,
    /// How many; null where no pieces are counted.
    quantity: Option<i64>,
    /// What one piece costs; zero in credit notes, whose pieces may cost less than they did.
    unit_price: MoneyView,
    /// What was taken off.
    discount: MoneyView,
    /// Without tax.
    net: MoneyView,
    /// The tax.
    tax: MoneyView,
    /// With tax.
    gross: MoneyView,
    /// The tax by rate.
    taxes: Vec<InvoiceTaxView>,
}

impl InvoiceLineView {
    fn of(line: &InvoiceLine, invoice: &Invoice) -> Self {
        let money = |minor| MoneyView::from(invoice.money(minor));
        Self {
            position: line.position,
            credited_position: line.credited_position,
            kind: line.kind.as_str(),
            order_line_id: line.order_line_id.map(|id| id.to_string()),
            sku: line.sku.clone(),
            title: line.title.clone(),
            detail: line.detail.clone(),
            quantity: line.quantity,
            unit_price: money(line.unit_price_minor),
            discount: money(line.discount_minor),
            net: money(line.net_minor),
            tax: money(line.tax_minor),
            gross: money(line.gross_minor),
            taxes: line.taxes.iter().map(|tax| InvoiceTaxView::of(tax, invoice)).collect(),
        }
    }
}

/// What one rate takes.
#[derive(Debug, Serialize, ToSchema)]
struct InvoiceTaxView {
    /// The rate's name.
    name: String,
    /// Parts per million: 200000 is 20 %.
    rate_ppm: i64,
    /// What it is taken of.
    base: MoneyView,
    /// The tax.
    amount: MoneyView,
}

impl InvoiceTaxView {
    fn of(tax: &TaxLine, invoice: &Invoice) -> Self {
        let money = |minor| MoneyView::from(invoice.money(minor));
        Self { name: tax.rate_name.clone(), rate_ppm: tax.rate_ppm.get(), base: money(tax.base_minor), amount: money(tax.amount_minor) }
    }
}
