//! Telling whose a token is.

use platform::Context;
use platform::db::DatabaseError;

use super::model::{ApiKey, Token};
use super::store;

/// The live key of this bearer token; nothing for a token that is unknown, expired, replaced or revoked, without telling
/// which. Its `expires_at` is the end of this very token, which after a rotation comes before the key's own.
/// The look-up is by hash, so that its time says nothing about the token.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn authenticate(context: &Context, bearer: &str) -> Result<Option<ApiKey>, DatabaseError> {
    let Some(token) = Token::parse(bearer) else { return Ok(None) };
    let key = store::find_by_hash(context.db.reader(), token.hash()).await?;
    Ok(key.filter(|key| key.is_live(context.now())))
}
