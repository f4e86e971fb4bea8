//! The templates that are part of the program, in English and German.

use super::locale::MailLocale;
use super::model::{TemplateName, TemplateText};

/// The languages of the built-in templates.
pub(super) const LANGUAGES: [&str; 2] = ["de", "en"];

macro_rules! letter {
    ($subject:literal, $folder:literal, $name:literal) => {
        (
            $subject,
            include_str!(concat!("built_in/", $folder, "/", $name, ".txt")),
            concat!(
                include_str!("built_in/head.html"),
                include_str!(concat!("built_in/", $folder, "/", $name, ".html")),
                include_str!("built_in/foot.html")
            ),
        )
    };
}

/// The built-in template of this name in this very locale.
pub(super) fn built_in(name: TemplateName, locale: &MailLocale) -> Option<TemplateText> {
    let (subject, text, html) = match locale.as_str() {
        "en" => english(name),
        "de" => german(name),
        _ => return None,
    };
    Some(TemplateText { subject: subject.to_owned(), text: text.to_owned(), html: html.to_owned() })
}

const fn english(name: TemplateName) -> (&'static str, &'static str, &'static str) {
    match name {
        TemplateName::OrderConfirmation => letter!("Your order {{ order.number }} at {{ shop.name }}", "en", "order_confirmation"),
        TemplateName::ShippingNotice => letter!("Your order {{ order.number }} is on its way", "en", "shipping_notice"),
        TemplateName::GiftCards => letter!("Your gift cards of {{ shop.name }}", "en", "gift_cards"),
        TemplateName::PaymentRequest => letter!("Please pay your order {{ order.number }} at {{ shop.name }}", "en", "payment_request"),
        TemplateName::ReturnRequested => letter!("Your return of order {{ order.number }}", "en", "return_requested"),
        TemplateName::ReturnApproved => letter!("Send it back: your order {{ order.number }}", "en", "return_approved"),
        TemplateName::ReturnRejected => letter!("Your return of order {{ order.number }} was declined", "en", "return_rejected"),
        TemplateName::ReturnReceived => letter!("Your return of order {{ order.number }} has arrived", "en", "return_received"),
        TemplateName::Welcome => letter!("Welcome to {{ shop.name }}", "en", "welcome"),
        TemplateName::AbandonedCart => letter!("Your cart at {{ shop.name }}", "en", "abandoned_cart"),
        TemplateName::LowStock => letter!("{{ product.ready }} left: {{ product.title }}", "en", "low_stock"),
        TemplateName::WebhookFailing => letter!("A webhook of {{ shop.name }} does not arrive", "en", "webhook_failing"),
        TemplateName::WebhookDisabled => letter!("A webhook of {{ shop.name }} was switched off", "en", "webhook_disabled"),
    }
}

const fn german(name: TemplateName) -> (&'static str, &'static str, &'static str) {
    match name {
        TemplateName::OrderConfirmation => letter!("Ihre Bestellung {{ order.number }} bei {{ shop.name }}", "de", "order_confirmation"),
        TemplateName::ShippingNotice => letter!("Ihre Bestellung {{ order.number }} ist unterwegs", "de", "shipping_notice"),
        TemplateName::GiftCards => letter!("Ihre Geschenkgutscheine von {{ shop.name }}", "de", "gift_cards"),
        TemplateName::PaymentRequest => letter!("Ihre Bestellung {{ order.number }} bei {{ shop.name }} bezahlen", "de", "payment_request"),
        TemplateName::ReturnRequested => letter!("Ihre Rücksendung zu Bestellung {{ order.number }}", "de", "return_requested"),
        TemplateName::ReturnApproved => letter!("Bitte zurücksenden: Ihre Bestellung {{ order.number }}", "de", "return_approved"),
        TemplateName::ReturnRejected => {
            letter!("Ihre Rücksendung zu Bestellung {{ order.number }} wurde abgelehnt", "de", "return_rejected")
        }
        TemplateName::ReturnReceived => {
            letter!("Ihre Rücksendung zu Bestellung {{ order.number }} ist angekommen", "de", "return_received")
        }
        TemplateName::Welcome => letter!("Willkommen bei {{ shop.name }}", "de", "welcome"),
        TemplateName::AbandonedCart => letter!("Ihr Warenkorb bei {{ shop.name }}", "de", "abandoned_cart"),
        TemplateName::LowStock => letter!("Noch {{ product.ready }} Stück: {{ product.title }}", "de", "low_stock"),
        TemplateName::WebhookFailing => letter!("Ein Webhook von {{ shop.name }} kommt nicht an", "de", "webhook_failing"),
        TemplateName::WebhookDisabled => letter!("Ein Webhook von {{ shop.name }} wurde abgeschaltet", "de", "webhook_disabled"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::render::render;
    use super::super::samples::{samples, shop};
    use super::super::words::LetterWords;
    use super::*;

    /// With everything there is and with as little as there can be, in every language.
    #[test]
    fn every_built_in_template_makes_letters() {
        for language in LANGUAGES {
            let locale: MailLocale = language.parse().expect("a locale");
            for name in TemplateName::ALL {
                let template = built_in(*name, &locale).expect("built in");
                for about in samples(*name, &locale) {
                    let words = LetterWords { locale: locale.clone(), shop: shop(), about };
                    let letter = render(&template, &words).unwrap_or_else(|errors| panic!("{name} {language}: {errors:?}"));
                    assert!(!letter.text.contains("{{") && !letter.text.contains("\n\n\n"), "{name} {language}: {}", letter.text);
                    assert!(letter.html.starts_with("<!doctype html>") && letter.html.trim_end().ends_with("</html>"), "{name} {language}");
                    assert!(letter.html.contains("Mugs &amp; More") && letter.html.contains(&format!("lang=\"{language}\"")), "{name}");
                    assert!(letter.html.contains("prefers-color-scheme: dark"), "{name} {language}");
                }
            }
        }
    }

    #[test]
    fn other_languages_have_none() {
        assert_eq!(built_in(TemplateName::Welcome, &"fr".parse().expect("a locale")), None);
        assert_eq!(built_in(TemplateName::Welcome, &"de-CH".parse().expect("a locale")), None);
    }
}
