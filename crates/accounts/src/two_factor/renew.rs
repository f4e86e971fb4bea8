//! New recovery codes.

use kernel::{Origin, UserId};
use platform::Context;
use platform::audit::{self, Entry};

use super::error::TwoFactorError;
use super::model::RecoveryCodes;
use super::{store, verify};

/// Makes new recovery codes; the old ones open nothing any more. A code shows that it is the user who asks.
///
/// # Errors
/// `NotSetUp`, `CodeInvalid`.
pub async fn renew_recovery_codes(context: &Context, origin: &Origin, user: UserId, code: &str) -> Result<RecoveryCodes, TwoFactorError> {
    let codes = RecoveryCodes::generate();
    let hashes = codes.hashes(&context.secrets, user)?;
    let tx = context.begin(origin).await?;
    verify::verify_in(&tx, &context.secrets, user, code).await?;
    store::replace_codes(&tx, user, hashes).await?;
    audit::record(&tx, &Entry::of("user.recovery_codes_renewed", user)).await?;
    tx.commit().await?;
    Ok(codes)
}
