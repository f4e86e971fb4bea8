//! Choosing a new password by the link of a letter.

use kernel::Origin;
use platform::audit::{self, Entry};
use platform::outbox;
use secrecy::SecretString;

use super::error::SignInError;
use super::jobs::{LetterKind, write_letter_in};
use super::signed_in::new_password;
use super::verify_email::prove_email_in;
use crate::Accounts;
use crate::one_time::{self, Purpose, SpendError};
use crate::sessions::{self, RevokedBecause};
use crate::throttle::{self, Door, Who};
use crate::users::{self, User, UserEvent};

/// What a password is chosen by.
const CHOOSING: [Purpose; 2] = [Purpose::ResetPassword, Purpose::Invitation];

/// The link's token, and the password from now on.
#[derive(Debug, Clone)]
pub struct ResetPassword {
    /// What stands in the link.
    pub token: SecretString,
    /// The password.
    pub password: SecretString,
}

/// Gives the account that the link was made for another password and ends all its sessions. Nobody is signed in by it, for a second
/// factor is still to be shown. A password that is refused leaves the link good; of two who use it at once one gets through.
///
/// # Errors
/// `Link` for a link that opens nothing, `Invalid` for a password that is refused.
pub async fn reset_password(accounts: &Accounts, origin: &Origin, command: ResetPassword) -> Result<(), SignInError> {
    use secrecy::ExposeSecret as _;
    let (context, token) = (&accounts.context, command.token.expose_secret());
    let about = one_time::peek(context.db.reader(), token, &CHOOSING, context.now()).await?;
    let id = about.user_id.ok_or(SpendError::Invalid)?;
    let user = users::find(context.db.reader(), id).await?.filter(User::is_active).ok_or(SpendError::Invalid)?;
    let password = new_password(accounts, "password", &command.password, (user.email.as_ref(), user.username.as_ref()))?;
    let hash = accounts.passwords.hash(&password).await?;
    let tx = context.begin(origin).await?;
    let spent = one_time::spend_in(&tx, token, &CHOOSING).await?;
    let user = users::lock(&tx, id).await?.map(|found| found.user).filter(User::is_active).ok_or(SpendError::Invalid)?;
    // A letter to an address that the account has left opens it no more.
    if spent.email.is_none() || spent.email != user.email {
        return Err(SpendError::Invalid.into());
    }
    for purpose in CHOOSING {
        one_time::end_in(&tx, id, purpose).await?;
    }
    users::keep_password(&tx, id, &hash, true).await?;
    outbox::record(&tx, &UserEvent::PasswordChanged { user_id: id }).await?;
    prove_email_in(&tx, &user).await?;
    sessions::revoke_all_in(&tx, id, None, RevokedBecause::CredentialsChanged).await?;
    for login in user.logins() {
        throttle::clear_in(&tx, context, Door::Password, Who::Typed(&login.key(), Some(id))).await?;
    }
    audit::record(&tx, &Entry::of("user.password_reset", id)).await?;
    write_letter_in(&tx, Some(id), LetterKind::PasswordChanged).await?;
    Ok(tx.commit().await?)
}
