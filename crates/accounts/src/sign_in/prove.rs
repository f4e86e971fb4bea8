//! Showing the password again, before something changes that a stolen session must not change.

use kernel::{Origin, UserId};
use platform::audit::{self, Entry};
use platform::db::WriteTx;
use secrecy::SecretString;

use super::error::SignInError;
use super::log_in::is_same;
use crate::Accounts;
use crate::passwords::Verdict;
use crate::throttle::{self, Attempt, Door, Who};
use crate::users::{self, User, WithPassword};

/// Somebody who has just shown their password.
#[derive(Debug)]
#[must_use = "it says nothing until it is held against the row"]
pub struct Proven {
    found: WithPassword,
    attempt: Attempt,
}

/// Holds a password against that of an account that is signed in to. Failures slow down as at the front door.
///
/// # Errors
/// `PasswordWrong`, also where the account has none; `Throttled` after too many failures.
pub async fn prove(accounts: &Accounts, origin: &Origin, user: UserId, password: &SecretString) -> Result<Proven, SignInError> {
    let context = &accounts.context;
    let attempt = throttle::begin(context, origin, Door::Password, Who::Known(user)).await?;
    let found = users::find_with_password(context.db.reader(), user).await?.filter(|found| found.user.is_active());
    let hash = found.as_ref().and_then(|found| found.password_hash.as_ref());
    let verdict = accounts.passwords.verify(hash, password).await?;
    match found.filter(|_| verdict != Verdict::Wrong) {
        Some(found) => Ok(Proven { found, attempt }),
        None => {
            let tx = context.begin(origin).await?;
            audit::record_refusal(&tx, &Entry::of("user.password_shown", user)).await?;
            tx.commit().await?;
            Err(SignInError::PasswordWrong)
        }
    }
}

impl Proven {
    /// Who it was when the password was shown.
    #[must_use]
    pub const fn user(&self) -> &User {
        &self.found.user
    }

    /// Holds the row until the transaction ends, and answers the person as it is now.
    ///
    /// # Errors
    /// `PasswordWrong` where the password was changed, or the account was closed, since it was shown.
    pub async fn lock_in(self, tx: &WriteTx) -> Result<User, SignInError> {
        let now = users::lock(tx, self.found.user.id).await?;
        let now = now.filter(|now| now.user.is_active() && is_same(now, &self.found)).ok_or(SignInError::PasswordWrong)?;
        self.attempt.succeeded_in(tx).await?;
        Ok(now.user)
    }
}
