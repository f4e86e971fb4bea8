//! Who is counted, against what, and how it ended.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use kernel::{Actor, AddressRange};

use super::rate::Rate;

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Who {
    /// Everybody behind one address.
    Address(AddressRange),
    /// Whoever has one credential, wherever it is used.
    Identity(Actor),
}

/// A text that names nobody who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an address, or the id of a user or API key")]
pub struct WhoError;

/// What a household or a server gets of IPv6 (RFC 6177): counting single addresses would count nobody.
const SUBSCRIBER_BITS: u8 = 64;

impl Who {
    /// Whoever asks from there: one address of IPv4, one subscriber's net of IPv6.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let net = if address.is_ipv6() { AddressRange::around(address, SUBSCRIBER_BITS).ok() } else { None };
        Self::Address(net.unwrap_or_else(|| AddressRange::one(address)))
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(range) => range.fmt(f),
            Self::Identity(actor) => actor.fmt(f),
        }
    }
}

impl FromStr for Who {
    type Err = WhoError;

    fn from_str(text: &str) -> Result<Self, WhoError> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::at(address));
        }
        if let Ok(range) = text.parse::<AddressRange>() {
            return Ok(Self::at(range.first()));
        }
        match text.parse() {
            Ok(actor @ (Actor::ApiKey(_) | Actor::User(_))) => Ok(Self::Identity(actor)),
            Ok(Actor::System | Actor::CommandLine | Actor::Anonymous | Actor::Guest(_)) | Err(_) => Err(WhoError),
        }
    }
}

/// What requests of one class may do: a longer time's number of them, and how many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    /// The name of the class, as configured.
    pub class: &'static str,
    /// Over minutes.
    pub sustained: Rate,
    /// Within a second.
    pub burst: Rate,
}

/// How counting a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// How many requests are left over the longer time.
    pub left: u64,
    /// How long it takes until all of them are there again.
    pub full_in: Duration,
    /// Where there was none left: how long it takes until there is one.
    pub retry_after: Option<Duration>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_counted_has_one_text() {
        let user = kernel::UserId::generate().to_string();
        let cases = [
            ("192.0.2.7", Some("192.0.2.7")),
            ("::ffff:192.0.2.7", Some("192.0.2.7")),
            ("2001:db8:1:2:3:4:5:6", Some("2001:db8:1:2::/64")),
            ("2001:db8:1:2::/64", Some("2001:db8:1:2::/64")),
            (&user, Some(user.as_str())),
            ("system", None),
            ("mug", None),
        ];
        for (text, shown) in cases {
            assert_eq!(text.parse::<Who>().ok().map(|who| who.to_string()).as_deref(), shown, "{text}");
        }
    }
}
