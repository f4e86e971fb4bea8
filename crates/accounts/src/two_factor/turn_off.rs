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
    forget_in(&tx, user).await?;
    Ok(tx.commit().await?)
}

/// Turns somebody's second factor off without a code, inside a transaction of the caller: for who lost authenticator and recovery
/// codes. Whether whoever asks may do so is for the caller to see.
///
/// # Errors
/// `NotSetUp`.
pub async fn forget_in(tx: &WriteTx, user: UserId) -> Result<(), TwoFactorError> {
    if !store::delete(tx, user).await? {
        return Err(TwoFactorError::NotSetUp);
    }
    Ok(audit::record(tx, &Entry::of("user.two_factor_turned_off", user)).await?)
}
