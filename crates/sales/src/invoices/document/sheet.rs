//! What a document shows: its figures as texts, in the language of its channel.

use ::payments::refunds::RefundReason;
use accounts::addresses::Address;
use kernel::Currency;
use paper::{Fact, Numbering, Row, Sheet, TaxRow};

use super::words::{Words, words_of};
use crate::invoices::model::{Buyer, Invoice, InvoiceDetails, InvoiceKind, InvoiceLine, tax_summary};
use crate::tax::TaxLine;

/// Where paper is Letter.
const LETTER: [&str; 3] = ["CA", "MX", "US"];

pub(super) fn sheet_of(details: &InvoiceDetails) -> Sheet {
    let InvoiceDetails { invoice, buyer, lines } = details;
    let (words, seller) = (words_of(&invoice.locale), &invoice.seller);
    let amount = |minor| words.amount(minor, invoice.currency);
    let number = |name: &str, value: &Option<String>| value.as_ref().map(|value| Fact::of(name, value.as_str()));
    let numbers = [number(words.vat_id, &seller.vat_id), number(words.registration, &seller.registration)];
    Sheet {
        language: words.language,
        kind: if invoice.kind == InvoiceKind::Invoice { words.invoice } else { words.credit_note },
        number: invoice.number.clone(),
        sender_name: seller.address.company().unwrap_or(seller.address.name()).to_owned(),
        sender: place_of(&seller.address, seller.address.company().map(|_| seller.address.name())),
        sender_facts: numbers.into_iter().flatten().collect(),
        recipient_head: words.billed_to,
        recipient: buyer.as_ref().map(|buyer| buyer_lines(buyer, words)).unwrap_or_default(),
        facts: facts_of(invoice, words),
        heads: heads_of(invoice.kind, words),
        rows: lines.iter().map(|line| row(line, invoice, words)).collect(),
        tax_heads: [words.tax_by_rate, words.rate, words.net, words.tax],
        taxes: taxes_of(lines, words, invoice.currency),
        sums: vec![Fact::of(words.total_net, amount(invoice.net_minor)), Fact::of(words.tax, amount(invoice.tax_minor))],
        total: Some(Fact::of(words.total, words.money(invoice.gross_minor, invoice.currency))),
        payment: payment_of(invoice, words),
        notes: notes_of(invoice, words),
        numbering: Numbering { page: words.page, of: words.of },
        is_letter: is_on_letter(&seller.address),
        made_at: invoice.created_at,
    }
}

/// True where paper is Letter, and not A4.
pub(crate) fn is_on_letter(address: &Address) -> bool {
    LETTER.contains(&address.country().code())
}

/// How prices are to be read, and what the shop says below.
fn notes_of(invoice: &Invoice, words: &Words) -> Vec<String> {
    let prices = if invoice.tax_included { words.prices_include_tax } else { words.prices_exclude_tax };
    let paragraphs = invoice.note.iter().flat_map(|note| note.lines());
    let prices = (invoice.kind == InvoiceKind::Invoice).then_some(prices);
    prices.into_iter().chain(paragraphs).map(str::to_owned).collect()
}

/// Where somebody is, line by line, below a name that is given first.
pub(crate) fn place_of(address: &Address, name: Option<&str>) -> Vec<String> {
    let town = [address.postal_code(), Some(address.city()), address.region()];
    let town = town.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let lines = [name, Some(address.line1()), address.line2(), Some(town.as_str()), Some(address.country().code())];
    lines.into_iter().flatten().map(str::to_owned).collect()
}

fn buyer_lines(buyer: &Buyer, words: &Words) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(address) = &buyer.address {
        lines.extend(address.company().map(str::to_owned));
        lines.extend(place_of(address, Some(address.name())));
    }
    lines.extend(buyer.email.as_ref().map(|email| email.as_str().to_owned()));
    lines.extend(buyer.vat_id.as_ref().map(|vat_id| format!("{} {vat_id}", words.vat_id)));
    lines
}

