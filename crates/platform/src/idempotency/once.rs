//! The frame of a command under a key.

use kernel::Origin;

use super::model::{Answer, Claim, IdempotencyError, Key, Keyed};
use super::store;
use crate::Context;
use crate::db::{DatabaseError, WriteTx};

/// Does something once, however often it is asked for under this key: claims the key, does it, keeps its answer and commits, all in one
/// transaction. Whoever asks again gets the answer that was kept; a refusal gives the key back with all that was done.
///
/// # Errors
/// What `act` refuses, and `IdempotencyError` where the key stood for another request or its first one is still at work.
pub async fn once<E>(
    context: &Context,
    origin: &Origin,
    key: &Key,
    act: impl AsyncFnOnce(&WriteTx) -> Result<Answer, E>,
) -> Result<Keyed, E>
where
    E: From<IdempotencyError> + From<DatabaseError>,
{
    let tx = context.begin(origin).await?;
    let keyed = match store::claim(&tx, key).await? {
        Claim::New => {
            let answer = act(&tx).await?;
            store::finish(&tx, key, &answer).await?;
            Keyed::New(answer)
        }
        Claim::InProgress(_) => return Err(IdempotencyError::InUse.into()),
        Claim::Done(answer) => Keyed::Replayed(answer),
    };
    tx.commit().await?;
    Ok(keyed)
}
