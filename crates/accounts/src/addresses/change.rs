//! Changing an address of a book.

use kernel::{AddressId, Origin, UserId};
use platform::Context;

use super::book::{BookError, Defaults, SavedAddress};
use super::model::Address;
use super::store;

/// What is to change; what is absent stays.
#[derive(Debug, Clone)]
pub struct ChangeAddress {
    /// Which one.
    pub id: AddressId,
    /// The version that was read, where the caller minds.
    pub version: Option<i64>,
    /// The whole new address.
    pub address: Option<Address>,
    /// Whether it is to be where things are sent by default.
    pub default_shipping: Option<bool>,
    /// Whether it is to be who is billed by default.
    pub default_billing: Option<bool>,
}

/// Changes an address of the user's own book.
///
/// # Errors
/// `NotFound`, also for another's; `VersionConflict`.
pub async fn change(context: &Context, origin: &Origin, user: UserId, command: ChangeAddress) -> Result<SavedAddress, BookError> {
    let tx = context.begin(origin).await?;
    store::lock_book(&tx, user).await?;
    let saved = store::find(&tx, user, command.id).await?.ok_or(BookError::NotFound)?;
    if command.version.is_some_and(|version| version != saved.version) {
        return Err(BookError::VersionConflict { current: saved.version });
    }
    let defaults = Defaults {
        shipping: command.default_shipping.unwrap_or(saved.defaults.shipping),
        billing: command.default_billing.unwrap_or(saved.defaults.billing),
    };
    let address = command.address.unwrap_or(saved.address);
    let changed = SavedAddress { address, defaults, version: saved.version + 1, updated_at: tx.now(), ..saved };
    store::clear_defaults(&tx, user, changed.id, defaults).await?;
    store::update(&tx, &changed).await?;
    tx.commit().await?;
    Ok(changed)
}
