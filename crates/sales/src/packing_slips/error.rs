//! Why there is no packing slip.

use kernel::{DomainError, ErrorKind};
use platform::db::DatabaseError;

/// Why there is no packing slip.
#[derive(Debug, thiserror::Error)]
pub enum PackingSlipError {
    /// No such parcel of this order.
    #[error("no such fulfilment of this order")]
    FulfilmentNotFound,
    /// Everything has left already, or needs no parcel.
    #[error("nothing is left to fulfil")]
    NothingOpen,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for PackingSlipError {
    fn code(&self) -> &'static str {
        match self {
            Self::FulfilmentNotFound => "fulfilment_not_found",
            Self::NothingOpen => "nothing_to_fulfil",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::FulfilmentNotFound => ErrorKind::NotFound,
            Self::NothingOpen => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }
}
