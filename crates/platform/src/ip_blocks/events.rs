//! What happened to blocks of addresses.

use kernel::{IpBlockId, IpBlockTag};
use serde::Serialize;
use uuid::Uuid;

use crate::outbox::{Fact, ToSchema};

/// A fact about a block. Which addresses is not told: they may be a person's.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(untagged)]
pub enum IpBlockEvent {
    /// Addresses are refused from now on, or for another time than before.
    Created {
        /// Which block.
        ip_block_id: IpBlockId,
    },
    /// They are no longer.
    Removed {
        /// Which block.
        ip_block_id: IpBlockId,
    },
}

impl Fact for IpBlockEvent {
    type Subject = IpBlockTag;
    const AGGREGATE: &'static str = "ip_block";
    const NAMES: &'static [(&'static str, &'static str)] =
        &[("ip_block.created", "addresses are refused from now on"), ("ip_block.removed", "addresses are refused no more")];

    fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "ip_block.created",
            Self::Removed { .. } => "ip_block.removed",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Created { ip_block_id } | Self::Removed { ip_block_id } => ip_block_id.uuid(),
        }
    }
}
