//! The shop's key pair: made when it is first needed, and sealed in the database.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::Origin;
use platform::Context;
use platform::db::{self, ConnectionTrait, DatabaseError};

use super::error::PushError;
use super::store::{self, KeyRow};
use super::vapid::VapidKey;

/// What private keys are sealed for.
const SEAL: &str = "push_key";

/// What browsers subscribe with (`applicationServerKey`), as base64url. The first who asks has it made.
///
/// # Errors
/// `PushError` where it cannot be made, sealed or kept.
pub async fn public_key(context: &Context) -> Result<String, PushError> {
    Ok(URL_SAFE_NO_PAD.encode(current(context).await?.public()))
}

/// The newest key that can be opened here. One that was sealed with a master key that is lost is of no use to anybody, and is not in the way.
pub(super) async fn current(context: &Context) -> Result<VapidKey, PushError> {
    if let Some(key) = newest(context, context.db.reader()).await? {
        return Ok(key);
    }
    let tx = context.begin(&Origin::system()).await?;
    db::lock_name(&tx, "push key").await?;
    if let Some(key) = newest(context, &tx).await? {
        return Ok(key);
    }
    let key = VapidKey::generate().ok_or(PushError::Key(None))?;
    let sealed = context.secrets.seal(SEAL, &key.to_bytes().ok_or(PushError::Key(None))?)?;
    store::insert_key(&tx, key.public(), sealed).await?;
    tx.commit().await?;
    Ok(key)
}

async fn newest(context: &Context, db: &impl ConnectionTrait) -> Result<Option<VapidKey>, DatabaseError> {
    let rows = store::keys(db).await?;
    Ok(rows.iter().find_map(|row| open(context, row)))
}

/// The key of this public half; `None` where it cannot be opened.
pub(super) async fn find(context: &Context, public: &[u8]) -> Result<Option<VapidKey>, DatabaseError> {
    let row = store::key(context.db.reader(), public).await?;
    Ok(row.and_then(|row| open(context, &row)))
}

fn open(context: &Context, row: &KeyRow) -> Option<VapidKey> {
    context.secrets.open(SEAL, &row.sealed_private_key).ok().and_then(|bytes| VapidKey::from_bytes(&bytes))
}
