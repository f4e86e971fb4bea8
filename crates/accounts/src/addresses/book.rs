//! A customer's book of addresses.

use kernel::{AddressId, DomainError, ErrorKind, Timestamp, UserId};
use platform::db::DatabaseError;

use super::model::Address;

/// More places than anybody sends things to; keeps a book one page long.
pub(super) const MOST: i64 = 100;

/// What an address of the book is the first choice for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Defaults {
    /// Where things are sent.
    pub shipping: bool,
    /// Who is billed.
    pub billing: bool,
}

/// An address in somebody's book. At most one is the default for each purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedAddress {
    /// Its id.
    pub id: AddressId,
    /// Whose book it is.
    pub user_id: UserId,
    /// The address.
    pub address: Address,
    /// What it is the first choice for.
    pub defaults: Defaults,
    /// Grows with each change.
    pub version: i64,
    /// When it was written down.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// Why a book stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum BookError {
    /// No such address in this book; it may be in another one.
    #[error("no such address")]
    NotFound,
    /// The book is full.
    #[error("a book holds at most {MOST} addresses")]
    Full,
    /// Somebody else changed it since it was read.
    #[error("the address was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for BookError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "address_not_found",
            Self::Full => "address_book_full",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Full | Self::VersionConflict { .. } => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(format!(r#"{{"current_version":{current}}}"#)),
            _ => None,
        }
    }
}
