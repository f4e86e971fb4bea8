//! Why a template stays as it is.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;

/// Why a template is not read, changed, taken back or shown.
#[derive(Debug, thiserror::Error)]
pub enum MailTemplateError {
    /// There is no such letter, no such locale, or nothing of the shop's own to take back.
    #[error("no such mail template")]
    NotFound,
    /// There are as many as can be.
    #[error("there are {0} mail templates of the shop's own, which is the most")]
    TooMany(i64),
    /// It was written before, and the caller does not say what they have seen.
    #[error("the mail template was changed before: send If-Match or `version`")]
    VersionRequired,
    /// Somebody changed it since.
    #[error("the mail template was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// What it says is no template, or tells of what is not there.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for MailTemplateError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "mail_template_not_found",
            Self::TooMany(_) => "too_many_mail_templates",
            Self::VersionRequired => "version_required",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Input(errors) => errors.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionRequired => ErrorKind::VersionRequired,
            Self::VersionConflict { .. } | Self::TooMany(_) => ErrorKind::Conflict,
            Self::Input(errors) => errors.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        if let Self::Input(errors) = self { errors.details() } else { BTreeMap::new() }
    }

    fn context(&self) -> Option<String> {
        let Self::VersionConflict { current } = self else { return None };
        Some(serde_json::json!({ "current_version": current }).to_string())
    }
}
