//! Moving to another address.

use kernel::{Email, FieldErrors, Origin, SessionId, UserId};
use platform::audit::{self, Entry};
use secrecy::SecretString;
use serde_json::json;

use super::error::SignInError;
use super::jobs::{LetterKind, write_letter_in, write_to_pending_in};
use super::prove::prove;
use crate::Accounts;
use crate::sessions::{self, RevokedBecause};
use crate::users::{self, Login, TakenError};

/// Who wants which address.
#[derive(Debug, Clone)]
pub struct ChangeEmail {
    /// Whose.
    pub user_id: UserId,
    /// The session in which it is asked for: the one that goes on.
    pub session_id: Option<SessionId>,
    /// The password.
    pub password: SecretString,
    /// The new address.
    pub email: String,
}

/// Asks the new address for a proof that its mail is read; until then the account keeps the old one, which is told. Other sessions
/// end at once: whoever changes the address may do so because somebody else is in.
///
/// # Errors
/// `PasswordWrong`, `Throttled`, `Invalid` for what is no address, `Taken` where somebody has it.
pub async fn change_email(accounts: &Accounts, origin: &Origin, command: ChangeEmail) -> Result<(), SignInError> {
    let email = Email::parse(&command.email).map_err(|error| FieldErrors::of("email", error))?;
    let proven = prove(accounts, origin, command.user_id, &command.password).await?;
    let tx = accounts.context.begin(origin).await?;
    let user = proven.lock_in(&tx).await?;
    let owner = users::find_by_login(&tx, &Login::Email(email.clone())).await?;
    if owner.is_some_and(|owner| owner.user.id != user.id) {
        return Err(TakenError::Email.into());
    }
    users::propose_email(&tx, user.id, &email).await?;
    sessions::revoke_all_in(&tx, user.id, command.session_id, RevokedBecause::CredentialsChanged).await?;
    let (before, after) = (json!({ "email": user.email }), json!({ "email": email }));
    audit::record(&tx, &Entry::of("user.email_change_asked", user.id).before(&before).after(&after)).await?;
    write_to_pending_in(&accounts.context, &tx, user.id, &email).await?;
    write_letter_in(&tx, Some(user.id), LetterKind::EmailChanging).await?;
    Ok(tx.commit().await?)
}
