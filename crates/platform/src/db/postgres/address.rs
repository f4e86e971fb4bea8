//! A server's URL: what the driver understands of it, and what it leaves to its caller.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tokio_postgres::Config;
use url::form_urlencoded;

/// How long a statement waits for another's row lock, and how long it may run: imports and reports are many short ones.
const SESSION: &str = "-c lock_timeout=5s -c statement_timeout=30s";
/// A server that is there says so at once.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

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
        let mut config = Config::from_str(&format!("{place}?{}", kept.join("&"))).map_err(|error| AddressError(told(&error)))?;
        let options = config.get_options().map_or_else(|| SESSION.to_owned(), |own| format!("{own} {SESSION}"));
        config.application_name("tradewind").options(options).connect_timeout(CONNECT_TIMEOUT);
        Ok(Self { config, trust })
    }
}

/// What the driver is told of a parameter; nothing of those about certificates, which are kept here.
fn understood<'p>(pair: &'p str, trust: &mut Trust) -> Option<&'p str> {
    let (name, value) = form_urlencoded::parse(pair.as_bytes()).next()?;
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

/// The driver's words and those of its cause.
fn told(error: &tokio_postgres::Error) -> String {
    crate::db::broken::with_causes(error)
}

#[cfg(test)]
mod tests {
    use tokio_postgres::config::SslMode;

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
        let trust = parse("postgres://db.example/shop?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&sslcert=me.pem&sslkey=me.key").trust;
        let path = |path: &str| Some(PathBuf::from(path));
        let expected = Trust { verified: true, authorities: path("/etc/ca.pem"), certificate: path("me.pem"), key: path("me.key") };
        assert_eq!(trust, expected);
    }

    #[test]
    fn own_settings_of_a_session_stay() {
        let address = parse("postgres://db.example/shop?options=-c%20search_path%3Dshop");
        assert_eq!(address.config.get_options(), Some(format!("-c search_path=shop {SESSION}").as_str()));
    }

    #[test]
    fn what_nobody_understands_is_refused() {
        for url in ["postgres://db.example/shop?sslmode=sometimes", "postgres://db.example/shop?colour=red", "postgres://db.example:x/shop"]
        {
            assert!(url.parse::<Address>().is_err(), "{url}");
        }
    }
}
