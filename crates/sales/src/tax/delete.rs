//! Deleting a tax rate.

use kernel::{DomainError, ErrorKind, Origin, TaxRateId};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox};

use super::events::TaxRateEvent;
use super::store;

/// Which rate, and as which version the caller knows it.
#[derive(Debug, Clone, Copy)]
pub struct DeleteTaxRate {
    /// Which one.
    pub id: TaxRateId,
    /// The version that the caller has seen.
    pub version: i64,
}

/// Why a rate stays.
#[derive(Debug, thiserror::Error)]
pub enum DeleteTaxRateError {
    /// There is none of this id.
    #[error("no such tax rate")]
    NotFound,
    /// Somebody changed it since.
    #[error("the tax rate was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for DeleteTaxRateError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "tax_rate_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::Database(_) => None,
        }
    }
}

/// Deletes a tax rate and records `tax_rate.changed`. Orders keep what they were taxed: they name it by name and rate.
///
/// # Errors
/// `DeleteTaxRateError` names what is wrong; nothing is deleted then.
pub async fn delete(context: &Context, origin: &Origin, command: DeleteTaxRate) -> Result<(), DeleteTaxRateError> {
    let tx = context.begin(origin).await?;
    delete_in(&tx, command).await?;
    Ok(tx.commit().await?)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `DeleteTaxRateError` names what is wrong.
pub async fn delete_in(tx: &WriteTx, command: DeleteTaxRate) -> Result<(), DeleteTaxRateError> {
    let rate = store::lock(tx, command.id).await?.ok_or(DeleteTaxRateError::NotFound)?;
    if rate.version != command.version {
        return Err(DeleteTaxRateError::VersionConflict { current: rate.version });
    }
    store::delete(tx, rate.id).await?;
    outbox::record(tx, &TaxRateEvent::Changed { tax_rate_id: rate.id }).await?;
    Ok(audit::record(tx, &audit::Entry::of("tax_rate.deleted", rate.id).before(&rate)).await?)
}
