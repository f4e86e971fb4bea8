//! Choosing another password.

use kernel::{Origin, SessionId, UserId};
use platform::audit::{self, Entry};
use platform::outbox;
use secrecy::SecretString;

use super::error::SignInError;
use super::jobs::{LetterKind, write_letter_in};
use super::prove::prove;
use super::signed_in::new_password;
use crate::Accounts;
use crate::sessions::{self, RevokedBecause};
use crate::users::{self, UserEvent};

/// Who wants which password.
#[derive(Debug, Clone)]
pub struct ChangePassword {
    /// Whose.
    pub user_id: UserId,
    /// The session in which it is changed: the one that goes on.
    pub session_id: Option<SessionId>,
    /// The password so far.
    pub current: SecretString,
    /// The password from now on.
    pub new: SecretString,
}

/// Gives an account another password and ends its other sessions; a letter tells its owner.
///
/// # Errors
/// `PasswordWrong`, `Throttled`, or `Invalid` for a password that is refused.
pub async fn change_password(accounts: &Accounts, origin: &Origin, command: ChangePassword) -> Result<(), SignInError> {
    let proven = prove(accounts, origin, command.user_id, &command.current).await?;
    let known = (proven.user().email.as_ref(), proven.user().username.as_ref());
    let password = new_password(accounts, "new_password", &command.new, known)?;
    let hash = accounts.passwords.hash(&password).await?;
    let tx = accounts.context.begin(origin).await?;
    let user = proven.lock_in(&tx).await?;
    users::keep_password(&tx, user.id, &hash, true).await?;
    sessions::revoke_all_in(&tx, user.id, command.session_id, RevokedBecause::CredentialsChanged).await?;
    outbox::record(&tx, &UserEvent::PasswordChanged { user_id: user.id }).await?;
    audit::record(&tx, &Entry::of("user.password_changed", user.id)).await?;
    write_letter_in(&tx, Some(user.id), LetterKind::PasswordChanged).await?;
    Ok(tx.commit().await?)
}
