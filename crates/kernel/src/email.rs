//! E-mail addresses as customers type them.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// An address that could receive mail: one `@`, a dotted domain, no blanks or control characters, ≤ 254 bytes (RFC 5321).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// Not an address that could receive mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct EmailError;

impl Email {
    const MAX_BYTES: usize = 254;

    /// Reads an address; blanks around it are dropped, the domain becomes lower case.
    ///
    /// # Errors
    /// `EmailError` for what no mail server would take.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError)?;
        let refused = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"@".contains(c);
        let domain_ok =
            domain.contains('.') && domain.split('.').all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        if local.is_empty() || local.len() > 64 || text.len() > Self::MAX_BYTES || text.chars().filter(|&c| c == '@').count() != 1 {
            return Err(EmailError);
        }
        if local.chars().any(refused) || domain.chars().any(refused) || !domain_ok {
            return Err(EmailError);
        }
        Ok(Self(format!("{local}@{}", domain.to_lowercase())))
    }

    /// The form by which addresses are compared: nobody's mail server tells capitals apart, and a letter may be written in more
    /// than one way. Accents stay: `ü@example.com` and `u@example.com` are two people.
    #[must_use]
    pub fn key(&self) -> String {
        let plain: String = self.0.nfkc().collect();
        plain.to_lowercase().nfkc().collect()
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Addresses are personal data and stay out of logs.
impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        Self::parse(&text)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_that_receive_mail_are_taken() {
        for (text, kept) in [("a@b.co", "a@b.co"), (" Ada.L+shop@Example.COM ", "Ada.L+shop@example.com"), ("ü@exämple.de", "ü@exämple.de")]
        {
            assert_eq!(Email::parse(text).expect("valid").as_str(), kept);
        }
    }

    #[test]
    fn addresses_are_compared_without_capitals_but_with_accents() {
        let key = |text: &str| Email::parse(text).expect("valid").key();
        assert_eq!(key("Ada.L@Example.COM"), key("ada.l@example.com"));
        assert_eq!(key("u\u{308}@example.com"), key("\u{dc}@example.com"));
        assert_eq!(key("\u{ff21}da@example.com"), key("ada@example.com"), "a wide letter");
        assert_ne!(key("ü@example.com"), key("u@example.com"));
        assert_ne!(key("\u{430}da@example.com"), key("ada@example.com"), "a Cyrillic letter");
    }

    proptest! {
        #[test]
        fn however_an_address_is_written_its_key_is_the_same(local in "[a-zäöüßéñøł]{1,20}", domain in "[a-z]{1,20}\\.com") {
            let key = |text: String| Email::parse(&text).expect("valid").key();
            let apart: String = local.nfd().collect();
            let plain = key(format!("{local}@{domain}"));
            prop_assert_eq!(&key(format!("{apart}@{}", domain.to_uppercase())), &plain);
            prop_assert_eq!(&key(plain.clone()), &plain);
        }
    }

    #[test]
    fn an_address_is_written_whole_and_never_logged() {
        let email = Email::try_from("ada@example.com".to_owned()).expect("valid");
        assert_eq!((format!("{email:?}").as_str(), String::from(email).as_str()), ("Email(…)", "ada@example.com"));
    }

    #[test]
    fn what_no_mail_server_takes_is_refused() {
        for text in [
            "",
            "a",
            "a@",
            "@b.co",
            "a@b",
            "a b@c.de",
            "a@@b.co",
            "a@b..co",
            "a@-b.co",
            "a@b-.co",
            "a@b.co-",
            "a@.co",
            "a@b.co.",
            "a b@c d.de",
            "a\u{7}@b.co",
            "a@b\u{7}.co",
            "a@b c.co",
            "a,b@c.de",
            "a\r\nBcc: x@y.z@b.co",
            "<a@b.co>",
        ] {
            assert_eq!(Email::parse(text), Err(EmailError), "{text}");
        }
        for (local, domain, taken) in [(64, 5, true), (65, 5, false), (60, 193, true), (60, 194, false), (64, 300, false)] {
            let text = format!("{}@{}.co", "a".repeat(local), "b".repeat(domain - 3));
            assert_eq!(Email::parse(&text).is_ok(), taken, "{text}");
        }
    }
}
