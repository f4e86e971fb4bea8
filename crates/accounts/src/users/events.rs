//! What happened to people's accounts.

use kernel::{UserId, UserTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

/// A fact about an account: which one, and nothing that tells whose it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum UserEvent {
    /// There is one more.
    Registered {
        /// Which one.
        user_id: UserId,
    },
    /// Name, username, consent or tags are others.
    Changed {
        /// Which one.
        user_id: UserId,
    },
    /// Its address is another.
    EmailChanged {
        /// Which one.
        user_id: UserId,
    },
    /// Whoever has it reads the mail of its address.
    EmailVerified {
        /// Which one.
        user_id: UserId,
    },
    /// Its password is another.
    PasswordChanged {
        /// Which one.
        user_id: UserId,
    },
    /// Its roles are others.
    RolesChanged {
        /// Which one.
        user_id: UserId,
    },
    /// Nobody can sign in to it.
    Deactivated {
        /// Which one.
        user_id: UserId,
    },
    /// It can be signed in to again.
    Reactivated {
        /// Which one.
        user_id: UserId,
    },
    /// Nobody can tell any more whose it was.
    Erased {
        /// Which one.
        user_id: UserId,
    },
}

impl Fact for UserEvent {
    type Subject = UserTag;
    const AGGREGATE: &'static str = "user";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("user.registered", "somebody got an account"),
        ("user.changed", "the name, username, consent or tags of an account were changed"),
        ("user.email_changed", "the address of an account was changed"),
        ("user.email_verified", "whoever has an account showed that its mail arrives"),
        ("user.password_changed", "the password of an account was changed"),
        ("user.roles_changed", "the roles of an account were changed"),
        ("user.deactivated", "an account can no longer be signed in to"),
        ("user.reactivated", "an account can be signed in to again"),
        ("user.erased", "an account was stripped of all that told whose it was"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "user.registered",
            Self::Changed { .. } => "user.changed",
            Self::EmailChanged { .. } => "user.email_changed",
            Self::EmailVerified { .. } => "user.email_verified",
            Self::PasswordChanged { .. } => "user.password_changed",
            Self::RolesChanged { .. } => "user.roles_changed",
            Self::Deactivated { .. } => "user.deactivated",
            Self::Reactivated { .. } => "user.reactivated",
            Self::Erased { .. } => "user.erased",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Registered { user_id }
            | Self::Changed { user_id }
            | Self::EmailChanged { user_id }
            | Self::EmailVerified { user_id }
            | Self::PasswordChanged { user_id }
            | Self::RolesChanged { user_id }
            | Self::Deactivated { user_id }
            | Self::Reactivated { user_id }
            | Self::Erased { user_id } => user_id.uuid(),
        }
    }
}
