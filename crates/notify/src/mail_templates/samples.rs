//! What templates are tried with: once with everything there is, once with as little as there can be.

use chrono::{TimeZone as _, Utc};
use kernel::{Currency, Money};

use super::format;
use super::locale::MailLocale;
use super::model::TemplateName;
use super::words::{
    CartWords, CustomerWords, EndpointWords, GiftCardWords, LineWords, OrderWords, ParcelWords, PaymentWords, PieceWords, ReturnedWords,
    ShopWords, StockWords, Words,
};

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// Two letters of this name: the first one tells all that one can tell, the second leaves out what can be absent.
pub(super) fn samples(name: TemplateName, locale: &MailLocale) -> [Words; 2] {
    let both = |make: fn(bool, &MailLocale) -> Words| [make(true, locale), make(false, locale)];
    match name {
        TemplateName::OrderConfirmation => both(|full, locale| Words::Ordered { order: Box::new(order(full, locale)) }),
        TemplateName::ShippingNotice => both(|full, locale| Words::Shipped { order: Box::new(order(full, locale)), parcel: parcel(full) }),
        TemplateName::GiftCards => {
            both(|full, locale| Words::GiftCards { order: Box::new(order(full, locale)), cards: cards(full, locale) })
        }
        TemplateName::PaymentRequest => {
            both(|full, locale| Words::Pay { order: Box::new(order(full, locale)), payment: payment(full, locale) })
        }
        TemplateName::ReturnRequested | TemplateName::ReturnApproved | TemplateName::ReturnRejected | TemplateName::ReturnReceived => {
            both(|full, locale| Words::Returned { order: Box::new(order(full, locale)), returned: returned(full) })
        }
        TemplateName::Welcome => {
            both(|full, _| Words::Customer { customer: CustomerWords { name: full.then(|| "Ada Lovelace".to_owned()) } })
        }
        TemplateName::AbandonedCart => both(|full, _| Words::Cart {
            cart: CartWords { url: "https://shop.example/cart".to_owned(), lines: pieces(full) },
            unsubscribe_url: "https://shop.example/unsubscribe".to_owned(),
        }),
        TemplateName::LowStock => both(|full, _| Words::Stock { product: stock(full) }),
        TemplateName::WebhookFailing | TemplateName::WebhookDisabled => {
            both(|full, locale| Words::Endpoint { endpoint: endpoint(full, locale) })
        }
    }
}

/// Who writes sample letters where the shop itself is not asked.
pub(super) fn shop() -> ShopWords {
    ShopWords { name: "Mugs & More".to_owned(), url: "https://shop.example".to_owned(), support_email: None }
}

fn payment(full: bool, locale: &MailLocale) -> PaymentWords {
    let until = Utc.with_ymd_and_hms(2026, 3, 9, 9, 30, 0).single().unwrap_or_default();
    PaymentWords {
        url: "https://shop.example/orders/pay".to_owned(),
        due: format::money(Money::new(2_990, Currency::EUR), locale),
        until: full.then(|| format::moment(until, locale)),
    }
}

fn order(full: bool, locale: &MailLocale) -> OrderWords {
    let money = |minor: i64| format::money(Money::new(minor, Currency::EUR), locale);
    let lines = |text: &[&str]| Some(text.iter().map(ToString::to_string).collect());
    let when = Utc.with_ymd_and_hms(2026, 3, 2, 9, 30, 0).single().unwrap_or_default();
    let mug = LineWords {
        title: "Stoneware mug".to_owned(),
        variant: full.then(|| "Blue / 300 ml".to_owned()),
        sku: full.then(|| "MUG-BLUE".to_owned()),
        quantity: 2,
        unit_price: money(1_250),
        total: money(2_500),
    };
    OrderWords {
        number: 1_042,
        placed_on: format::date(when, locale),
        customer_name: full.then(|| "Ada Lovelace".to_owned()),
        lines: vec![mug],
        subtotal: money(2_500),
        discount: full.then(|| money(250)),
        shipping: full.then(|| money(490)),
        tax: full.then(|| money(438)),
        tax_included: full,
        total: money(if full { 2_740 } else { 2_500 }),
        shipping_method: full.then(|| "Standard".to_owned()),
        shipping_address: if full { lines(&["Ada Lovelace", "12 Analytical Row", "10115 Berlin", "DE"]) } else { None },
        billing_address: if full { lines(&["Analytical Engines Ltd", "1 Dorset Street", "10117 Berlin", "DE"]) } else { None },
    }
}

fn pieces(full: bool) -> Vec<PieceWords> {
    let mug = |variant: Option<String>, quantity: i64| PieceWords { title: "Stoneware mug".to_owned(), variant, quantity };
    if full { vec![mug(some("Blue / 300 ml"), 2), mug(None, 1)] } else { vec![mug(None, 1)] }
}

fn parcel(full: bool) -> ParcelWords {
    let (carrier, number, url) = (some("DHL"), some("00340434161094042557"), some("https://carrier.example/track/00340434161094042557"));
    let (carrier, tracking_number, tracking_url) = if full { (carrier, number, url) } else { (None, None, None) };
    ParcelWords { carrier, tracking_number, tracking_url, lines: pieces(full) }
}

fn cards(full: bool, locale: &MailLocale) -> Vec<GiftCardWords> {
    let amount = || format::money(Money::new(5_000, Currency::EUR), locale);
    let codes = if full { vec!["ABCD-2345-EFGH-6789", "JKMN-2345-PQRS-6789"] } else { vec!["ABCD-2345-EFGH-6789"] };
    codes.into_iter().map(|code| GiftCardWords { code: code.to_owned(), amount: amount() }).collect()
}

fn returned(full: bool) -> ReturnedWords {
    ReturnedWords {
        lines: pieces(full),
        instructions: full.then(|| "Put the label on the parcel and take it to any post office.".to_owned()),
        label_url: full.then(|| "https://shop.example/labels/1042.pdf".to_owned()),
        rejection: full.then(|| "The mug was used.".to_owned()),
    }
}

fn stock(full: bool) -> StockWords {
    StockWords {
        title: "Stoneware mug".to_owned(),
        variant: full.then(|| "Blue / 300 ml".to_owned()),
        sku: full.then(|| "MUG-BLUE".to_owned()),
        ready: if full { 3 } else { 0 },
        threshold: full.then_some(5),
    }
}

fn endpoint(full: bool, locale: &MailLocale) -> EndpointWords {
    let since = Utc.with_ymd_and_hms(2026, 3, 2, 9, 30, 0).single().unwrap_or_default();
    EndpointWords {
        url: "https://erp.example/hooks".to_owned(),
        failing_since: full.then(|| format::moment(since, locale)),
        last_answer: full.then(|| "503".to_owned()),
    }
}
