//! Changing what staff may change of a customer: tags, group, note and consent.

use accounts::users::{self, ChangeProfile, ChangeProfileError, ProfileChanges, TakenError};
use kernel::{CustomerGroupId, CustomerId, DomainError, ErrorKind, FieldErrors, Origin};
use platform::audit::{self, Entry};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, outbox};

use super::events::CustomerEvent;
use super::input::CustomerChanges;
use super::model::{Customer, Marketing};
use super::store;
use crate::customer_groups;

/// Which customer, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct ChangeCustomer {
    /// Which one.
    pub id: CustomerId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub changes: CustomerChanges,
}

/// Why a customer stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ChangeCustomerError {
    /// There is nobody of this id.
    #[error("no such customer")]
    NotFound,
    /// Somebody changed it since.
    #[error("the customer was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// Fields that are refused: a group that does not exist, the consent of somebody who is forgotten.
    #[error(transparent)]
    Fields(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ChangeCustomerError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "customer_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Fields(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } => ErrorKind::Conflict,
            Self::Fields(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> std::collections::BTreeMap<String, Vec<String>> {
        match self {
            Self::Fields(error) => error.details(),
            Self::NotFound | Self::VersionConflict { .. } | Self::Database(_) => std::collections::BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::Fields(_) | Self::Database(_) => None,
        }
    }
}

/// Changes a customer and records `customer.changed`; consent of whoever has an account is changed there.
///
/// # Errors
/// `ChangeCustomerError` names what is wrong; nothing is changed then.
pub async fn change(context: &Context, origin: &Origin, command: ChangeCustomer) -> Result<Customer, ChangeCustomerError> {
    let tx = context.begin(origin).await?;
    let customer = change_in(&tx, command).await?;
    tx.commit().await?;
    Ok(customer)
}

/// The same inside a transaction of the caller. Locks in the order that all keep: account, customer, groups.
///
/// # Errors
/// `ChangeCustomerError` names what is wrong.
pub async fn change_in(tx: &WriteTx, command: ChangeCustomer) -> Result<Customer, ChangeCustomerError> {
    change_said(tx, command, "staff").await
}

/// The same where the word on advertising was said elsewhere.
pub(super) async fn change_said(tx: &WriteTx, command: ChangeCustomer, source: &'static str) -> Result<Customer, ChangeCustomerError> {
    let ChangeCustomer { id, version, changes } = command;
    let known = store::find(tx, id).await?.ok_or(ChangeCustomerError::NotFound)?;
    let said = match (changes.accepts_marketing, known.user_id) {
        (Some(accepts), Some(user)) => Some(ask_account(tx, user, accepts, source).await?),
        // A consent that is given again keeps its first time, as that of an account.
        (Some(accepts), None) if !(accepts && known.marketing.accepts) => {
            Some(Marketing { accepts, at: Some(tx.now()), source: Some(source.to_owned()) })
        }
        (Some(_) | None, _) => None,
    };
    let before = store::lock(tx, id).await?.ok_or(ChangeCustomerError::NotFound)?;
    if before.version != version {
        return Err(ChangeCustomerError::VersionConflict { current: before.version });
    }
    let mut customer = before.clone();
    customer.marketing = said.unwrap_or(customer.marketing);
    customer.note = changes.note.unwrap_or(customer.note);
    customer.group_id = changes.group_id.unwrap_or(customer.group_id);
    (customer.version, customer.updated_at) = (before.version + 1, tx.now());
    regroup(tx, before.group_id, customer.group_id).await?;
    store::update(tx, &customer).await?;
    if let Some(tags) = changes.tags {
        customer.tags = store::replace_tags(tx, &customer, &tags).await?;
    }
    outbox::record(tx, &CustomerEvent::Changed { customer_id: id }).await?;
    let entry = Entry::of("customer.changed", id).before(&before.recorded()).after(&customer.recorded()).hiding(&["note"]);
    audit::record(tx, &entry).await?;
    Ok(customer)
}

/// The word of an account, once it is what staff say.
async fn ask_account(tx: &WriteTx, user_id: kernel::UserId, accepts: bool, source: &'static str) -> Result<Marketing, ChangeCustomerError> {
    let forgotten = || FieldErrors::of("accepts_marketing", "belongs to somebody who is forgotten");
    let changes = ProfileChanges::parse(None, None, Some(accepts))?;
    let command = ChangeProfile { user_id, version: None, changes, source };
    match users::change_profile_in(tx, command).await {
        Ok(user) => Ok(Marketing::of(&user.consent)),
        Err(ChangeProfileError::Taken(TakenError::Database(error))) => Err(error.into()),
        Err(ChangeProfileError::NotFound | ChangeProfileError::VersionConflict { .. } | ChangeProfileError::Taken(_)) => {
            Err(forgotten().into())
        }
    }
}

/// Counts the customer out of one group and into the other; both are locked in one order, so that nobody waits in a circle.
async fn regroup(tx: &WriteTx, from: Option<CustomerGroupId>, to: Option<CustomerGroupId>) -> Result<(), ChangeCustomerError> {
    if from == to {
        return Ok(());
    }
    let mut groups: Vec<(CustomerGroupId, i64)> = from.map(|id| (id, -1)).into_iter().chain(to.map(|id| (id, 1))).collect();
    groups.sort_unstable_by_key(|(id, _)| id.uuid());
    for (id, more) in groups {
        if customer_groups::lock(tx, id).await?.is_none() {
            return Err(FieldErrors::of("group_id", "no such group of customers").into());
        }
        customer_groups::count_members(tx, id, more).await?;
    }
    Ok(())
}
