//! Ranges of internet addresses, as operators write them: `10.0.0.0/8`, or one address.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The addresses that share so many leading bits with one (RFC 4632, RFC 4291); bits behind them are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressRange {
    first: IpAddr,
    length: u8,
}

/// The text is no range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an address or a range of them, like 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32")]
pub struct AddressRangeError;

impl AddressRange {
    /// The one address. What an IPv6 socket calls an IPv4 address (`::ffff:192.0.2.7`) is that IPv4 address.
    #[must_use]
    pub fn one(address: IpAddr) -> Self {
        let first = address.to_canonical();
        Self { first, length: bits(first) }
    }

    /// All addresses that share so many leading bits with this one.
    ///
    /// # Errors
    /// Where an address has fewer bits.
    pub fn around(address: IpAddr, length: u8) -> Result<Self, AddressRangeError> {
        if length > bits(address) {
            return Err(AddressRangeError);
        }
        Ok(Self { first: masked(address, length), length })
    }

    /// True where the address is in the range.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        bits(address) == bits(self.first) && masked(address, self.length) == self.first
    }

    /// The lowest address of the range.
    #[must_use]
    pub const fn first(&self) -> IpAddr {
        self.first
    }

    /// How many leading bits its addresses share.
    #[must_use]
    pub const fn length(&self) -> u8 {
        self.length
    }
}

const fn bits(address: IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

fn masked(address: IpAddr, length: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(length.into())).unwrap_or(0);
            Ipv4Addr::from_bits(address.to_bits() & mask).into()
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(length.into())).unwrap_or(0);
            Ipv6Addr::from_bits(address.to_bits() & mask).into()
        }
    }
}

impl FromStr for AddressRange {
    type Err = AddressRangeError;

    fn from_str(text: &str) -> Result<Self, AddressRangeError> {
        let Some((address, length)) = text.split_once('/') else {
            return text.parse().map(Self::one).map_err(|_| AddressRangeError);
        };
        let is_plain = length.bytes().all(|byte| byte.is_ascii_digit());
        let length = length.parse().ok().filter(|_| is_plain).ok_or(AddressRangeError)?;
        Self::around(address.parse().map_err(|_| AddressRangeError)?, length)
    }
}

impl fmt::Display for AddressRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.length == bits(self.first) { write!(f, "{}", self.first) } else { write!(f, "{}/{}", self.first, self.length) }
    }
}

impl Serialize for AddressRange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for AddressRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_one_text_and_its_addresses() {
        let cases = [
            ("192.0.2.7", "192.0.2.7", "192.0.2.7", "192.0.2.8"),
            ("::ffff:192.0.2.7", "192.0.2.7", "::ffff:192.0.2.7", "192.0.2.8"),
            ("10.1.2.3/8", "10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
            ("192.0.2.128/25", "192.0.2.128/25", "192.0.2.255", "192.0.2.127"),
            ("2001:db8:1::/32", "2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("192.0.2.7/32", "192.0.2.7", "192.0.2.7", "::1"),
            ("0.0.0.0/0", "0.0.0.0/0", "255.1.2.3", "::1"),
            ("::/0", "::/0", "ffff::1", "1.2.3.4"),
        ];
        for (text, shown, within, without) in cases {
            let range: AddressRange = text.parse().expect(text);
            assert_eq!(range.to_string(), shown);
            assert!(range.contains(within.parse().expect("an address")), "{text} has {within}");
            assert!(!range.contains(without.parse().expect("an address")), "{text} has not {without}");
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in ["", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "example.com", "10.0.0/8"] {
            assert_eq!(text.parse::<AddressRange>(), Err(AddressRangeError), "{text}");
        }
    }
}
