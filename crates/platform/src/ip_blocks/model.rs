//! A block, and the many of them in the form in which an address is looked up.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use kernel::{AddressRange, IpBlockId, Timestamp};

/// Addresses that are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IpBlock {
    /// Its id.
    pub id: IpBlockId,
    /// Which addresses.
    pub addresses: AddressRange,
    /// What for, for people.
    pub reason: String,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// Since when.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

/// All blocks, by the ranges that an address may be in: there are only so many lengths.
#[derive(Debug, Default)]
pub(super) struct BlockSet {
    ends: HashMap<AddressRange, Option<Timestamp>>,
    lengths_of_4: BTreeSet<u8>,
    lengths_of_6: BTreeSet<u8>,
}

impl BlockSet {
    pub(super) fn of(blocks: &[IpBlock]) -> Self {
        let lengths = |is_4| {
            let ranges = blocks.iter().map(|block| block.addresses).filter(move |range| range.first().is_ipv4() == is_4);
            ranges.map(|range| range.length()).collect()
        };
        let ends = blocks.iter().map(|block| (block.addresses, block.expires_at)).collect();
        Self { ends, lengths_of_4: lengths(true), lengths_of_6: lengths(false) }
    }

    /// True where a block that has not ended holds the address.
    pub(super) fn has(&self, address: IpAddr, now: Timestamp) -> bool {
        if self.ends.is_empty() {
            return false;
        }
        let address = address.to_canonical();
        let lengths = if address.is_ipv4() { &self.lengths_of_4 } else { &self.lengths_of_6 };
        let ends = lengths.iter().filter_map(|length| self.ends.get(&AddressRange::around(address, *length).ok()?));
        ends.into_iter().any(|end| end.is_none_or(|end| now < end))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn an_address_is_blocked_by_every_range_that_holds_it_until_that_ends() {
        let now: Timestamp = "2026-03-02T09:30:00Z".parse().expect("a moment");
        let block = |addresses: &str, hours: Option<i64>| IpBlock {
            id: IpBlockId::generate(),
            addresses: addresses.parse().expect("a range"),
            reason: String::new(),
            expires_at: hours.map(|hours| now + TimeDelta::hours(hours)),
            created_at: now,
            created_by: "cli".to_owned(),
        };
        let blocks = [
            block("192.0.2.7", None),
            block("198.51.100.0/24", Some(1)),
            block("198.51.100.9", Some(2)),
            block("2001:db8::/32", None),
            block("203.0.113.1", Some(0)),
        ];
        let set = BlockSet::of(&blocks);
        let has = |address: &str, hours| set.has(address.parse().expect("an address"), now + TimeDelta::hours(hours));
        for (address, hours, expected) in [
            ("192.0.2.7", 0, true),
            ("::ffff:192.0.2.7", 9, true),
            ("192.0.2.8", 0, false),
            ("198.51.100.1", 0, true),
            ("198.51.100.1", 1, false),
            ("198.51.100.9", 1, true),
            ("198.51.100.9", 2, false),
            ("2001:db8:1::1", 0, true),
            ("2001:db9::1", 0, false),
            ("203.0.113.1", 0, false),
        ] {
            assert_eq!(has(address, hours), expected, "{address} after {hours} h");
        }
        assert!(!BlockSet::default().has("192.0.2.7".parse().expect("an address"), now));
    }
}
