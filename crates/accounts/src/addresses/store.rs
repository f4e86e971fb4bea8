//! Rows of the books of addresses.

use kernel::{AddressId, Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use uuid::Uuid;

use super::book::{Defaults, SavedAddress};
use super::model::Address;

const COLUMNS: &str = "id, user_id, address, is_default_shipping, is_default_billing, version, created_at, updated_at";

#[derive(FromQueryResult)]
struct SavedAddressRow {
    id: Uuid,
    user_id: Uuid,
    address: serde_json::Value,
    is_default_shipping: bool,
    is_default_billing: bool,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl TryFrom<SavedAddressRow> for SavedAddress {
    type Error = DatabaseError;

    fn try_from(row: SavedAddressRow) -> Result<Self, DatabaseError> {
        let address = serde_json::from_value(row.address).map_err(|_| DatabaseError::corrupt("user_addresses.address"))?;
        Ok(Self {
            id: AddressId::from_uuid(row.id),
            user_id: UserId::from_uuid(row.user_id),
            address,
            defaults: Defaults { shipping: row.is_default_shipping, billing: row.is_default_billing },
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// The user's whole book, in the order in which it was written.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn list(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<SavedAddress>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM user_addresses WHERE user_id = $1 ORDER BY id");
    let rows: Vec<SavedAddressRow> = db::fetch_all(db, &sql, values![user]).await?;
    rows.into_iter().map(SavedAddress::try_from).collect()
}

/// An address of the user's own book.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, user: UserId, id: AddressId) -> Result<Option<SavedAddress>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM user_addresses WHERE user_id = $1 AND id = $2");
    let row: Option<SavedAddressRow> = db::fetch_optional(db, &sql, values![user, id]).await?;
    row.map(SavedAddress::try_from).transpose()
}

/// The user's book belongs to this transaction until it ends, so that two changes cannot both make a default.
pub(super) async fn lock_book(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    db::lock_name(tx, &format!("address-book {user}")).await
}

pub(super) async fn count(tx: &WriteTx, user: UserId) -> Result<i64, DatabaseError> {
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM user_addresses WHERE user_id = $1";
    Ok(db::fetch_scalar(tx, COUNT, values![user]).await?.unwrap_or_default())
}

/// Takes away from the others in the book what this address becomes the default for.
pub(super) async fn clear_defaults(tx: &WriteTx, user: UserId, except: AddressId, defaults: Defaults) -> Result<(), DatabaseError> {
    const SHIPPING: &str = "UPDATE user_addresses SET is_default_shipping = FALSE WHERE user_id = $1 AND is_default_shipping AND id <> $2";
    const BILLING: &str = "UPDATE user_addresses SET is_default_billing = FALSE WHERE user_id = $1 AND is_default_billing AND id <> $2";
    for (sql, _) in [(SHIPPING, defaults.shipping), (BILLING, defaults.billing)].into_iter().filter(|(_, wanted)| *wanted) {
        db::execute(tx, sql, values![user, except]).await?;
    }
    Ok(())
}

pub(super) async fn insert(tx: &WriteTx, saved: &SavedAddress) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO user_addresses
        (id, user_id, address, is_default_shipping, is_default_billing, version, created_at, updated_at, created_by, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $8)";
    let Defaults { shipping, billing } = saved.defaults;
    let values =
        values![saved.id, saved.user_id, json(&saved.address)?, shipping, billing, saved.version, tx.now(), tx.actor().to_string()];
    db::execute(tx, INSERT, values).await.map(drop)
}

pub(super) async fn update(tx: &WriteTx, saved: &SavedAddress) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE user_addresses SET address = $2, is_default_shipping = $3, is_default_billing = $4, version = $5,
        updated_at = $6, updated_by = $7 WHERE id = $1";
    let Defaults { shipping, billing } = saved.defaults;
    let values = values![saved.id, json(&saved.address)?, shipping, billing, saved.version, tx.now(), tx.actor().to_string()];
    db::execute(tx, UPDATE, values).await.map(drop)
}

pub(super) async fn delete(tx: &WriteTx, user: UserId, id: AddressId) -> Result<bool, DatabaseError> {
    Ok(db::execute(tx, "DELETE FROM user_addresses WHERE user_id = $1 AND id = $2", values![user, id]).await? == 1)
}

fn json(address: &Address) -> Result<serde_json::Value, DatabaseError> {
    serde_json::to_value(address).map_err(|_| DatabaseError::corrupt("user_addresses.address"))
}

/// Forgets the user's whole book.
pub(super) async fn delete_book(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM user_addresses WHERE user_id = $1", values![user]).await.map(drop)
}
