//! Asking for a letter that lets one choose a new password.

use kernel::Origin;

use super::error::SignInError;
use super::jobs::{LetterKind, write_letter_in};
use crate::Accounts;
use crate::throttle::{self, Door, Who};
use crate::users::{self, Login};

/// Has a letter sent to the address of the account, where there is one that can be signed in to. Whether there is makes no difference
/// to the caller: the same statements are sent, and for nobody a job is made that finds nothing to do.
///
/// # Errors
/// `Throttled` for whoever wants too many letters, by what was typed and from where.
pub async fn forgot_password(accounts: &Accounts, origin: &Origin, login: &Login) -> Result<(), SignInError> {
    let found = users::find_by_login(accounts.context.db.reader(), login).await?;
    let who = Who::Typed(&login.key(), found.as_ref().map(|found| found.user.id));
    // It never succeeds: each letter counts.
    let attempt = throttle::begin(&accounts.context, origin, Door::Letter, who).await?;
    let reader = found.map(|found| found.user).filter(|user| user.is_active() && !attempt.is_barred());
    let tx = accounts.context.begin(origin).await?;
    write_letter_in(&tx, reader.map(|user| user.id), LetterKind::ResetPassword).await?;
    Ok(tx.commit().await?)
}
