//! Showing that the mail of an address is read.

use kernel::{Origin, UserId};
use platform::audit::{self, Entry};
use platform::db::WriteTx;
use platform::outbox;

use super::error::SignInError;
use super::jobs::{LetterKind, announce_verified_in, write_letter_in, write_to_pending_in};
use crate::Accounts;
use crate::one_time::{self, Purpose, SpendError};
use crate::throttle::{self, Door, Who};
use crate::users::{self, User, UserEvent};

/// Spends the link of a letter: the address that it was sent to is proven, and becomes the account's where that was asked for.
///
/// # Errors
/// `Link` for a link that opens nothing, also one to an address that the account has left; `Taken` where somebody else has the address
/// by now.
pub async fn verify_email(accounts: &Accounts, origin: &Origin, token: &str) -> Result<User, SignInError> {
    let tx = accounts.context.begin(origin).await?;
    let spent = one_time::spend_in(&tx, token, &[Purpose::VerifyEmail, Purpose::ChangeEmail]).await?;
    let (Some(id), Some(email)) = (spent.user_id, spent.email) else { return Err(SpendError::Invalid.into()) };
    let before = users::lock(&tx, id).await?.map(|found| found.user).filter(User::is_active).ok_or(SpendError::Invalid)?;
    let wanted = if spent.purpose == Purpose::ChangeEmail { &before.pending_email } else { &before.email };
    if wanted.as_ref() != Some(&email) {
        return Err(SpendError::Invalid.into());
    }
    let user = if spent.purpose == Purpose::ChangeEmail {
        let user = users::keep_email(&tx, &before, &email).await?;
        outbox::record(&tx, &UserEvent::EmailChanged { user_id: id }).await?;
        announce_verified_in(&tx, id).await?;
        user
    } else {
        prove_email_in(&tx, &before).await?
    };
    audit::record(&tx, &Entry::of("user.email_verified", id).before(&before.told()).after(&user.told()).hiding(&["name"])).await?;
    tx.commit().await?;
    Ok(user)
}

/// Notes, once, that the mail of the account's own address is read; the caller holds the row.
pub(super) async fn prove_email_in(tx: &WriteTx, user: &User) -> Result<User, SignInError> {
    if user.email_verified_at.is_some() {
        return Ok(user.clone());
    }
    users::verify_email(tx, user.id).await?;
    outbox::record(tx, &UserEvent::EmailVerified { user_id: user.id }).await?;
    announce_verified_in(tx, user.id).await?;
    Ok(User { email_verified_at: Some(tx.now()), updated_at: tx.now(), version: user.version + 1, ..user.clone() })
}

/// Sends the letter with the link again, unless it did its work.
///
/// # Errors
/// `NotFound` where there is no such account; `Throttled` for whoever wants too many letters.
pub async fn resend_verification(accounts: &Accounts, origin: &Origin, user: UserId) -> Result<(), SignInError> {
    // It never succeeds: each letter counts.
    let _ = throttle::begin(&accounts.context, origin, Door::Letter, Who::Known(user)).await?;
    let tx = accounts.context.begin(origin).await?;
    let found = users::find(&tx, user).await?.filter(User::is_active).ok_or(SignInError::NotFound)?;
    if found.email_verified_at.is_none() {
        write_letter_in(&tx, Some(user), LetterKind::VerifyEmail).await?;
    }
    if let Some(pending) = &found.pending_email {
        write_to_pending_in(&accounts.context, &tx, user, pending).await?;
    }
    Ok(tx.commit().await?)
}
