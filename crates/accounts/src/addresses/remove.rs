//! Taking an address out of a book.

use kernel::{AddressId, Origin, UserId};
use platform::Context;

use super::book::BookError;
use super::store;

/// Forgets an address of the user's own book; orders keep the copies that they have.
///
/// # Errors
/// `NotFound`, also for another's.
pub async fn remove(context: &Context, origin: &Origin, user: UserId, id: AddressId) -> Result<(), BookError> {
    let tx = context.begin(origin).await?;
    store::lock_book(&tx, user).await?;
    if !store::delete(&tx, user, id).await? {
        return Err(BookError::NotFound);
    }
    Ok(tx.commit().await?)
}
