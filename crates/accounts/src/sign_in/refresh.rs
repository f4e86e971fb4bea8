//! Going on with a session.

use kernel::Origin;

use super::error::SignInError;
use super::signed_in::SignedIn;
use crate::Accounts;
use crate::sessions::{self, RefreshToken};
use crate::users;

/// Uses a refresh token: the session goes on with the next one and a new access token. See [`sessions::refresh`] for what
/// becomes of a token that is shown twice.
///
/// # Errors
/// `Refresh` without telling which of all reasons.
pub async fn refresh(accounts: &Accounts, origin: &Origin, token: &RefreshToken) -> Result<SignedIn, SignInError> {
    let opened = sessions::refresh(&accounts.context, origin, token).await?;
    let user = users::find(accounts.context.db.reader(), opened.session.user_id).await?.ok_or(SignInError::CredentialsInvalid)?;
    SignedIn::of(accounts, user, opened).await
}
