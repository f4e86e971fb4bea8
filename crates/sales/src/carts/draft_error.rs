//! Why a draft is not written.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;

use super::create::CreateCartError;
use super::error::CartError;

/// Why a draft is not written.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// Somebody changed it since.
    #[error("the draft was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// What does not fit, by field.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// Where it is filled.
    #[error(transparent)]
    Place(#[from] CreateCartError),
    /// It is no draft, or its lines do not fit.
    #[error(transparent)]
    Cart(#[from] CartError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for DraftError {
    fn code(&self) -> &'static str {
        match self {
            Self::VersionConflict { .. } => "version_conflict",
            Self::Input(errors) => errors.code(),
            Self::Place(error) => error.code(),
            Self::Cart(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::VersionConflict { .. } => ErrorKind::Conflict,
            Self::Input(errors) => errors.kind(),
            Self::Place(error) => error.kind(),
            Self::Cart(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Input(errors) => errors.details(),
            Self::Place(error) => error.details(),
            Self::Cart(error) => error.details(),
            Self::VersionConflict { .. } | Self::Database(_) => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(format!(r#"{{"current_version":{current}}}"#)),
            _ => None,
        }
    }
}
