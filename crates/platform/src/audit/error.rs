//! Why the audit log cannot be sealed, exported or checked.

use std::path::PathBuf;

use kernel::{DomainError, ErrorKind};

use crate::db::DatabaseError;
use crate::secrets::SecretsError;

/// Why the audit log cannot be sealed, exported or checked.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// There is no key to seal with.
    #[error("the audit log has no key")]
    Secrets(#[from] SecretsError),
    /// A file of an exported head.
    #[error("the exported head {0} cannot be read or written")]
    File(PathBuf, #[source] std::io::Error),
}

impl DomainError for AuditError {
    fn code(&self) -> &'static str {
        match self {
            Self::Database(error) => error.code(),
            Self::Secrets(_) | Self::File(..) => "internal",
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Database(error) => error.kind(),
            Self::Secrets(_) | Self::File(..) => ErrorKind::Internal,
        }
    }
}
