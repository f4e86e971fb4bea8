//! Why a redirect stays as it is.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;

/// Why nothing is written.
#[derive(Debug, thiserror::Error)]
pub enum RedirectError {
    /// There is none of this id.
    #[error("no such redirect")]
    NotFound,
    /// Somebody changed it since.
    #[error("the redirect was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// The path leads somewhere already.
    #[error("another redirect has this path")]
    PathTaken,
    /// Whoever is led there would be led on, perhaps in a circle.
    #[error("a path cannot lead to one that leads on")]
    LeadsOn,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for RedirectError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "redirect_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::PathTaken => "redirect_path_taken",
            Self::LeadsOn => "redirect_leads_on",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::PathTaken | Self::LeadsOn => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::PathTaken => FieldErrors::of("from", self).into_map(),
            Self::LeadsOn => FieldErrors::of("to", self).into_map(),
            Self::NotFound | Self::VersionConflict { .. } | Self::Database(_) => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::PathTaken | Self::LeadsOn | Self::Database(_) => None,
        }
    }
}
