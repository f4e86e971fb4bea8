//! What happened to sessions.

use kernel::{SessionId, SessionTag, UserId};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::model::{Kind, RevokedBecause, Session};

/// A fact about a session.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum SessionEvent {
    /// Somebody signed in.
    Opened {
        /// Which one.
        session_id: SessionId,
        /// Whose.
        user_id: UserId,
        /// How it is carried.
        kind: Kind,
    },
    /// It opens nothing any more.
    Revoked {
        /// Which one.
        session_id: SessionId,
        /// Whose.
        user_id: UserId,
        /// Why.
        because: RevokedBecause,
    },
    /// Its owner showed a second factor.
    TwoFactorPassed {
        /// Which one.
        session_id: SessionId,
        /// Whose.
        user_id: UserId,
    },
}

impl SessionEvent {
    pub(super) const fn opened(session: &Session) -> Self {
        Self::Opened { session_id: session.id, user_id: session.user_id, kind: session.kind }
    }
}

impl Fact for SessionEvent {
    type Subject = SessionTag;
    const AGGREGATE: &'static str = "session";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("session.opened", "somebody signed in"),
        ("session.revoked", "a session was ended before its time, with the reason"),
        ("session.two_factor_passed", "the owner of a session showed a second factor in it"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "session.opened",
            Self::Revoked { .. } => "session.revoked",
            Self::TwoFactorPassed { .. } => "session.two_factor_passed",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Opened { session_id, .. } | Self::Revoked { session_id, .. } | Self::TwoFactorPassed { session_id, .. } => {
                session_id.uuid()
            }
        }
    }
}