fn facts_of(invoice: &Invoice, words: &Words) -> Vec<Fact> {
    let mut facts = vec![
        Fact::of(words.number, invoice.number.as_str()),
        Fact::of(words.date, words.day(invoice.issued_on)),
        Fact::of(words.supplied, words.day(invoice.supplied_on)),
        Fact::of(words.order, invoice.order_number.to_string()),
    ];
    if let Some(credited) = &invoice.credited {
        facts.push(Fact::of(words.credited, format!("{}, {}", credited.number, words.day(credited.issued_on))));
        let reason = credited.refund.map_or(words.called_off, |(_, reason)| reason_in(reason, words));
        facts.push(Fact::of(words.reason, reason));
    }
    facts
}

fn reason_in(reason: RefundReason, words: &Words) -> &'static str {
    let place = RefundReason::ALL.iter().position(|known| *known == reason);
    place.and_then(|place| words.reasons.get(place)).copied().unwrap_or_default()
}

/// What is taken back has its price in its sums alone.
fn heads_of(kind: InvoiceKind, words: &'static Words) -> Vec<&'static str> {
    let Words { description, quantity, unit_price, discount, rate, net, tax, gross, .. } = words;
    match kind {
        InvoiceKind::Invoice => vec![description, quantity, unit_price, discount, rate, net, tax, gross],
        InvoiceKind::CreditNote => vec![description, quantity, rate, net, tax, gross],
    }
}

fn row(line: &InvoiceLine, invoice: &Invoice, words: &Words) -> Row {
    let amount = |minor| words.amount(minor, invoice.currency);
    let some = |minor: i64| if minor == 0 { String::new() } else { amount(minor) };
    let sku = line.sku.as_ref().map(|sku| format!("{} {sku}", words.sku));
    let detail = Some(line.detail.as_str()).filter(|detail| !detail.is_empty()).map(str::to_owned);
    let mut cells = vec![line.quantity.map(|quantity| quantity.to_string()).unwrap_or_default()];
    if invoice.kind == InvoiceKind::Invoice {
        let unit = if line.quantity.is_some() { amount(line.unit_price_minor) } else { String::new() };
        cells.extend([unit, some(line.discount_minor)]);
    }
    let rate = words.rates(&line.taxes);
    cells.extend([rate, amount(line.net_minor), amount(line.tax_minor), amount(line.gross_minor)]);
    Row { title: line.title.clone(), detail: detail.into_iter().chain(sku).collect::<Vec<_>>().join(" · "), cells }
}

fn taxes_of(lines: &[InvoiceLine], words: &Words, currency: Currency) -> Vec<TaxRow> {
    let amount = |minor| words.amount(minor, currency);
    let taxed = tax_summary(lines).into_iter().map(|TaxLine { rate_name, rate_ppm, base_minor, amount_minor }| TaxRow {
        name: rate_name,
        cells: [words.percent(rate_ppm.get()), amount(base_minor), amount(amount_minor)],
    });
    let untaxed: i64 = lines.iter().filter(|line| line.taxes.is_empty()).map(|line| line.net_minor).sum();
    let rest = (untaxed > 0).then(|| TaxRow { name: words.untaxed.to_owned(), cells: [words.percent(0), amount(untaxed), amount(0)] });
    taxed.chain(rest).collect()
}

fn payment_of(invoice: &Invoice, words: &Words) -> Vec<Fact> {
    let money = |minor| words.money(minor, invoice.currency);
    let name = if invoice.kind == InvoiceKind::Invoice { words.paid } else { words.paid_back };
    let by = format!("{name} ({})", invoice.payment_method);
    let due = (invoice.due_minor() > 0).then(|| Fact::of(words.due, money(invoice.due_minor())));
    [Fact::of(&by, money(invoice.paid_minor))].into_iter().filter(|_| invoice.paid_minor > 0).chain(due).collect()
}
