//! Writing an address into a book.

use kernel::{AddressId, Origin, UserId};
use platform::Context;

use super::book::{BookError, Defaults, MOST, SavedAddress};
use super::model::Address;
use super::store;

/// What is to be written.
#[derive(Debug, Clone)]
pub struct AddAddress {
    /// The address.
    pub address: Address,
    /// What it is to be the first choice for.
    pub defaults: Defaults,
}

/// Writes an address into the user's book. The first one becomes the default for everything.
///
/// # Errors
/// `Full` beyond a hundred addresses.
pub async fn add(context: &Context, origin: &Origin, user: UserId, command: AddAddress) -> Result<SavedAddress, BookError> {
    let tx = context.begin(origin).await?;
    store::lock_book(&tx, user).await?;
    let count = store::count(&tx, user).await?;
    if count >= MOST {
        return Err(BookError::Full);
    }
    let defaults = if count == 0 { Defaults { shipping: true, billing: true } } else { command.defaults };
    let (id, now) = (AddressId::generate(), tx.now());
    let saved = SavedAddress { id, user_id: user, address: command.address, defaults, version: 1, created_at: now, updated_at: now };
    store::clear_defaults(&tx, user, id, defaults).await?;
    store::insert(&tx, &saved).await?;
    tx.commit().await?;
    Ok(saved)
}
