//! Taking a code.

use kernel::UserId;
use platform::Secrets;
use platform::db::WriteTx;

use super::error::TwoFactorError;
use super::model::{SharedSecret, recovery_hash};
use super::store;

/// Takes a code of the authenticator or a recovery code, each once. Where no second factor is on, nothing is taken.
///
/// # Errors
/// `CodeInvalid` where it is neither, or was taken before; `NotSetUp` where none is on.
pub async fn verify_in(tx: &WriteTx, secrets: &Secrets, user: UserId, code: &str) -> Result<(), TwoFactorError> {
    let row = store::lock(tx, user).await?.filter(|row| row.confirmed_at.is_some()).ok_or(TwoFactorError::NotSetUp)?;
    if take_current(tx, secrets, user, (&row.sealed_secret, code)).await? {
        return Ok(());
    }
    if store::spend(tx, user, recovery_hash(secrets, user, code)?).await? { Ok(()) } else { Err(TwoFactorError::CodeInvalid) }
}

/// Takes a code of the authenticator; false where it is none, or was taken.
pub(super) async fn take_current(tx: &WriteTx, secrets: &Secrets, user: UserId, what: (&[u8], &str)) -> Result<bool, TwoFactorError> {
    let (sealed, code) = what;
    match SharedSecret::open(secrets, sealed)?.step_of(code.trim(), tx.now()) {
        Some(step) => Ok(store::take_step(tx, user, step).await?),
        None => Ok(false),
    }
}
