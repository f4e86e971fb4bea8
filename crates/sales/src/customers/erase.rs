//! Forgetting a customer who asks for it.

use accounts::Accounts;
use accounts::sign_in::{self, SignInError};
use kernel::{DomainError, ErrorKind, Origin, UserId};
use platform::db::DatabaseError;
use platform::privacy;
use secrecy::SecretString;

use crate::orders;

/// Why a customer is not forgotten.
#[derive(Debug, thiserror::Error)]
pub enum EraseCustomerError {
    /// Something is still to be paid or to be sent.
    #[error("an order is still to be paid or to be sent; cancel it, or wait until it is done")]
    OrdersOpen,
    /// The password does not show that it is the customer who asks.
    #[error(transparent)]
    SignIn(#[from] SignInError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for EraseCustomerError {
    fn code(&self) -> &'static str {
        match self {
            Self::OrdersOpen => "orders_open",
            Self::SignIn(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::OrdersOpen => ErrorKind::Conflict,
            Self::SignIn(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::SignIn(error) => error.retry_after_s(),
            Self::OrdersOpen | Self::Database(_) => None,
        }
    }
}

/// Forgets a customer who shows the password: all in one transaction, after which no session of theirs goes on. What was sold
/// stays for the books, without anything that tells who bought it.
///
/// # Errors
/// `OrdersOpen` while something is to be paid or to be sent; what showing the password says.
pub async fn erase(accounts: &Accounts, origin: &Origin, user: UserId, password: &SecretString) -> Result<(), EraseCustomerError> {
    let proven = sign_in::prove(accounts, origin, user, password).await?;
    let tx = accounts.context.begin(origin).await?;
    proven.lock_in(&tx).await?;
    if orders::has_open_orders(&tx, user).await? {
        return Err(EraseCustomerError::OrdersOpen);
    }
    privacy::erase_in(&tx, &accounts.places, user).await?;
    Ok(tx.commit().await?)
}
