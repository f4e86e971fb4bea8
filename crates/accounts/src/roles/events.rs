//! What happened to roles.

use kernel::{RoleId, RoleTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

/// A fact about a role.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum RoleEvent {
    /// It was made.
    Created {
        /// Which one.
        role_id: RoleId,
    },
    /// What it allows, or what it is called, is something else now.
    Changed {
        /// Which one.
        role_id: RoleId,
    },
    /// It is gone.
    Deleted {
        /// Which one.
        role_id: RoleId,
    },
}

impl Fact for RoleEvent {
    type Subject = RoleTag;
    const AGGREGATE: &'static str = "role";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("role.created", "a role was made"),
        ("role.changed", "a role allows something else, or is called something else"),
        ("role.deleted", "a role is gone"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "role.created",
            Self::Changed { .. } => "role.changed",
            Self::Deleted { .. } => "role.deleted",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Created { role_id } | Self::Changed { role_id } | Self::Deleted { role_id } => role_id.uuid(),
        }
    }
}
