//! Making a stock location.

use kernel::{DomainError, ErrorKind, Origin};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox};

use super::events::LocationFact;
use super::locations::{NewLocation, StockLocation};
use super::store;

/// Why a location is not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateLocationError {
    /// Another location has this code.
    #[error("another location has the code {0}")]
    CodeTaken(String),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CreateLocationError {
    fn code(&self) -> &'static str {
        match self {
            Self::CodeTaken(_) => "location_code_taken",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::CodeTaken(_) => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Makes a location and records `stock_location.created`. Nothing lies there yet, so nothing else changes.
///
/// # Errors
/// `CodeTaken` where another location has its code.
pub async fn create_location(context: &Context, origin: &Origin, new: NewLocation) -> Result<StockLocation, CreateLocationError> {
    let tx = context.begin(origin).await?;
    let location = create_location_in(&tx, new).await?;
    tx.commit().await?;
    Ok(location)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `CodeTaken` where another location has its code.
pub async fn create_location_in(tx: &WriteTx, new: NewLocation) -> Result<StockLocation, CreateLocationError> {
    let location = new.made(tx.now());
    store::insert_location(tx, &location, || CreateLocationError::CodeTaken(location.code.clone())).await?;
    outbox::record(tx, &LocationFact::created(&location)).await?;
    audit::record(tx, &audit::Entry::of("stock_location.created", location.id).after(&location)).await?;
    Ok(location)
}
