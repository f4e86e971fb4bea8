//! Why a promotion or its codes stay as they are.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::db::DatabaseError;

/// Each checkout looks through the promotions that need no code.
pub(super) const MOST_AUTOMATIC: i64 = 500;

/// Why a promotion or its codes stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum PromotionError {
    /// There is none of this id.
    #[error("no such promotion")]
    NotFound,
    /// There is no such code of this promotion.
    #[error("no such code")]
    CodeNotFound,
    /// Somebody changed it since.
    #[error("the promotion was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// What is asked for does not go together, or not with what was so far.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// The shop has as many as it may.
    #[error("the shop has {MOST_AUTOMATIC} active promotions without a code, and no more are allowed")]
    TooMany,
    /// An order had it.
    #[error("an order had the promotion; set `active` to false instead, and no cart has it any more")]
    InUse,
    /// An order came by the code.
    #[error("an order came by this code; set `active` to false instead, and no cart may use it any more")]
    CodeInUse,
    /// A code that somebody made before.
    #[error("the code {0} exists")]
    CodeTaken(String),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for PromotionError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "promotion_not_found",
            Self::CodeNotFound => "promotion_code_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Input(errors) => errors.code(),
            Self::TooMany => "too_many_promotions",
            Self::InUse => "promotion_in_use",
            Self::CodeInUse => "promotion_code_in_use",
            Self::CodeTaken(_) => "promotion_code_taken",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound | Self::CodeNotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::TooMany | Self::InUse | Self::CodeInUse | Self::CodeTaken(_) => ErrorKind::Conflict,
            Self::Input(errors) => errors.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Input(errors) => errors.details(),
            _ => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            _ => None,
        }
    }
}
