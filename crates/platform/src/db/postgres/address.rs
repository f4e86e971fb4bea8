//! A server's URL: what the driver understands of it, and what it leaves to its caller.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::SslMode;
use url::form_urlencoded;

use crate::db::broken::with_causes;

/// How long a statement waits for another's row lock, and how long it may run: imports and reports are many short ones.
const SESSION: &str = "-c lock_timeout=5s -c statement_timeout=30s";
/// A server that is there says so at once.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A server that acknowledges nothing for so long is gone, whatever the network says.
const GONE_AFTER: Duration = Duration::from_secs(30);

/// Where the server is, and whom to believe that it is the one.
#[derive(Debug, Clone)]
pub(in crate::db) struct Address {
    pub(super) config: Config,
    pub(super) trust: Trust,
}

/// What the address says of certificates, by libpq's names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Trust {
    /// The server's must be signed by an authority and name the host: `verify-ca` and `verify-full`. Otherwise it may be anybody's.
    pub(super) verified: bool,
    /// Authorities that are believed instead of the usual ones: `sslrootcert`.
    pub(super) authorities: Option<PathBuf>,
    /// What the shop shows of itself: `sslcert` and `sslkey`.
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
}

/// What is wrong with an address.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(in crate::db) struct AddressError(pub(super) String);

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(url: &str) -> Result<Self, AddressError> {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        let mut trust = Trust::default();
        let kept: Vec<&str> = query.split('&').filter_map(|pair| understood(pair, &mut trust)).collect();
        let address = format!("{place}?{}", kept.join("&"));
        let mut config = Config::from_str(&address).map_err(|error| AddressError(with_causes(&error)))?;
        // Who demands privacy and names an authority wants to know who answers: libpq sees it so, too.
        trust.verified |= config.get_ssl_mode() == SslMode::Require && trust.authorities.is_some();
        // Of two settings of one name the last one counts.
        config.options(config.get_options().map_or_else(|| SESSION.to_owned(), |own| format!("{SESSION} {own}")));
        if config.get_application_name().is_none() {
            config.application_name("tradewind");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(GONE_AFTER);
        }
        Ok(Self { config, trust })
    }
}

/// What the driver is told of a parameter; nothing of those about certificates, which are kept here.
fn understood<'p>(pair: &'p str, trust: &mut Trust) -> Option<&'p str> {
    // A plus is a plus here, as libpq has it.
    let escaped = pair.replace('+', "%2B");
    let (name, value) = form_urlencoded::parse(escaped.as_bytes()).next()?;
    let path = || Some(PathBuf::from(value.as_ref()));
    match (name.as_ref(), value.as_ref()) {
        ("sslmode", "verify-ca" | "verify-full") => {
            trust.verified = true;
            return Some("sslmode=require");
        }
        ("sslmode", "allow") => return Some("sslmode=prefer"),
        ("sslrootcert", _) => trust.authorities = path(),
        ("sslcert", _) => trust.certificate = path(),
        ("sslkey", _) => trust.key = path(),
        _ => return Some(pair),
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Address {
        url.parse().unwrap()
    }

    #[test]
    fn the_modes_of_libpq_are_understood() {
        let modes = [
            ("", SslMode::Prefer, false),
            ("?sslmode=disable", SslMode::Disable, false),
            ("?sslmode=allow", SslMode::Prefer, false),
            ("?sslmode=require", SslMode::Require, false),
            ("?sslmode=require&sslrootcert=ca.pem", SslMode::Require, true),
            ("?sslmode=prefer&sslrootcert=ca.pem", SslMode::Prefer, false),
            ("?sslmode=verify-ca", SslMode::Require, true),
            ("?sslmode=verify-full&connect_timeout=3", SslMode::Require, true),
        ];
        for (query, mode, verified) in modes {
            let address = parse(&format!("postgres://ada@db.example/shop{query}"));
            assert_eq!((address.config.get_ssl_mode(), address.trust.verified), (mode, verified), "{query}");
        }
    }

    #[test]
    fn certificates_are_files() {
        let trust =
            parse("postgres://db.example/shop?sslmode=verify-full&sslrootcert=%2Fetc%2Fca+1.pem&sslcert=me.pem&sslkey=me.key").trust;
        let path = |path: &str| Some(PathBuf::from(path));
        let expected = Trust { verified: true, authorities: path("/etc/ca+1.pem"), certificate: path("me.pem"), key: path("me.key") };
        assert_eq!(trust, expected);
    }

    #[test]
    fn own_settings_of_a_session_stay() {
        let config = parse("postgres://db.example/shop?options=-c%20lock_timeout%3D9s&connect_timeout=3&application_name=till").config;
        assert_eq!(config.get_options(), Some(format!("{SESSION} -c lock_timeout=9s").as_str()));
        assert_eq!((config.get_connect_timeout(), config.get_application_name()), (Some(&Duration::from_secs(3)), Some("till")));
        assert_eq!(parse("postgres://db.example/shop").config.get_connect_timeout(), Some(&CONNECT_TIMEOUT));
    }

    #[test]
    fn what_nobody_understands_is_refused() {
        for url in ["postgres://db.example/shop?sslmode=sometimes", "postgres://db.example/shop?colour=red", "postgres://db.example:x/shop"]
        {
            assert!(url.parse::<Address>().is_err(), "{url}");
        }
    }
}
