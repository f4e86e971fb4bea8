//! Which server takes the shop's mail, as `mail.url` says.

use std::net::IpAddr;
use std::path::PathBuf;

use secrecy::SecretString;
use url::{Url, form_urlencoded};

use super::error::MailError;

/// RFC 6409: submission with STARTTLS.
const SUBMISSION: u16 = 587;
/// RFC 8314: submission over TLS.
const SUBMISSIONS: u16 = 465;

/// How what is said to the server is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS before anything is told; a server without it gets nothing.
    StartTls,
    /// Not at all.
    None,
}

/// A server that takes mail.
#[derive(Debug)]
pub(super) struct Relay {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) user: Option<(String, SecretString)>,
    pub(super) authority: Option<PathBuf>,
}

impl Relay {
    /// Reads `smtp://user:password@host:port?authority=…&tls=none` or `smtps://…`. No message repeats the address: it may hold a
    /// password.
    pub(super) fn parse(text: &str) -> Result<Self, MailError> {
        let refused = |why: &str| MailError::Misconfigured(format!("mail.url {why}"));
        let url = Url::parse(text).map_err(|_| refused("is not an address"))?;
        let (mut security, port) = match url.scheme() {
            "smtp" => (Security::StartTls, SUBMISSION),
            "smtps" => (Security::Tls, SUBMISSIONS),
            _ => return Err(refused("must begin with smtp://, smtps:// or sendgrid://")),
        };
        let mut authority = None;
        for (key, value) in url.query_pairs() {
            match (&*key, &*value) {
                ("tls", "none") if security != Security::Tls => security = Security::None,
                ("authority", file) => authority = Some(PathBuf::from(file)),
                _ => return Err(refused("has an option that is none: `tls=none` (with smtp://) and `authority=<file.pem>` are")),
            }
        }
        if !matches!(url.path(), "" | "/") {
            return Err(refused("has a path"));
        }
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| refused("names no host"))?;
        let user = match url.password() {
            Some(password) => Some((plain(url.username()), SecretString::from(plain(password)))),
            None if url.username().is_empty() => None,
            None => return Err(refused("has a user without a password")),
        };
        Ok(Self { host: host.trim_matches(['[', ']']).to_owned(), port: url.port().unwrap_or(port), security, user, authority })
    }

    /// True where what is sent passes through a network in the clear.
    pub(super) fn is_readable_by_others(&self) -> bool {
        self.security == Security::None && !is_own(&self.host)
    }
}

/// True for this very machine.
pub(super) fn is_own(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A part of an address without its percent signs; unlike in forms, a plus is a plus and an ampersand ends nothing.
pub(super) fn plain(part: &str) -> String {
    let escaped = part.replace('+', "%2B").replace('&', "%26");
    form_urlencoded::parse(escaped.as_bytes()).map(|(text, _)| text.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn relay(url: &str) -> Result<(String, u16, Security), String> {
        Relay::parse(url).map(|relay| (relay.host, relay.port, relay.security)).map_err(|error| error.to_string())
    }

    #[test]
    fn an_address_says_where_and_how_privately() {
        for (url, host, port, security) in [
            ("smtp://mail.example", "mail.example", 587, Security::StartTls),
            ("smtp://mail.example:25/", "mail.example", 25, Security::StartTls),
            ("smtps://mail.example", "mail.example", 465, Security::Tls),
            ("smtp://127.0.0.1:1025?tls=none", "127.0.0.1", 1025, Security::None),
            ("smtps://[::1]:2465", "::1", 2465, Security::Tls),
        ] {
            assert_eq!(relay(url), Ok((host.to_owned(), port, security)), "{url}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_server_is_refused_without_its_password() {
        for url in [
            "smtps://a:otter@mail.example?tls=none",
            "smtp://a:otter@mail.example?tls=maybe",
            "smtp://a:otter@mail.example/box",
            "smtp://",
            "otter@mail.example",
            "smtp://a@mail.example",
        ] {
            let refused = relay(url).expect_err(url);
            assert!(refused.contains("mail.url") && !refused.contains("otter"), "{url}: {refused}");
        }
    }

    #[test]
    fn a_password_may_hold_any_sign() {
        let user =
            |url: &str| Relay::parse(url).expect("an address").user.map(|(name, password)| (name, password.expose_secret().to_owned()));
        let told = Some(("ada@example.com".to_owned(), "a+b&c=d/ é".to_owned()));
        assert_eq!(user("smtps://ada%40example.com:a+b&c=d%2F%20%C3%A9@mail.example"), told);
        assert_eq!(user("smtps://mail.example"), None);
    }

    #[test]
    fn only_this_machine_is_told_things_in_the_clear() {
        for (url, is_readable) in [
            ("smtp://mail.example?tls=none", true),
            ("smtp://192.0.2.1?tls=none", true),
            ("smtp://127.0.0.2?tls=none", false),
            ("smtp://localhost?tls=none", false),
            ("smtp://mail.example", false),
        ] {
            assert_eq!(Relay::parse(url).expect("an address").is_readable_by_others(), is_readable, "{url}");
        }
    }
}
