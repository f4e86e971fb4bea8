//! Blocked addresses on the wire.

use gateway::{ListQuery, ListRoute, ListSpec};
use kernel::{AddressRange, FieldErrors, Timestamp};
use platform::ip_blocks::{BlockIp, IpBlock, IpBlockQuery};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema;

/// The list of blocked addresses.
pub(super) struct IpBlocks;

impl ListRoute for IpBlocks {
    const SPEC: ListSpec = ListSpec::PLAIN;
}

/// The query of the use case.
pub(super) fn query(list: &ListQuery) -> IpBlockQuery {
    IpBlockQuery { newest_first: list.sort.first().is_none_or(|key| key.descending), page: list.page.clone() }
}

/// Addresses to refuse.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct IpBlockIn {
    /// One address, or a range of them: no wider than /8 of IPv4 or /19 of IPv6.
    #[schema(min_length = 2, max_length = 64, example = "192.0.2.0/24")]
    addresses: String,
    /// What for, for people.
    #[schema(max_length = 255)]
    reason: Option<String>,
    /// When it ends by itself. Absent: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

impl IpBlockIn {
    pub(super) fn parse(self) -> Result<BlockIp, FieldErrors> {
        let mut errors = FieldErrors::new();
        let addresses = errors.take("addresses", self.addresses.parse::<AddressRange>());
        let (reason, expires_at) = (self.reason.unwrap_or_default(), self.expires_at);
        errors.finish(|| Some(BlockIp { addresses: addresses?, reason, expires_at }))
    }
}

/// Addresses that are refused.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IpBlockView {
    /// Its id (`block_…`).
    #[schema(value_type = schema::IpBlockId)]
    id: String,
    /// One address, or a range of them.
    addresses: String,
    /// What for; empty where nobody said.
    reason: String,
    /// When it ends by itself; null: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// By whom: the id of a user or key, or `cli`.
    created_by: String,
}

impl From<IpBlock> for IpBlockView {
    fn from(block: IpBlock) -> Self {
        let IpBlock { id, addresses, reason, expires_at, created_at, created_by } = block;
        Self { id: id.to_string(), addresses: addresses.to_string(), reason, expires_at, created_at, created_by }
    }
}
