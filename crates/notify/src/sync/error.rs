//! Why nothing is told or taken.

use std::io;
use std::path::PathBuf;

use catalog::import::ApplyError;
use catalog::stock_imports::StockImportError;
use kernel::{DomainError, ErrorKind};
use platform::db::DatabaseError;

/// Why nothing is told or taken.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// Something is not configured.
    #[error("it is not configured; set {0}")]
    NotConfigured(&'static str),
    /// The folder cannot be used.
    #[error("{}: {error}", path.display())]
    Folder {
        /// Which file or folder.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// The address did not take a file, or gave none. Of the address nothing but its host is told: the rest may open something.
    #[error("{host}: {why}")]
    Address {
        /// Whose.
        host: String,
        /// What became of it.
        why: String,
    },
    /// A list of figures.
    #[error(transparent)]
    Stock(#[from] StockImportError),
    /// A price.
    #[error(transparent)]
    Price(#[from] ApplyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for SyncError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotConfigured(_) => "sync_not_configured",
            Self::Folder { .. } => "sync_folder_unusable",
            Self::Address { .. } => "sync_address_unusable",
            Self::Stock(error) => error.code(),
            Self::Price(_) => "validation_failed",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotConfigured(_) | Self::Folder { .. } => ErrorKind::Conflict,
            Self::Address { .. } => ErrorKind::Unavailable,
            Self::Stock(error) => error.kind(),
            Self::Price(_) => ErrorKind::Rule,
            Self::Database(error) => error.kind(),
        }
    }
}
