//! Giving a second factor up.

use kernel::{Origin, UserId};
use platform::Context;
use platform::audit::{self, Entry};
use platform::db::WriteTx;

use super::error::TwoFactorError;
use super::{store, verify};

/// Turns the user's own second factor off; a code shows that it is the user who asks.
///
/// # Errors
/// `NotSetUp`, `CodeInvalid`.
pub async fn turn_off(context: &Context, origin: &Origin, user: UserId, code: &str) -> Result<(), TwoFactorError> {
    let tx = context.begin(origin).await?;
    verify::verify_in(&tx, &context.secrets, user, code).await?;
    forget(&tx, user).await?;
    Ok(tx.commit().await?)
}

/// Turns somebody's second factor off, who lost authenticator and recovery codes: by staff, or at the command line.
///
/// # Errors
/// `NotSetUp`.
pub async fn turn_off_by_staff(context: &Context, origin: &Origin, user: UserId) -> Result<(), TwoFactorError> {
    let tx = context.begin(origin).await?;
    forget(&tx, user).await?;
    Ok(tx.commit().await?)
}

async fn forget(tx: &WriteTx, user: UserId) -> Result<(), TwoFactorError> {
    if !store::delete(tx, user).await? {
        return Err(TwoFactorError::NotSetUp);
    }
    Ok(audit::record(tx, &Entry::of("user.two_factor_turned_off", user)).await?)
}
