//! Changing a tax rate.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors, Origin, TaxRateId};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox};

use super::create::{MOST_OF_A_PLACE, no_such_zone};
use super::events::TaxRateEvent;
use super::input::TaxRateChanges;
use super::model::TaxRate;
use super::store;

/// Which rate, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct UpdateTaxRate {
    /// Which one.
    pub id: TaxRateId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub changes: TaxRateChanges,
}

/// Why a rate stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum UpdateTaxRateError {
    /// There is none of this id.
    #[error("no such tax rate")]
    NotFound,
    /// Somebody changed it since.
    #[error("the tax rate was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// The changes and what stays do not go together, or there is no such zone.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// The country or zone it would move to has as many as it may.
    #[error("the country or zone has {MOST_OF_A_PLACE} tax rates, and no more are allowed")]
    TooMany,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for UpdateTaxRateError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "tax_rate_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Input(errors) => errors.code(),
            Self::TooMany => "too_many_tax_rates",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::TooMany => ErrorKind::Conflict,
            Self::Input(errors) => errors.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Input(errors) => errors.details(),
            Self::NotFound | Self::VersionConflict { .. } | Self::TooMany | Self::Database(_) => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::Input(_) | Self::TooMany | Self::Database(_) => None,
        }
    }
}

/// Changes a tax rate and records `tax_rate.changed`. Carts have it from the next look at their price on; orders keep theirs.
///
/// # Errors
/// `UpdateTaxRateError` names what is wrong; nothing is changed then.
pub async fn update(context: &Context, origin: &Origin, command: UpdateTaxRate) -> Result<TaxRate, UpdateTaxRateError> {
    let tx = context.begin(origin).await?;
    let rate = update_in(&tx, command).await?;
    tx.commit().await?;
    Ok(rate)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `UpdateTaxRateError` names what is wrong.
pub async fn update_in(tx: &WriteTx, command: UpdateTaxRate) -> Result<TaxRate, UpdateTaxRateError> {
    let before = store::lock(tx, command.id).await?.ok_or(UpdateTaxRateError::NotFound)?;
    if before.version != command.version {
        return Err(UpdateTaxRateError::VersionConflict { current: before.version });
    }
    let place = before.place.clone();
    let entry = audit::Entry::of("tax_rate.updated", before.id).before(&before);
    let rate = command.changes.apply(before, tx.now())?;
    if rate.place != place && store::count_at(tx, &rate.place).await? >= MOST_OF_A_PLACE {
        return Err(UpdateTaxRateError::TooMany);
    }
    store::update(tx, &rate, || UpdateTaxRateError::from(no_such_zone())).await?;
    outbox::record(tx, &TaxRateEvent::Changed { tax_rate_id: rate.id }).await?;
    audit::record(tx, &entry.after(&rate)).await?;
    Ok(rate)
}
