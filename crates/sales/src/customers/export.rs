//! Giving people what the shop knows of them, when staff ask for it.

use accounts::Accounts;
use accounts::users::{self, UserStatus};
use kernel::{DomainError, ErrorKind, Origin, UserId};
use platform::db::DatabaseError;
use platform::privacy::{self, Export};
use serde_json::Value;

/// Why nobody's archive is put together.
#[derive(Debug, thiserror::Error)]
pub enum ExportCustomerError {
    /// There is nobody of this id, or nobody any more.
    #[error("no such user")]
    NotFound,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ExportCustomerError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "user_not_found",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Has an archive put together of what the shop knows of somebody; the audit log tells who asked for it.
///
/// # Errors
/// `NotFound` where there is nobody, or nobody any more.
pub async fn request_export(accounts: &Accounts, origin: &Origin, user: UserId) -> Result<Export, ExportCustomerError> {
    find(accounts, user).await?;
    Ok(privacy::request_export(&accounts.context, origin, user).await?)
}

/// The archive that was asked for last, by staff or by the person, while it is kept.
///
/// # Errors
/// `NotFound` where there is nobody, or nobody any more.
pub async fn latest_export(accounts: &Accounts, user: UserId) -> Result<Option<Export>, ExportCustomerError> {
    find(accounts, user).await?;
    Ok(privacy::latest_export(accounts.context.db.reader(), user, accounts.context.now()).await?)
}

/// What the shop knows of somebody, at once and kept nowhere: for the command line. The audit log tells that it was asked for.
///
/// # Errors
/// `NotFound` where there is nobody, or nobody any more.
pub async fn export(accounts: &Accounts, origin: &Origin, user: UserId) -> Result<Value, ExportCustomerError> {
    find(accounts, user).await?;
    Ok(privacy::export(&accounts.context, origin, &accounts.places, user).await?)
}

async fn find(accounts: &Accounts, user: UserId) -> Result<(), ExportCustomerError> {
    let found = users::find(accounts.context.db.reader(), user).await?;
    found.filter(|user| user.status != UserStatus::Erased).map(drop).ok_or(ExportCustomerError::NotFound)
}
