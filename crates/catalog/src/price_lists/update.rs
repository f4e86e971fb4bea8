//! Changing a price list.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors, Origin, PriceListId};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::{audit, outbox};

use super::derive::{self, DeriveError};
use super::events::PriceListEvent;
use super::input::PriceListChanges;
use super::model::PriceList;
use super::store;
use crate::exchange_rates;

/// Which list, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct UpdatePriceList {
    /// Which one.
    pub id: PriceListId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub changes: PriceListChanges,
}

/// Why a price list stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum UpdatePriceListError {
    /// There is none of this id.
    #[error("no such price list")]
    NotFound,
    /// Somebody changed it since.
    #[error("the price list was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// It has prices, carts hold amounts of it, or another list derives from it.
    #[error("the currency stays: there are prices, carts or orders in it, or prices of another list derive from it")]
    CurrencyInUse,
    /// A channel sells by it.
    #[error("a channel sells by this list: it is for everybody, always")]
    ChannelsOwn,
    /// Prices that were derived are still being made its own.
    #[error("prices of this list that were derived are being made its own; wait for it")]
    Busy,
    /// What is asked for does not go together with what stays.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for UpdatePriceListError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "price_list_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::CurrencyInUse => "currency_in_use",
            Self::ChannelsOwn => "price_list_of_channel",
            Self::Busy => "price_list_busy",
            Self::Input(errors) => errors.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::CurrencyInUse | Self::ChannelsOwn | Self::Busy => ErrorKind::Conflict,
            Self::Input(errors) => errors.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            _ => None,
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Input(errors) => errors.details(),
            _ => BTreeMap::new(),
        }
    }
}

impl From<DeriveError> for UpdatePriceListError {
    fn from(error: DeriveError) -> Self {
        match error {
            DeriveError::Invalid(errors) => Self::Input(errors),
            DeriveError::Database(error) => Self::Database(error),
        }
    }
}

/// Changes a price list and records `price_list.updated`.
///
/// # Errors
/// `UpdatePriceListError` names what is wrong; nothing is changed then.
pub async fn update(context: &Context, origin: &Origin, command: UpdatePriceList) -> Result<PriceList, UpdatePriceListError> {
    let tx = context.begin(origin).await?;
    let list = update_in(&tx, command).await?;
    tx.commit().await?;
    Ok(list)
}

/// The same inside a transaction of the caller. The list's row is locked: a price or the first cart that comes meanwhile
/// waits, because both refer to it.
///
/// # Errors
/// `UpdatePriceListError` names what is wrong.
pub async fn update_in(tx: &WriteTx, command: UpdatePriceList) -> Result<PriceList, UpdatePriceListError> {
    let wish = command.changes.derives_from;
    if wish.is_some() {
        exchange_rates::lock(tx).await?;
        store::hold_all(tx).await?;
    }
    let before = store::lock(tx, command.id).await?.ok_or(UpdatePriceListError::NotFound)?;
    if before.version != command.version {
        return Err(UpdatePriceListError::VersionConflict { current: before.version });
    }
    let entry = audit::Entry::of("price_list.updated", before.id).before(&before);
    let mut list = command.changes.apply(before.clone(), tx.now())?;
    refuse_other_amounts(tx, &before, &list).await?;
    if let Some(wish) = wish {
        list.derivation = match wish {
            Some(wish) => Some(derive::resolve(tx, &list, wish).await?),
            None => None,
        };
    }
    if list.terms != before.terms {
        if store::is_a_channels_own(tx, list.id).await? {
            return Err(UpdatePriceListError::ChannelsOwn);
        }
        if before.terms.active {
            store::remember_prices(tx, &before).await?;
        }
    }
    store::update(tx, &list).await?;
    derive_anew(tx, &before, &list).await?;
    outbox::record(tx, &PriceListEvent::updated(&list)).await?;
    audit::record(tx, &entry.after(&list)).await?;
    Ok(list)
}

/// What amounts mean stays where there are some, and where others are computed from them or they from others.
async fn refuse_other_amounts(tx: &WriteTx, before: &PriceList, list: &PriceList) -> Result<(), UpdatePriceListError> {
    let (other_currency, other_tax) = (list.currency != before.currency, list.tax_included != before.tax_included);
    if !other_currency && !other_tax {
        return Ok(());
    }
    let is_linked = before.derivation.is_some() || store::is_base(tx, before.id).await?;
    if other_currency && (is_linked || before.currency_fixed || store::has_prices(tx, before.id).await?) {
        return Err(UpdatePriceListError::CurrencyInUse);
    }
    if other_tax && is_linked {
        return Err(FieldErrors::of("tax_included", "stays while prices derive from this list, or its own from another").into());
    }
    Ok(())
}

/// Has a job make derived prices by the rule that is another one; or the list's own, where none is left. Until that is done it cannot begin to derive
/// again, for which prices are its own would be a matter of chance.
async fn derive_anew(tx: &WriteTx, before: &PriceList, list: &PriceList) -> Result<(), UpdatePriceListError> {
    if list.derivation == before.derivation {
        return Ok(());
    }
    if before.derivation.is_none() && store::lock_progress(tx, list.id).await?.is_some() {
        return Err(UpdatePriceListError::Busy);
    }
    Ok(store::start(tx, &[list.id]).await?)
}
