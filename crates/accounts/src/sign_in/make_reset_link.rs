//! A link by which a password is chosen, for who reads no mail.

use kernel::{Origin, UserId};
use platform::audit::{self, Entry};
use platform::db::WriteTx;

use super::error::SignInError;
use super::letters::CHOOSE_PASSWORD;
use crate::Accounts;
use crate::one_time::{self, Issue, Purpose};
use crate::users::{self, User};

/// Makes a link by which somebody chooses another password within ten minutes, for who reads no mail: whoever answers for the machine
/// hands it on. Until it is used nothing changes.
///
/// # Errors
/// `NotFound` where there is nobody, nobody who may sign in, or nobody with an address.
pub async fn make_reset_link(accounts: &Accounts, origin: &Origin, user: UserId) -> Result<String, SignInError> {
    let tx = accounts.context.begin(origin).await?;
    let found = users::lock(&tx, user).await?.map(|found| found.user);
    let user = found.filter(|user| user.is_active() && user.email.is_some()).ok_or(SignInError::NotFound)?;
    let link = link_in(&tx, accounts, &user, Purpose::ResetPassword).await?;
    audit::record(&tx, &Entry::of("user.password_link_made", user.id)).await?;
    tx.commit().await?;
    Ok(link)
}

/// A link by which this person chooses a password; the token stands behind a `#`, so that no server logs it.
pub(super) async fn link_in(tx: &WriteTx, accounts: &Accounts, user: &User, purpose: Purpose) -> Result<String, SignInError> {
    let token = one_time::issue_in(tx, &Issue { purpose, user_id: Some(user.id), email: user.email.as_ref() }).await?;
    Ok(format!("{}{CHOOSE_PASSWORD}#token={}", accounts.context.config.server.base_url(), token.reveal()))
}
