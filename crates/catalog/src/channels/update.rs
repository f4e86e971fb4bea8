//! Changing a channel.

use kernel::{ChannelId, DomainError, ErrorKind, Origin};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::{audit, outbox};

use super::events::ChannelEvent;
use super::model::{Channel, ChannelChanges};
use super::store;
use crate::price_lists::{self, PriceListChanges, UpdatePriceList, UpdatePriceListError};

/// Which channel, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct UpdateChannel {
    /// Which one.
    pub id: ChannelId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub changes: ChannelChanges,
}

/// Why a channel stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum UpdateChannelError {
    /// There is none of this id.
    #[error("no such channel")]
    NotFound,
    /// Somebody changed it since.
    #[error("the channel was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// There are prices, carts or orders in its currency.
    #[error("the currency stays: there are prices, carts or orders in it")]
    CurrencyInUse,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for UpdateChannelError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "channel_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::CurrencyInUse => "currency_in_use",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::CurrencyInUse => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::CurrencyInUse | Self::Database(_) => None,
        }
    }
}

impl From<UpdatePriceListError> for UpdateChannelError {
    fn from(error: UpdatePriceListError) -> Self {
        match error {
            UpdatePriceListError::NotFound
            | UpdatePriceListError::ChannelsOwn
            | UpdatePriceListError::Busy
            | UpdatePriceListError::Input(_) => Self::Database(DatabaseError::corrupt("channels.price_list_id")),
            UpdatePriceListError::VersionConflict { current } => Self::VersionConflict { current },
            UpdatePriceListError::CurrencyInUse => Self::CurrencyInUse,
            UpdatePriceListError::Database(error) => Self::Database(error),
        }
    }
}

/// Changes a channel and records `channel.updated`. Another currency is given to its price list, too, for a channel sells
/// in the currency of its list.
///
/// # Errors
/// `UpdateChannelError` names what is wrong; nothing is changed then.
pub async fn update(context: &Context, origin: &Origin, command: UpdateChannel) -> Result<Channel, UpdateChannelError> {
    let tx = context.begin(origin).await?;
    let channel = update_in(&tx, command).await?;
    tx.commit().await?;
    Ok(channel)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `UpdateChannelError` names what is wrong.
pub async fn update_in(tx: &WriteTx, command: UpdateChannel) -> Result<Channel, UpdateChannelError> {
    let before = store::find(tx, command.id).await?.ok_or(UpdateChannelError::NotFound)?;
    if before.version != command.version {
        return Err(UpdateChannelError::VersionConflict { current: before.version });
    }
    // The list is locked before the channel: a change of the list locks both in this order.
    if let Some(currency) = command.changes.currency.filter(|currency| *currency != before.currency) {
        let list = price_lists::find(tx, before.price_list_id).await?.ok_or(UpdatePriceListError::NotFound)?;
        let changes = PriceListChanges::to_currency(currency);
        price_lists::update_in(tx, UpdatePriceList { id: list.id, version: list.version, changes }).await?;
    }
    let id = before.id;
    let entry = audit::Entry::of("channel.updated", before.id).before(&before);
    let channel = command.changes.apply(before, tx.now());
    if !store::update(tx, &channel).await? {
        let current = store::find(tx, id).await?.ok_or(UpdateChannelError::NotFound)?.version;
        return Err(UpdateChannelError::VersionConflict { current });
    }
    outbox::record(tx, &ChannelEvent::updated(&channel)).await?;
    audit::record(tx, &entry.after(&channel)).await?;
    Ok(channel)
}
