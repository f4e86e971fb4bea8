//! Asking for the second factor at the door, whatever was shown first.

use kernel::{Origin, UserId};
use platform::audit::{self, Entry};
use platform::db::WriteTx;
use secrecy::{ExposeSecret as _, SecretString};

use super::error::SignInError;
use crate::Accounts;
use crate::sessions::{self, Opened};
use crate::throttle::{self, Attempt, Door, Who};
use crate::two_factor::{self, TwoFactorError};

/// A code that somebody shows.
pub(super) struct SecondFactor<'a> {
    user: UserId,
    code: &'a SecretString,
    attempt: Attempt,
}

/// What somebody shows whose account has a second factor; nothing is asked of the others. No transaction of the caller is open.
///
/// # Errors
/// `CodeRequired` where it is absent; `Throttled` after too many that were wrong.
pub(super) async fn begin<'a>(
    accounts: &Accounts,
    origin: &Origin,
    user: UserId,
    code: Option<&'a SecretString>,
) -> Result<Option<SecondFactor<'a>>, SignInError> {
    if two_factor::state(accounts.context.db.reader(), user).await?.on_since.is_none() {
        return Ok(None);
    }
    let code = code.ok_or(SignInError::CodeRequired)?;
    let attempt = throttle::begin(&accounts.context, origin, Door::SecondFactor, Who::Known(user)).await?;
    Ok(Some(SecondFactor { user, code, attempt }))
}

impl SecondFactor<'_> {
    /// Takes the code, and notes in the session that it was shown.
    ///
    /// # Errors
    /// `TwoFactor` for a wrong code.
    pub(super) async fn pass_in(self, accounts: &Accounts, tx: &WriteTx, opened: &mut Opened) -> Result<(), SignInError> {
        match two_factor::verify_in(tx, &accounts.context.secrets, self.user, self.code.expose_secret()).await {
            Ok(()) => self.attempt.succeeded_in(tx).await?,
            // It was turned off meanwhile.
            Err(TwoFactorError::NotSetUp) => return Err(SignInError::CredentialsInvalid),
            Err(error) => return Err(error.into()),
        }
        let passed = sessions::pass_two_factor_in(tx, opened.session.id, self.user).await;
        passed.map_err(|_| SignInError::CredentialsInvalid)?;
        opened.session.two_factor_at = Some(tx.now());
        Ok(())
    }
}

/// Records that somebody with a wrong code was kept out. The transaction of the attempt is over by then.
pub(super) async fn refuse<T>(accounts: &Accounts, origin: &Origin, user: UserId, error: SignInError) -> Result<T, SignInError> {
    let tx = accounts.context.begin(origin).await?;
    audit::record_refusal(&tx, &Entry::of("user.logged_in", user)).await?;
    tx.commit().await?;
    Err(error)
}
