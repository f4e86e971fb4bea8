//! Changing what a person says of itself.

use kernel::{DomainError, ErrorKind, FieldErrors, Origin, UserId};
use platform::Context;
use platform::audit::{self, Entry};
use platform::db::{DatabaseError, WriteTx};
use platform::outbox;

use super::create::person_name;
use super::events::UserEvent;
use super::model::{Consent, User, UserStatus, Username};
use super::store::{self, TakenError};

/// What is to change; what is absent stays, what is `Some(None)` is taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProfileChanges {
    name: Option<Option<String>>,
    username: Option<Option<Username>>,
    accepts_marketing: Option<bool>,
}

impl ProfileChanges {
    /// Reads what is to change; a blank name or username is none.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(name: Option<Option<&str>>, username: Option<Option<&str>>, accepts_marketing: Option<bool>) -> Result<Self, FieldErrors> {
        fn given(raw: Option<&str>) -> Option<&str> {
            raw.filter(|raw| !raw.trim().is_empty())
        }
        let mut errors = FieldErrors::new();
        let name = name.map(|name| errors.take_optional("name", given(name), person_name));
        let username = username.map(|username| errors.take_optional("username", given(username), Username::parse));
        errors.finish(|| Some(Self { name, username, accepts_marketing }))
    }
}

/// Whose profile is to change, and how.
#[derive(Debug, Clone)]
pub struct ChangeProfile {
    /// Whose.
    pub user_id: UserId,
    /// The version that staff have seen; people change what is their own whatever its version.
    pub version: Option<i64>,
    /// What is to change.
    pub changes: ProfileChanges,
    /// Where the person said so: `profile`, `staff`.
    pub source: &'static str,
}

/// Why a profile stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ChangeProfileError {
    /// There is nobody of this id, or nobody any more.
    #[error("no such user")]
    NotFound,
    /// Somebody changed it since.
    #[error("the account was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// The username is somebody else's.
    #[error(transparent)]
    Taken(#[from] TakenError),
}

impl DomainError for ChangeProfileError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "user_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Taken(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } => ErrorKind::Conflict,
            Self::Taken(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::Taken(_) => None,
        }
    }
}

impl From<DatabaseError> for ChangeProfileError {
    fn from(error: DatabaseError) -> Self {
        Self::Taken(error.into())
    }
}

/// Changes a profile, with `user.changed` and a record of the audit log. A consent that is given again keeps its first time,
/// one that is refused again has the newest: what was said elsewhere before counts no more.
///
/// # Errors
/// `ChangeProfileError` names what is wrong; nothing is changed then.
pub async fn change_profile(context: &Context, origin: &Origin, command: ChangeProfile) -> Result<User, ChangeProfileError> {
    let tx = context.begin(origin).await?;
    let user = change_profile_in(&tx, command).await?;
    tx.commit().await?;
    Ok(user)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `ChangeProfileError` names what is wrong.
pub async fn change_profile_in(tx: &WriteTx, command: ChangeProfile) -> Result<User, ChangeProfileError> {
    let found = store::lock(tx, command.user_id).await?.map(|found| found.user);
    let before = found.filter(|user| user.status != UserStatus::Erased).ok_or(ChangeProfileError::NotFound)?;
    if command.version.is_some_and(|version| version != before.version) {
        return Err(ChangeProfileError::VersionConflict { current: before.version });
    }
    let mut user = before.clone();
    let ProfileChanges { name, username, accepts_marketing } = command.changes;
    user.name = name.unwrap_or(user.name);
    user.username = username.unwrap_or(user.username);
    user.consent = match (accepts_marketing, user.consent) {
        (Some(false), _) => Consent::Refused { at: Some(tx.now()) },
        (Some(true), Consent::Refused { .. }) => Consent::Given { at: tx.now(), source: command.source.to_owned() },
        (None | Some(true), consent) => consent,
    };
    if user == before {
        return Ok(user);
    }
    (user.version, user.updated_at) = (user.version + 1, tx.now());
    store::update_profile(tx, &user).await?;
    outbox::record(tx, &UserEvent::Changed { user_id: user.id }).await?;
    audit::record(tx, &Entry::of("user.changed", user.id).before(&before.told()).after(&user.told()).hiding(&["name"])).await?;
    Ok(user)
}
