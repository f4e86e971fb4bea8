//! Proving that the secret arrived.

use kernel::{Origin, SessionId, UserId};
use platform::Context;
use platform::audit::{self, Entry};

use super::error::TwoFactorError;
use super::model::RecoveryCodes;
use super::{store, verify};
use crate::sessions;

/// Turns the second factor on, once a code shows that the authenticator has the secret; answers the recovery codes. The
/// session in which it is shown counts as one that passed it.
///
/// # Errors
/// `NotSetUp` where none was begun, `AlreadyOn`, `CodeInvalid`.
pub async fn confirm(
    context: &Context,
    origin: &Origin,
    (user, session): (UserId, SessionId),
    code: &str,
) -> Result<RecoveryCodes, TwoFactorError> {
    let codes = RecoveryCodes::generate();
    let hashes = codes.hashes(&context.secrets, user)?;
    let tx = context.begin(origin).await?;
    let begun = store::lock(&tx, user).await?.ok_or(TwoFactorError::NotSetUp)?;
    if begun.confirmed_at.is_some() {
        return Err(TwoFactorError::AlreadyOn);
    }
    if !verify::take_current(&tx, &context.secrets, user, (&begun.sealed_secret, code)).await? {
        return Err(TwoFactorError::CodeInvalid);
    }
    store::confirm(&tx, user).await?;
    store::replace_codes(&tx, user, hashes).await?;
    sessions::pass_two_factor_in(&tx, session, user).await?;
    audit::record(&tx, &Entry::of("user.two_factor_turned_on", user)).await?;
    tx.commit().await?;
    Ok(codes)
}
