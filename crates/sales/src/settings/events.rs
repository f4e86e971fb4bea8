//! What happened to settings.

use kernel::SettingTag;
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::known::Known;

/// A fact about a setting.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum SettingEvent {
    /// It has another value.
    Changed {
        /// Which one. The value is not told: it may be somebody's address.
        key: &'static str,
        /// Its version since.
        setting_version: i64,
        /// What its events are numbered under.
        #[serde(skip)]
        id: Uuid,
    },
}

impl SettingEvent {
    pub(super) fn changed(known: &Known, setting_version: i64) -> Self {
        Self::Changed { key: known.key, setting_version, id: Uuid::from_u128(known.number) }
    }
}

impl Fact for SettingEvent {
    type Subject = SettingTag;
    const AGGREGATE: &'static str = "setting";
    const NAMES: &'static [(&'static str, &'static str)] = &[("setting.changed", "a setting has another value")];

    fn name(&self) -> &'static str {
        match self {
            Self::Changed { .. } => "setting.changed",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Changed { id, .. } => *id,
        }
    }
}
