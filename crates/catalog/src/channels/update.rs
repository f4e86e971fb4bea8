//! Changing a channel.

use kernel::{ChannelId, DomainError, ErrorKind, Origin};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::outbox;

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
            UpdatePriceListError::NotFound => Self::Database(DatabaseError::corrupt("channels.price_list_id")),
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
    let channel = command.changes.apply(before, tx.now());
    if !store::update(tx, &channel).await? {
        let current = store::find(tx, id).await?.ok_or(UpdateChannelError::NotFound)?.version;
        return Err(UpdateChannelError::VersionConflict { current });
    }
    outbox::record(tx, &ChannelEvent::updated(&channel)).await?;
    Ok(channel)
}

#[cfg(test)]
mod tests {
    use kernel::Currency;

    use super::*;
    use crate::channels::{ChannelInput, TaxDisplay, find_default};
    use crate::test_support::shop;

    fn changes(input: ChannelInput) -> ChannelChanges {
        ChannelChanges::parse(input).expect("read")
    }

    fn to_euro() -> ChannelChanges {
        changes(ChannelInput { currency: Some("EUR".to_owned()), ..ChannelInput::default() })
    }

    async fn default_list(context: &Context) -> price_lists::PriceList {
        price_lists::find_by_code(context.db.reader(), "default").await.expect("read").expect("there")
    }

    #[tokio::test]
    async fn the_first_start_can_be_repeated_and_changes_nothing() {
        let context = shop().await;
        let (origin, channel) = (Origin::system(), find_default(context.db.reader()).await.expect("read"));
        let name = changes(ChannelInput { name: Some("Mugs".to_owned()), ..ChannelInput::default() });
        let renamed = update(&context, &origin, UpdateChannel { id: channel.id, version: 1, changes: name }).await.expect("updated");
        let tx = context.begin(&origin).await.expect("begun");
        crate::first_start(&tx, &context.config.shop).await.expect("started");
        tx.commit().await.expect("committed");
        assert_eq!(crate::channels::list(context.db.reader()).await.expect("read"), [renamed]);
        assert_eq!(price_lists::list(context.db.reader()).await.expect("read"), [default_list(&context).await]);
    }

    #[tokio::test]
    async fn absent_fields_stay_and_a_stale_version_is_refused() {
        let context = shop().await;
        let (origin, channel) = (Origin::system(), find_default(context.db.reader()).await.expect("read"));
        let input =
            ChannelInput { countries: Some(vec!["DE".to_owned()]), tax_display: Some("included".to_owned()), ..ChannelInput::default() };
        let command = UpdateChannel { id: channel.id, version: channel.version, changes: changes(input) };
        let updated = update(&context, &origin, command.clone()).await.expect("updated");
        assert_eq!((updated.version, &updated.name, updated.tax_display), (2, &channel.name, TaxDisplay::Included));
        assert_eq!(find_default(context.db.reader()).await.expect("read"), updated);
        let stale = update(&context, &origin, command).await.expect_err("stale");
        assert_eq!((stale.code(), stale.context().as_deref()), ("version_conflict", Some(r#"{"current_version":2}"#)));
    }

    #[tokio::test]
    async fn a_channel_and_its_price_list_change_their_currency_together_until_a_cart_holds_amounts() {
        let context = shop().await;
        let (origin, channel) = (Origin::system(), find_default(context.db.reader()).await.expect("read"));
        let command = UpdateChannel { id: channel.id, version: 1, changes: to_euro() };
        let channel = update(&context, &origin, command).await.expect("updated");
        assert_eq!((channel.currency, default_list(&context).await.currency), (Currency::EUR, Currency::EUR));

        let back = UpdatePriceList { id: channel.price_list_id, version: 2, changes: PriceListChanges::to_currency(Currency::USD) };
        price_lists::update(&context, &origin, back.clone()).await.expect("updated");
        assert_eq!(find_default(context.db.reader()).await.expect("read").currency, Currency::USD);

        let tx = context.begin(&origin).await.expect("begun");
        assert!(!price_lists::fix_currency(&tx, channel.price_list_id, Currency::EUR).await.expect("asked"));
        assert!(price_lists::fix_currency(&tx, channel.price_list_id, Currency::USD).await.expect("asked"));
        assert!(price_lists::fix_currency(&tx, channel.price_list_id, Currency::USD).await.expect("asked"));
        tx.commit().await.expect("committed");
        let refused = update(&context, &origin, UpdateChannel { id: channel.id, version: 2, changes: to_euro() }).await;
        assert_eq!(refused.expect_err("refused").code(), "currency_in_use");
        let list = UpdatePriceList { version: 3, changes: PriceListChanges::to_currency(Currency::EUR), ..back };
        assert_eq!(price_lists::update(&context, &origin, list).await.expect_err("refused").code(), "currency_in_use");
    }
}
