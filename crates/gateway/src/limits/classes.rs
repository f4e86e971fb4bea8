//! Which limit a request counts against: decided by method and path alone, by this table, before the router is asked.
//!
//! Routes match letter by letter (`/api/v1/auth/%6Cogin` is none), so that no other spelling of a path gets by its row.

use std::time::Duration;

use http::Method;
use platform::config::RateLimits;
use platform::rate_limits::{Quota, Rate};

/// What shares a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Class {
    /// Reads of the API.
    Reads,
    /// Writes.
    Writes,
    /// What tries passwords and codes, or writes mail to strangers.
    SignIn,
}

enum Kind {
    Any,
    Reads,
    Writes,
}

enum Where {
    Exactly(&'static str),
    Below(&'static str),
    Between(&'static str, &'static str),
}

use Kind::{Any, Reads, Writes};
use Where::{Below, Between, Exactly};

/// The first row that fits decides; `None` counts nowhere.
const TABLE: &[(Kind, Where, Option<Class>)] = &[
    // Whoever comes back from a provider has the shop ask there.
    (Any, Between("/api/v1/auth/oauth/", "/callback"), Some(Class::SignIn)),
    (Reads, Below("/api/"), Some(Class::Reads)),
    (Writes, Exactly("/api/v1/auth/login"), Some(Class::SignIn)),
    (Writes, Exactly("/api/v1/auth/register"), Some(Class::SignIn)),
    (Writes, Exactly("/api/v1/auth/password/forgot"), Some(Class::SignIn)),
    (Writes, Exactly("/api/v1/auth/password/reset"), Some(Class::SignIn)),
    (Writes, Exactly("/api/v1/auth/verify-email"), Some(Class::SignIn)),
    (Writes, Exactly("/api/v1/auth/setup"), Some(Class::SignIn)),
    (Writes, Exactly("/api/v1/auth/oauth/token"), Some(Class::SignIn)),
    (Writes, Below("/api/"), Some(Class::Writes)),
    // Pages and their assets, documentation, health and metrics.
    (Any, Below("/"), None),
];

/// The limit that a request counts against, if any.
pub(crate) fn of(method: &Method, path: &str) -> Option<Class> {
    let is_read = matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    let fits = |kind: &Kind, place: &Where| {
        let of_kind = match kind {
            Kind::Any => true,
            Kind::Reads => is_read,
            Kind::Writes => !is_read,
        };
        of_kind
            && match place {
                Where::Exactly(whole) => path == *whole,
                Where::Below(prefix) => path.starts_with(prefix),
                Where::Between(prefix, suffix) => path.starts_with(prefix) && path.ends_with(suffix),
            }
    };
    TABLE.iter().find(|(kind, place, _)| fits(kind, place)).and_then(|(_, _, class)| *class)
}

impl Class {
    /// Its place among the quotas.
    pub(crate) const fn place(self) -> usize {
        match self {
            Self::Reads => 0,
            Self::Writes => 1,
            Self::SignIn => 2,
        }
    }
}

/// What each class allows, as configured, in the order of their places.
#[must_use]
pub fn quotas(config: &RateLimits) -> Vec<Quota> {
    let (second, minute, quarter) = (Duration::from_secs(1), Duration::from_secs(60), Duration::from_secs(900));
    let rate = |limit: u32, window| Rate::new(scaled(limit, config.factor), window);
    let RateLimits { reads, writes, sign_in, .. } = config;
    vec![
        Quota { class: "reads", sustained: rate(reads.per_minute, minute), burst: rate(reads.per_second, second) },
        Quota { class: "writes", sustained: rate(writes.per_minute, minute), burst: rate(writes.per_second, second) },
        Quota { class: "sign_in", sustained: rate(sign_in.per_quarter_hour, quarter), burst: rate(sign_in.per_second, second) },
    ]
}

/// A limit times the factor, one at least: a factor makes limits wider or narrower, it never switches them off.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float beyond the range becomes its end")]
fn scaled(limit: u32, factor: f64) -> u64 {
    (f64::from(limit) * factor).round().max(1.0) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_counts_against_one_limit_or_none() {
        let cases = [
            ("GET", "/api/v1/products", Some(Class::Reads)),
            ("HEAD", "/api/v1/products", Some(Class::Reads)),
            ("OPTIONS", "/api/v1/carts", Some(Class::Reads)),
            ("POST", "/api/v1/carts", Some(Class::Writes)),
            ("DELETE", "/api/v1/products/prod_1", Some(Class::Writes)),
            ("PATCH", "/api/v1/me", Some(Class::Writes)),
            ("POST", "/api/v1/auth/login", Some(Class::SignIn)),
            ("POST", "/api/v1/auth/register", Some(Class::SignIn)),
            ("POST", "/api/v1/auth/password/forgot", Some(Class::SignIn)),
            ("POST", "/api/v1/auth/password/reset", Some(Class::SignIn)),
            ("POST", "/api/v1/auth/verify-email", Some(Class::SignIn)),
            ("POST", "/api/v1/auth/setup", Some(Class::SignIn)),
            ("POST", "/api/v1/auth/oauth/token", Some(Class::SignIn)),
            ("GET", "/api/v1/auth/oauth/id/callback", Some(Class::SignIn)),
            ("GET", "/api/v1/auth/oauth/id/start", Some(Class::Reads)),
            ("POST", "/api/v1/auth/refresh", Some(Class::Writes)),
            ("GET", "/api/v1/auth/login", Some(Class::Reads)),
            ("GET", "/", None),
            ("GET", "/health/ready", None),
            ("GET", "/metrics", None),
            ("GET", "/docs/index.html", None),
            ("GET", "/openapi.json", None),
        ];
        for (method, path, class) in cases {
            assert_eq!(of(&method.parse().expect("a method"), path), class, "{method} {path}");
        }
    }

    #[test]
    fn a_factor_widens_and_narrows_and_never_switches_off() {
        for (factor, expected) in [(1.0, 600), (0.5, 300), (1_000.0, 600_000), (0.000_001, 1)] {
            assert_eq!(scaled(600, factor), expected);
        }
        assert!(scaled(600, f64::INFINITY) > 1_000_000);
    }

    #[test]
    fn every_class_has_its_quota() {
        let config = platform::config::load(&platform::config::Flags::default()).expect("defaults").config;
        let quotas = quotas(&config.rate_limits);
        let names = [Class::Reads, Class::Writes, Class::SignIn].map(|class| quotas[class.place()].class);
        assert_eq!(names, ["reads", "writes", "sign_in"]);
        assert_eq!(quotas.iter().map(|quota| quota.sustained.limit()).collect::<Vec<_>>(), [600, 100, 10]);
    }
}
