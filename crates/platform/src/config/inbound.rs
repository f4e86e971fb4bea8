//! Who may send messages to the shop, and how they prove that it is they.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::model::Config;

/// The keys of one source, for the document of the configuration: a table `[inbound.<name>]` for each.
pub const INBOUND_KEYS: &[(&str, &str, &str)] = &[
    (
        "secret",
        "",
        "Somebody who sends messages to `/api/v1/inbound/<name>`, one for each `[inbound.<name>]`: what they sign with. `whsec_…` for Standard Webhooks.",
    ),
    ("previous_secret", "", "What they signed with before, while they change it."),
    (
        "scheme",
        "standard",
        "`standard`: Standard Webhooks. `hmac`: HMAC-SHA256 of the body in one header, in hexadecimal digits or base64.",
    ),
    ("header", "", "With `hmac`: the name of that header, as in `X-Hub-Signature-256`; `sha256=` may stand before the signature."),
];

/// No name in a path is longer.
const LONGEST_NAME: usize = 32;
/// What Standard Webhooks asks of a secret.
const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// Less could be guessed from one message.
const SHORTEST_KEY: usize = 16;

/// Somebody who may send messages to the shop.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InboundSource {
    /// What they sign with.
    pub secret: SecretString,
    /// What they signed with before.
    #[serde(default)]
    pub previous_secret: SecretString,
    /// How.
    #[serde(default)]
    pub scheme: InboundScheme,
    /// Where the signature stands, with `hmac`.
    #[serde(default)]
    pub header: String,
}

/// How messages are signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InboundScheme {
    /// Standard Webhooks: id, time and body.
    #[default]
    Standard,
    /// The body alone.
    Hmac,
}

/// Says what is wrong, where something is.
pub(super) fn refuse_unfit(config: &Config) -> Result<(), String> {
    for (name, source) in &config.inbound {
        let place = format!("inbound.{name}");
        let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_');
        if !plain || !(1..=LONGEST_NAME).contains(&name.len()) {
            return Err(format!("{place}: a source's name has 1 to {LONGEST_NAME} small letters, digits, dashes or underscores"));
        }
        refuse_secret(&format!("{place}.secret"), source.scheme, source.secret.expose_secret())?;
        if !source.previous_secret.expose_secret().is_empty() {
            refuse_secret(&format!("{place}.previous_secret"), source.scheme, source.previous_secret.expose_secret())?;
        }
        let is_name = !source.header.is_empty() && source.header.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if (source.scheme == InboundScheme::Hmac) != is_name {
            return Err(format!("{place}.header is the name of a header with scheme = \"hmac\", and absent without"));
        }
    }
    Ok(())
}

/// Says what is wrong with a secret, where something is.
pub(super) fn refuse_secret(place: &str, scheme: InboundScheme, secret: &str) -> Result<(), String> {
    match scheme {
        InboundScheme::Standard => {
            let bytes = secret.strip_prefix("whsec_").and_then(|text| STANDARD.decode(text).ok());
            let is_fine = bytes.is_some_and(|bytes| SECRET_BYTES.contains(&bytes.len()));
            if is_fine { Ok(()) } else { Err(format!("{place} must be whsec_ and 24 to 64 bytes in base64")) }
        }
        InboundScheme::Hmac if secret.len() < SHORTEST_KEY => Err(format!("{place} must have at least {SHORTEST_KEY} characters")),
        InboundScheme::Hmac => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Flags, load};

    #[test]
    fn a_source_has_a_name_and_a_secret_that_nobody_guesses() {
        const GOOD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        for (table, is_fine) in [
            (format!("[inbound.bank]\nsecret = \"{GOOD}\""), true),
            (format!("[inbound.bank]\nsecret = \"{GOOD}\"\nprevious_secret = \"{GOOD}\""), true),
            (format!("[inbound.bank]\nsecret = \"{GOOD}\"\nprevious_secret = \"whsec_x\""), false),
            (format!("[inbound.bank]\nsecret = \"{GOOD}\"\nheader = \"X-Signature\""), false),
            ("[inbound.bank]\nsecret = \"whsec_c2hvcnQ=\"".to_owned(), false),
            ("[inbound.bank]\nsecret = \"\"".to_owned(), false),
            ("[inbound.bank]\nscheme = \"hmac\"\nsecret = \"a key of theirs that is long\"\nheader = \"X-Signature\"".to_owned(), true),
            ("[inbound.bank]\nscheme = \"hmac\"\nsecret = \"a key of theirs that is long\"".to_owned(), false),
            ("[inbound.bank]\nscheme = \"hmac\"\nsecret = \"short\"\nheader = \"X-Signature\"".to_owned(), false),
            (format!("[inbound.\"The Bank\"]\nsecret = \"{GOOD}\""), false),
            (format!("[inbound.bank]\nsecret = \"{GOOD}\"\ncolour = \"red\""), false),
        ] {
            let file = tempfile::Builder::new().suffix(".toml").tempfile().expect("a file");
            std::fs::write(file.path(), &table).expect("written");
            let loaded = load(&Flags { config: Some(file.path().to_owned()), values: vec![] });
            assert_eq!(loaded.is_ok(), is_fine, "{table}");
            let told = loaded.map(|loaded| format!("{:?}{:?}", loaded.settings, loaded.config.inbound)).unwrap_or_default();
            assert!(!told.contains("whsec_Mf") && !told.contains("a key of theirs"), "{told}");
        }
    }
}
