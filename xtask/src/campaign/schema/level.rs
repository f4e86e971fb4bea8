//! The levels of rights.

use anyhow::Result;
use clap::ValueEnum;

use crate::campaign::shop::Shop;

/// Everything that can be seen, and nothing that can be done.
const READS: &str = "products:read,stock:read,orders:read,settings:read";

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Level {
    /// Somebody without a credential
    Nobody,
    /// A key that may only read
    Reader,
    /// A key that may do everything
    Admin,
}

impl Level {
    /// Those that were named; all where none was.
    pub(super) fn chosen(named: &[Self]) -> Vec<Self> {
        if named.is_empty() { vec![Self::Nobody, Self::Reader, Self::Admin] } else { named.to_vec() }
    }

    /// As tables call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Reader => "reader",
            Self::Admin => "admin",
        }
    }

    /// Its credential.
    pub(super) fn key(self, shop: &Shop) -> Result<Option<String>> {
        match self {
            Self::Nobody => Ok(None),
            Self::Reader => shop.make_key("reader", READS).map(Some),
            Self::Admin => Ok(Some(shop.key.clone())),
        }
    }
}
