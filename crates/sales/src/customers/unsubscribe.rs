//! Consent, as whoever writes letters asks for it and as their readers take it back.

use std::collections::HashSet;

use kernel::{CustomerId, Email};
use platform::db::{ConnectionTrait, DatabaseError, WriteTx};

use super::change::{ChangeCustomer, ChangeCustomerError, change_said};
use super::input::CustomerChanges;
use super::store;
use crate::carts;

/// Those of these addresses, by their keys, that may be written to for more than what was bought: the account of an address says so, or,
/// where it has none, the guest.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn consenting(db: &impl ConnectionTrait, emails: &[&Email]) -> Result<HashSet<String>, DatabaseError> {
    store::consenting(db, emails.iter().map(|email| email.key()).collect()).await
}

/// Takes back the consent of whoever reads the mail of this address, account and guest, with `customer.changed` for each, and the wish for
/// news that their carts hold. Done again it changes nothing.
///
/// # Errors
/// `ChangeCustomerError`, by what went wrong.
pub async fn withdraw_in(tx: &WriteTx, email: &Email) -> Result<(), ChangeCustomerError> {
    carts::withdraw_consent(tx, email).await?;
    for (id, version) in store::willing(tx, email).await? {
        withdraw_one(tx, id, version).await?;
    }
    Ok(())
}

async fn withdraw_one(tx: &WriteTx, id: CustomerId, version: i64) -> Result<(), ChangeCustomerError> {
    let changes = CustomerChanges { accepts_marketing: Some(false), ..CustomerChanges::default() };
    change_said(tx, ChangeCustomer { id, version, changes }, "unsubscribe").await.map(drop)
}
