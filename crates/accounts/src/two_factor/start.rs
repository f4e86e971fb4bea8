//! Beginning a second factor.

use kernel::{Origin, UserId};
use platform::Context;

use super::error::TwoFactorError;
use super::model::{SharedSecret, Started};
use super::store;

/// Makes a secret for the user's authenticator; asked for nowhere until [`super::confirm`] proves that it arrived. Doing it
/// again makes another. `account` is what the authenticator shows beside the shop's name.
///
/// # Errors
/// `AlreadyOn` where one is in use.
pub async fn start(context: &Context, origin: &Origin, user: UserId, account: &str) -> Result<Started, TwoFactorError> {
    let secret = SharedSecret::generate();
    let started = secret.started(&context.config.shop.name, account)?;
    let sealed = secret.seal(&context.secrets)?;
    let tx = context.begin(origin).await?;
    if !store::begin(&tx, user, sealed).await? {
        return Err(TwoFactorError::AlreadyOn);
    }
    tx.commit().await?;
    Ok(started)
}
