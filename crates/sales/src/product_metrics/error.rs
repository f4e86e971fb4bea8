//! Why there are no figures.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;

/// Why figures are not read.
#[derive(Debug, thiserror::Error)]
pub enum ProductMetricsError {
    /// No such product.
    #[error("no such product")]
    NotFound,
    /// The days.
    #[error(transparent)]
    Days(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ProductMetricsError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "product_not_found",
            Self::Days(errors) => errors.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Days(errors) => errors.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        if let Self::Days(errors) = self { errors.details() } else { BTreeMap::new() }
    }
}
