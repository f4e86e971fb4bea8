//! From which address a request comes, where proxies stand between the client and this process.

use std::net::{IpAddr, SocketAddr};

use http::{HeaderMap, HeaderName};
use kernel::{AddressRange, Country};

/// What each proxy appends the address to that it was asked from.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies whose word is taken. What anybody else says about addresses is ignored.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    ranges: Vec<AddressRange>,
    country_header: Option<HeaderName>,
}

/// From where a request comes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Whence {
    /// The other end of the connection.
    pub(crate) peer: Option<SocketAddr>,
    /// Whose address counts as the client's.
    pub(crate) address: Option<IpAddr>,
    /// In which country that is, where a proxy of ours says so.
    pub(crate) country: Option<Country>,
}

impl TrustedProxies {
    /// Trusts these, and nobody where there are none; with the header in which they name the client's country, where they do.
    #[must_use]
    pub const fn new(ranges: Vec<AddressRange>, country_header: Option<HeaderName>) -> Self {
        Self { ranges, country_header }
    }

    /// From where a request comes.
    pub(crate) fn whence(&self, headers: &HeaderMap, peer: Option<SocketAddr>) -> Whence {
        Whence { peer, address: self.client(headers, peer), country: self.country(headers, peer) }
    }

    /// What a proxy of ours says of the client's country; anybody else's word proves nothing.
    fn country(&self, headers: &HeaderMap, peer: Option<SocketAddr>) -> Option<Country> {
        let said = headers.get(self.country_header.as_ref()?)?.to_str().ok()?;
        let is_trusted = peer.is_some_and(|peer| self.trusts(peer.ip().to_canonical()));
        said.trim().parse().ok().filter(|_| is_trusted)
    }

    /// The client's address: the other end of the connection, or where that is a proxy of ours, the right-most address of
    /// `X-Forwarded-For` that is none. What stands further left was written by whoever asked, and proves nothing.
    fn client(&self, headers: &HeaderMap, peer: Option<SocketAddr>) -> Option<IpAddr> {
        let peer = peer?.ip().to_canonical();
        if !self.trusts(peer) {
            return Some(peer);
        }
        let mut client = peer;
        let lines = headers.get_all(X_FORWARDED_FOR).iter().rev();
        for entry in lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')) {
            // Behind something unreadable nobody is known any more: the proxy that passed it on stands for its clients.
            let Some(address) = address(entry) else { break };
            client = address;
            if !self.trusts(address) {
                break;
            }
        }
        Some(client)
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.ranges.iter().any(|range| range.contains(address))
    }
}

/// `192.0.2.7`, `192.0.2.7:4711`, `2001:db8::7` or `[2001:db8::7]:4711`: proxies write all of them.
fn address(entry: &[u8]) -> Option<IpAddr> {
    let entry = std::str::from_utf8(entry).ok()?.trim();
    let bare = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address = entry.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|address| address.ip())).or_else(bare);
    address.map(|address: IpAddr| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    /// The proxies of these tests: a net of load balancers, and one in front of them.
    fn proxies() -> TrustedProxies {
        let ranges = ["10.0.0.0/8", "203.0.113.9", "2001:db8:1::/48"].map(|range| range.parse().expect("a range"));
        TrustedProxies::new(ranges.into(), Some(HeaderName::from_static("cf-ipcountry")))
    }

    fn forwarded(lines: &[&str]) -> HeaderMap {
        lines.iter().fold(HeaderMap::new(), |mut headers, line| {
            headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(line.as_bytes()).expect("a value"));
            headers
        })
    }

    #[test]
    fn a_country_is_what_a_proxy_of_ours_says() {
        let said = |peer: &str, country: &str| {
            let headers = HeaderMap::from_iter([("cf-ipcountry".parse().expect("a name"), country.parse().expect("a value"))]);
            let peer = SocketAddr::new(peer.parse().expect("an address"), 443);
            proxies().whence(&headers, Some(peer)).country.map(Country::code)
        };
        assert_eq!(
            [said("10.0.0.1", "DE"), said("198.51.100.1", "DE"), said("10.0.0.1", "XX"), said("10.0.0.1", "T1")],
            [Some("DE"), None, None, None]
        );
        assert!(proxies().whence(&HeaderMap::new(), None).country.is_none());
    }

    #[test]
    fn forged_headers_are_not_believed() {
        let cases: [(&str, &[&str], &str); 21] = [
            // Nobody but a proxy of ours is believed at all.
            ("198.51.100.1", &[], "198.51.100.1"),
            ("198.51.100.1", &["192.0.2.7"], "198.51.100.1"),
            ("198.51.100.1", &["127.0.0.1"], "198.51.100.1"),
            ("198.51.100.1", &["192.0.2.7, 10.0.0.1"], "198.51.100.1"),
            ("::ffff:198.51.100.1", &["192.0.2.7"], "198.51.100.1"),
            // A proxy of ours is, for the address that it was asked from.
            ("10.0.0.1", &["192.0.2.7"], "192.0.2.7"),
            ("::ffff:10.0.0.1", &["192.0.2.7"], "192.0.2.7"),
            ("2001:db8:1::1", &["2001:db8:2::7"], "2001:db8:2::7"),
            // What the client wrote itself stands left of that, whatever it says.
            ("10.0.0.1", &["127.0.0.1, 192.0.2.7"], "192.0.2.7"),
            ("10.0.0.1", &["10.0.0.2, 192.0.2.7"], "192.0.2.7"),
            ("10.0.0.1", &["127.0.0.1", "192.0.2.7"], "192.0.2.7"),
            ("10.0.0.1", &["evil, 192.0.2.7"], "192.0.2.7"),
            // A chain of our proxies is followed to its outer end.
            ("10.0.0.1", &["192.0.2.7, 203.0.113.9, 10.0.0.2"], "192.0.2.7"),
            ("10.0.0.1", &["192.0.2.7", "203.0.113.9,10.0.0.2"], "192.0.2.7"),
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &[], "10.0.0.1"),
            // What is unreadable hides who is behind it.
            ("10.0.0.1", &["192.0.2.7, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["192.0.2.7, \u{e9}, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["\u{e9}, 192.0.2.7"], "192.0.2.7"),
            // Ports are no part of an address.
            ("10.0.0.1", &["192.0.2.7:4711"], "192.0.2.7"),
            ("10.0.0.1", &["[2001:db8:2::7]:4711, [2001:db8:1::2]"], "2001:db8:2::7"),
        ];
        for (peer, lines, client) in cases {
            let peer = SocketAddr::new(peer.parse().expect("an address"), 4_711);
            assert_eq!(proxies().client(&forwarded(lines), Some(peer)), client.parse().ok(), "{peer} {lines:?}");
        }
        let other = HeaderMap::from_iter(
            ["forwarded", "x-real-ip", "true-client-ip", "cf-connecting-ip"]
                .map(|name| (HeaderName::from_static(name), HeaderValue::from_static("192.0.2.7"))),
        );
        let peer: SocketAddr = "10.0.0.1:4711".parse().expect("an address");
        assert_eq!(proxies().client(&other, Some(peer)), Some(peer.ip()));
        assert_eq!(TrustedProxies::default().client(&forwarded(&["192.0.2.7"]), Some(peer)), Some(peer.ip()));
    }
}
