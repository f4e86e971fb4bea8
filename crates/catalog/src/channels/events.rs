//! What happened to channels.

use kernel::{ChannelId, ChannelTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::model::Channel;

/// A fact about a channel.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ChannelEvent {
    /// Something about it is another.
    Updated {
        /// Which one.
        channel_id: ChannelId,
        /// Its version since.
        channel_version: i64,
        /// ISO 4217.
        currency: &'static str,
    },
}

impl ChannelEvent {
    pub(super) fn updated(channel: &Channel) -> Self {
        Self::Updated { channel_id: channel.id, channel_version: channel.version, currency: channel.currency.code() }
    }
}

impl Fact for ChannelEvent {
    type Subject = ChannelTag;
    const AGGREGATE: &'static str = "channel";
    const NAMES: &'static [(&'static str, &'static str)] = &[("channel.updated", "a sales channel was changed")];

    fn name(&self) -> &'static str {
        match self {
            Self::Updated { .. } => "channel.updated",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Updated { channel_id, .. } => channel_id.uuid(),
        }
    }

    fn channel_id(&self) -> Option<ChannelId> {
        match self {
            Self::Updated { channel_id, .. } => Some(*channel_id),
        }
    }
}
