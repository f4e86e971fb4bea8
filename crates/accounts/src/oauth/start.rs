//! Sending somebody to a provider.

use platform::Context;
use platform::config::Config;

use super::error::OAuthError;
use super::exchange::address_of;
use super::flight::{Flight, LIFETIME, random};
use super::providers::Providers;

/// The longest page of ours that somebody is led to.
const LONGEST_PATH: usize = 512;

/// Who wants in by way of whom.
#[derive(Debug, Clone)]
pub struct Start {
    /// The provider's name.
    pub provider: String,
    /// Where to lead in the end.
    pub return_to: String,
    /// The SHA-256, in base64url, of what whoever begins will show in the end.
    pub challenge: String,
}

/// Where to go, and what to carry.
#[derive(Clone, PartialEq, Eq)]
pub struct Departure {
    /// The provider's page.
    pub to: String,
    /// What the browser keeps until it comes back: for nobody else.
    pub luggage: String,
}

impl std::fmt::Debug for Departure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Departure(…)")
    }
}

/// Makes the way to a provider. Nothing is written: what has to be known at the end is sealed into what the browser carries, so that
/// nobody fills a table by beginning and never coming back.
///
/// # Errors
/// `ProviderNotFound`, `ReturnToRefused`, or `Unavailable` where the provider does not say where to go.
pub async fn start(context: &Context, providers: &Providers, start: Start) -> Result<Departure, OAuthError> {
    let provider = providers.find(&start.provider)?;
    let return_to = place_of(&context.config, &start.return_to).ok_or(OAuthError::ReturnToRefused)?;
    let metadata = provider.metadata().await?;
    let flight = Flight {
        provider: provider.name.clone(),
        state: random(),
        nonce: random(),
        verifier: random(),
        challenge: start.challenge,
        return_to,
        expires_at: context.now() + LIFETIME,
    };
    Ok(Departure { to: address_of(provider, &metadata, &flight)?, luggage: flight.seal(&context.secrets)? })
}

/// A page of ours, or a place that is configured letter by letter (RFC 9700, 4.1.3): whoever could choose another one would get the code.
fn place_of(config: &Config, wanted: &str) -> Option<String> {
    if config.auth.return_to.iter().any(|known| known == wanted) {
        return Some(wanted.to_owned());
    }
    let plain = wanted.len() <= LONGEST_PATH && wanted.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\#\"<>".contains(&byte));
    let is_path = plain && wanted.starts_with('/') && !wanted.starts_with("//");
    is_path.then(|| format!("{}{wanted}", config.server.base_url()))
}

#[cfg(test)]
mod tests {
    use platform::config::{Flags, load};

    use super::*;

    #[test]
    fn nobody_is_led_to_a_place_of_somebody_elses_choice() {
        let values = vec![("server.public_url".to_owned(), "https://shop.example/".to_owned())];
        let mut config = load(&Flags { config: None, values }).expect("a configuration").config;
        config.auth.return_to = vec!["https://app.example/in".to_owned()];
        for (wanted, place) in [
            ("/account", Some("https://shop.example/account")),
            ("/account?from=cart", Some("https://shop.example/account?from=cart")),
            ("https://app.example/in", Some("https://app.example/in")),
            ("https://app.example/in/", None),
            ("https://app.example/in?x=1", None),
            ("https://app.example.evil.example/in", None),
            ("//evil.example", None),
            ("/\\evil.example", None),
            ("/account#x", None),
            ("account", None),
            ("", None),
            ("/a b", None),
            ("/a\r\nset-cookie: x=1", None),
        ] {
            assert_eq!(place_of(&config, wanted).as_deref(), place, "{wanted}");
        }
    }
}
