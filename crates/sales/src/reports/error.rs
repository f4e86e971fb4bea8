//! Why there is no report.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;

/// Why a report is not made or read.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// No such report, or it was kept long enough.
    #[error("no such report; reports are kept for thirty days")]
    NotFound,
    /// It is being worked out.
    #[error("the report is not ready yet; ask again")]
    NotReady,
    /// Nobody knows when its days begin.
    #[error("the time zone {0} of the shop is not known; change it in the channel's settings")]
    UnknownZone(String),
    /// What it is to be of.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ReportError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "report_not_found",
            Self::NotReady => "report_not_ready",
            Self::UnknownZone(_) => "time_zone_unknown",
            Self::Input(errors) => errors.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::NotReady | Self::UnknownZone(_) => ErrorKind::Conflict,
            Self::Input(errors) => errors.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        if let Self::Input(errors) = self { errors.details() } else { BTreeMap::new() }
    }
}
