//! Stripe: whose account it is, when money is taken, and where customers are led.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::model::{Config, Mode};
use super::providers::is_private;

/// The account at Stripe, and how it is used.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StripeSettings {
    /// What opens the account.
    pub secret_key: SecretString,
    /// What Stripe signs its messages with.
    pub webhook_secret: SecretString,
    /// Where its API is.
    pub api_url: String,
    /// When money is taken.
    pub capture: StripeCapture,
    /// Where the customer pays.
    pub checkout: StripeCheckout,
    /// Where Stripe leads whoever has paid.
    pub success_url: String,
    /// Where Stripe leads whoever has not.
    pub cancel_url: String,
}

/// When money is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StripeCapture {
    /// When the customer agrees.
    AtOnce,
    /// It is held until goods leave.
    AtFulfilment,
}

/// Where the customer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StripeCheckout {
    /// On a page of Stripe's.
    Hosted,
    /// On a page of the shop's own, in fields of Stripe's.
    Embedded,
}

/// Says what is wrong, where Stripe is a method and something is.
pub(super) fn refuse_unfit(config: &Config) -> Result<(), String> {
    if !config.payments.methods.iter().any(|method| method == "stripe") {
        return Ok(());
    }
    let (stripe, strict) = (&config.payments.stripe, config.mode == Mode::Production);
    refuse_secrets(stripe)?;
    let api = Url::parse(&stripe.api_url).ok().filter(|url| url.query().is_none() && url.fragment().is_none());
    if !api.is_some_and(|url| is_private(&url, strict)) {
        return Err(format!("payments.stripe.api_url {} must be an address with https://", stripe.api_url));
    }
    if stripe.checkout == StripeCheckout::Hosted {
        for (key, address) in [("success_url", &stripe.success_url), ("cancel_url", &stripe.cancel_url)] {
            // The braces are ours, and none of an address.
            if !Url::parse(&address.replace("{payment_id}", "payment")).is_ok_and(|url| is_private(&url, strict)) {
                return Err(format!(
                    "payments.stripe.{key} must be an address with https:// that Stripe leads customers to, as in https://shop.example/paid?payment={{payment_id}}; or set payments.stripe.checkout = \"embedded\""
                ));
            }
        }
    }
    if config.orders.expire_stripe_minutes < 1 {
        return Err("orders.expire_stripe_minutes must be above zero".to_owned());
    }
    Ok(())
}

/// No message repeats a secret.
fn refuse_secrets(stripe: &StripeSettings) -> Result<(), String> {
    let (key, secret) = (stripe.secret_key.expose_secret(), stripe.webhook_secret.expose_secret());
    if key.is_empty() {
        return Err("payments.methods has `stripe`, which needs payments.stripe.secret_key: set it to the secret key of your account (sk_… or rk_…, in Stripe's dashboard under API keys)".to_owned());
    }
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if !(key.starts_with("sk_") || key.starts_with("rk_")) || !is_plain(key) {
        return Err("payments.stripe.secret_key must be a secret key (sk_…) or a restricted one (rk_…), never a publishable one".to_owned());
    }
    let is_one = secret.starts_with("whsec_") && is_plain(secret);
    if !secret.is_empty() && !is_one {
        return Err("payments.stripe.webhook_secret must be what Stripe shows as the endpoint's signing secret (whsec_…)".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::config::{Flags, Loaded, load};

    const PAGES: &str = "success_url = \"https://shop.example/paid?payment={payment_id}\"\ncancel_url = \"https://shop.example/cart\"";

    fn loaded(mode: &str, methods: &str, text: &str) -> Result<Loaded, String> {
        let file = tempfile::Builder::new().suffix(".toml").tempfile().expect("a file");
        let text = format!("mode = \"{mode}\"\n[payments]\nmethods = [{methods}]\n[payments.stripe]\n{text}\n");
        std::fs::write(file.path(), text).expect("written");
        load(&Flags { config: Some(file.path().to_owned()), values: vec![] }).map_err(|error| error.to_string())
    }

    #[test]
    fn a_shop_that_cannot_take_money_by_stripe_says_what_to_set() {
        let key = "secret_key = \"sk_test_otter\"";
        for (mode, text, why) in [
            ("production", PAGES.to_owned(), Some("payments.stripe.secret_key: set it to")),
            ("production", format!("secret_key = \"pk_live_otter\"\n{PAGES}"), Some("never a publishable one")),
            ("production", format!("secret_key = \"sk_otter \"\n{PAGES}"), Some("payments.stripe.secret_key")),
            ("production", format!("{key}\nwebhook_secret = \"otter\"\n{PAGES}"), Some("payments.stripe.webhook_secret")),
            ("production", format!("{key}\napi_url = \"http://127.0.0.1:12111\"\n{PAGES}"), Some("payments.stripe.api_url")),
            ("development", format!("{key}\napi_url = \"http://127.0.0.1:12111\"\n{PAGES}"), None),
            ("production", key.to_owned(), Some("payments.stripe.success_url")),
            ("production", format!("{key}\ncheckout = \"embedded\""), None),
            ("production", format!("{key}\ncheckout = \"elsewhere\"\n{PAGES}"), Some("elsewhere")),
            ("production", format!("{key}\ncapture = \"at_fulfilment\"\n{PAGES}"), None),
            ("production", format!("{key}\nwebhook_secret = \"whsec_otter\"\n{PAGES}"), None),
        ] {
            let told = loaded(mode, "\"manual\", \"stripe\"", &text).err();
            assert_eq!(told.is_some(), why.is_some(), "{text}: {told:?}");
            assert!(told.is_none_or(|told| told.contains(why.unwrap_or_default()) && !told.contains("otter")), "{text}");
        }
        assert!(loaded("production", "\"manual\"", "").is_ok(), "who does not use it need not set it up");
    }

    #[test]
    fn what_opens_the_account_is_never_shown() {
        let text = format!("secret_key = \"sk_live_otter\"\nwebhook_secret = \"whsec_otter\"\n{PAGES}");
        let loaded = loaded("production", "\"stripe\"", &text).expect("fine");
        let shown = format!("{:?} {:?}", loaded.settings, loaded.config);
        assert!(!shown.contains("otter"), "{shown}");
        assert!(loaded.settings.iter().any(|setting| setting.key == "payments.stripe.secret_key" && setting.value == "***"));
    }
}
