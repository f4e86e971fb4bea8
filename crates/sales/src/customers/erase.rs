//! Forgetting a customer: who asks for it, or whom staff have forgotten.

use std::collections::{BTreeMap, BTreeSet};

use accounts::Accounts;
use accounts::permissions::PermissionSet;
use accounts::roles::{self, AssignRoles, AssignRolesError};
use accounts::sign_in::{self, SignInError};
use accounts::users::{self, UserStatus};
use kernel::{DomainError, ErrorKind, Origin, UserId};
use platform::db::{DatabaseError, WriteTx};
use platform::privacy::{self, Places};
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
    /// Nobody of this id or version, the last one that may do everything, or one that may do more than whoever asks.
    #[error(transparent)]
    Roles(#[from] AssignRolesError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for EraseCustomerError {
    fn code(&self) -> &'static str {
        match self {
            Self::OrdersOpen => "orders_open",
            Self::SignIn(error) => error.code(),
            Self::Roles(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::OrdersOpen => ErrorKind::Conflict,
            Self::SignIn(error) => error.kind(),
            Self::Roles(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::SignIn(error) => error.retry_after_s(),
            Self::OrdersOpen | Self::Roles(_) | Self::Database(_) => None,
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::SignIn(error) => error.details(),
            Self::OrdersOpen | Self::Roles(_) | Self::Database(_) => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::Roles(error) => error.context(),
            Self::OrdersOpen | Self::SignIn(_) | Self::Database(_) => None,
        }
    }
}

/// Whom staff have forgotten.
#[derive(Debug, Clone, Copy)]
pub struct EraseCustomer {
    /// Whom.
    pub user_id: UserId,
    /// The version of the account that they have seen; absent where nobody looked.
    pub version: Option<i64>,
}

/// Forgets a customer who shows the password: all in one transaction, after which no session of theirs goes on. What was sold
/// stays for the books, without anything that tells who bought it.
///
/// # Errors
/// `OrdersOpen` while something is to be paid or to be sent; `Roles` for the last one that may do everything; what showing the
/// password says.
pub async fn erase_own(accounts: &Accounts, origin: &Origin, user: UserId, password: &SecretString) -> Result<(), EraseCustomerError> {
    let proven = sign_in::prove(accounts, origin, user, password).await?;
    let tx = accounts.context.begin(origin).await?;
    proven.lock_in(&tx).await?;
    erase_in(&tx, &accounts.places, EraseCustomer { user_id: user, version: None }, PermissionSet::all()).await?;
    Ok(tx.commit().await?)
}

/// The same by staff, or at the command line. `held` is what whoever does it may do: nobody has somebody forgotten who may do more.
///
/// # Errors
/// `OrdersOpen` while something is to be paid or to be sent; `Roles` for who is not there, for another version, for the last one that
/// may do everything, and for one that may do more.
pub async fn erase(accounts: &Accounts, origin: &Origin, command: EraseCustomer, held: PermissionSet) -> Result<(), EraseCustomerError> {
    let tx = accounts.context.begin(origin).await?;
    erase_in(&tx, &accounts.places, command, held).await?;
    Ok(tx.commit().await?)
}

async fn erase_in(tx: &WriteTx, places: &Places, command: EraseCustomer, held: PermissionSet) -> Result<(), EraseCustomerError> {
    let EraseCustomer { user_id, version } = command;
    let found = users::lock(tx, user_id).await?.filter(|found| found.user.status != UserStatus::Erased);
    found.ok_or(AssignRolesError::UserNotFound)?;
    if orders::has_open_orders(tx, user_id).await? {
        return Err(EraseCustomerError::OrdersOpen);
    }
    // Without roles, which says who may do it, and that somebody is left who may do everything.
    roles::assign_in(tx, AssignRoles { user_id, version, roles: BTreeSet::new() }, held).await?;
    Ok(privacy::erase_in(tx, places, user_id).await?)
}
