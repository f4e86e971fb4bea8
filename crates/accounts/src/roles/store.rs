//! Rows of the roles, and of who has which.

use std::collections::HashMap;

use kernel::{Cursor, Page, PageRequest, Position, RoleId, Timestamp, UserId, fold};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, ListError, OnBroken, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::{BuiltIn, Role};
use crate::permissions::{PermissionSet, Scopes};

/// What always holds of roles.
pub const INVARIANTS: &[Invariant] = &[Invariant {
    code: "r01",
    says: "the role that opens everything is built in and opens everything",
    sql: "SELECT name AS culprit FROM roles WHERE name_key = 'admin' AND NOT (built_in AND CAST(permissions AS TEXT) = '[\"admin:*\"]')",
    grace_s: None,
}];

#[derive(FromQueryResult)]
struct RoleRow {
    id: Uuid,
    name: String,
    description: Option<String>,
    built_in: bool,
    permissions: serde_json::Value,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

const COLUMNS: &str =
    "roles.id, roles.name, roles.description, roles.built_in, roles.permissions, roles.version, roles.created_at, roles.updated_at";

fn scopes(stored: serde_json::Value) -> Result<Scopes, DatabaseError> {
    let scopes: Vec<String> = serde_json::from_value(stored).map_err(|_| DatabaseError::corrupt("roles.permissions"))?;
    Ok(Scopes::stored(scopes))
}

impl TryFrom<RoleRow> for Role {
    type Error = DatabaseError;

    fn try_from(row: RoleRow) -> Result<Self, DatabaseError> {
        let RoleRow { id, name, description, built_in, permissions, version, created_at, updated_at } = row;
        Ok(Self {
            id: RoleId::from_uuid(id),
            name,
            description,
            built_in,
            permissions: scopes(permissions)?,
            version,
            created_at,
            updated_at,
        })
    }
}

async fn all(db: &impl ConnectionTrait, rest: &str, values: Vec<db::Value>) -> Result<Vec<Role>, DatabaseError> {
    let rows: Vec<RoleRow> = db::fetch_all(db, &format!("SELECT {COLUMNS} FROM roles {rest}"), values).await?;
    rows.into_iter().map(Role::try_from).collect()
}

/// One role.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: RoleId) -> Result<Option<Role>, DatabaseError> {
    Ok(all(db, "WHERE id = $1", values![id]).await?.pop())
}

/// The role of this name, whatever its case.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_by_name(db: &impl ConnectionTrait, name: &str) -> Result<Option<Role>, DatabaseError> {
    Ok(all(db, "WHERE name_key = $1", values![fold(name)]).await?.pop())
}

/// The role, which nobody else changes, gives or takes until the transaction ends.
pub(super) async fn lock(tx: &WriteTx, id: RoleId) -> Result<Option<Role>, DatabaseError> {
    Ok(all(tx, "WHERE id = $1 FOR UPDATE", values![id]).await?.pop())
}

/// Several, locked in one order; those that do not exist are missing.
pub(super) async fn lock_all(tx: &WriteTx, ids: &[RoleId]) -> Result<Vec<Role>, DatabaseError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rest = format!("WHERE id IN ({}) ORDER BY id FOR UPDATE", db::placeholders(1, ids.len()));
    all(tx, &rest, ids.iter().flat_map(|id| values![*id]).collect()).await
}

/// Which roles are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleQuery {
    /// From the end of the alphabet (`-name`).
    pub descending: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of the roles by name. At most two statements.
///
/// # Errors
/// `ListError` for a page too deep, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &RoleQuery) -> Result<Page<Role>, ListError> {
    let (limit, offset) = db::window(&query.page)?;
    let (sort, after, direction) = if query.descending { ("-name", "<", "DESC") } else { ("name", ">", "ASC") };
    let total = db::total_of(db, &query.page, "roles", vec![]).await?;
    let mut values = values![limit, offset];
    let mut which = "TRUE".to_owned();
    if let Position::After(Some(cursor)) = &query.page.position {
        which = format!("(name_key, id) {after} ($3, $4)");
        values.extend(values![cursor.value.clone().unwrap_or_default(), cursor.id]);
    }
    let roles = all(db, &format!("WHERE {which} ORDER BY name_key {direction}, id {direction} LIMIT $1 OFFSET $2"), values).await?;
    let place = |last: &Role| Cursor { sort: sort.to_owned(), value: Some(fold(&last.name)), id: last.id.uuid() };
    Ok(db::page_of(roles, &query.page, total, place))
}

pub(super) async fn count(tx: &WriteTx) -> Result<i64, DatabaseError> {
    Ok(db::fetch_scalar(tx, "SELECT CAST(COUNT(*) AS BIGINT) FROM roles", vec![]).await?.unwrap_or(0))
}

pub(super) async fn insert<E: From<DatabaseError>>(tx: &WriteTx, role: &Role, taken: impl FnOnce() -> E) -> Result<(), E> {
    const INSERT: &str = "INSERT INTO roles (id, name, name_key, description, built_in, permissions, version, created_at, updated_at,
        created_by, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $9)";
    let (permissions, actor) = (serde_json::Value::from_iter(role.permissions.iter()), tx.actor().to_string());
    let description = role.description.as_deref();
    let values =
        values![role.id, &role.name, fold(&role.name), description, role.built_in, permissions, role.version, role.created_at, actor];
    db::execute(tx, INSERT, values).await.map(drop).on_unique("roles_name_key", "roles.name_key", taken)
}

/// Writes the role, whose lock the caller holds.
pub(super) async fn update<E: From<DatabaseError>>(tx: &WriteTx, role: &Role, taken: impl FnOnce() -> E) -> Result<(), E> {
    const UPDATE: &str = "UPDATE roles SET name = $1, name_key = $2, description = $3, permissions = $4, version = $5, updated_at = $6,
        updated_by = $7 WHERE id = $8 AND version = $5 - 1";
    let (permissions, actor) = (serde_json::Value::from_iter(role.permissions.iter()), tx.actor().to_string());
    let description = role.description.as_deref();
    let values = values![&role.name, fold(&role.name), description, permissions, role.version, role.updated_at, actor, role.id];
    db::execute(tx, UPDATE, values).await.map(drop).on_unique("roles_name_key", "roles.name_key", taken)
}

pub(super) async fn delete(tx: &WriteTx, id: RoleId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM roles WHERE id = $1", values![id]).await.map(drop)
}

/// How many people have a role.
pub(super) async fn holders(tx: &WriteTx, id: RoleId) -> Result<i64, DatabaseError> {
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM user_roles WHERE role_id = $1";
    Ok(db::fetch_scalar(tx, COUNT, values![id]).await?.unwrap_or(0))
}

/// How many others may sign in and have a role.
pub(super) async fn other_active_holders(tx: &WriteTx, id: RoleId, user: UserId) -> Result<i64, DatabaseError> {
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM user_roles JOIN users ON users.id = user_roles.user_id
        WHERE role_id = $1 AND user_id <> $2 AND users.status = 'active'";
    Ok(db::fetch_scalar(tx, COUNT, values![id, user]).await?.unwrap_or(0))
}

/// True where somebody who may sign in has the role that opens everything.
pub(super) async fn has_active_admin(db: &impl ConnectionTrait) -> Result<bool, DatabaseError> {
    const SELECT: &str = "SELECT CAST(1 AS BIGINT) FROM user_roles JOIN roles ON roles.id = user_roles.role_id
        JOIN users ON users.id = user_roles.user_id WHERE roles.name_key = $1 AND roles.built_in AND users.status = 'active' LIMIT 1";
    Ok(db::fetch_scalar::<i64>(db, SELECT, values![BuiltIn::Admin.as_str()]).await?.is_some())
}

/// The role that opens everything, locked.
pub(super) async fn lock_admin(tx: &WriteTx) -> Result<Option<Role>, DatabaseError> {
    Ok(all(tx, "WHERE name_key = $1 AND built_in FOR UPDATE", values![BuiltIn::Admin.as_str()]).await?.pop())
}

/// What somebody has, by name.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn of_user(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<Role>, DatabaseError> {
    all(db, "JOIN user_roles ON user_roles.role_id = roles.id WHERE user_roles.user_id = $1 ORDER BY name_key", values![user]).await
}

#[derive(FromQueryResult)]
struct HeldRow {
    user_id: Uuid,
    id: Uuid,
    name: String,
}

/// The ids and names of what several people have, each by name.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn of_users(db: &impl ConnectionTrait, users: &[UserId]) -> Result<HashMap<UserId, Vec<(RoleId, String)>>, DatabaseError> {
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT user_roles.user_id, roles.id, roles.name FROM user_roles JOIN roles ON roles.id = user_roles.role_id
         WHERE user_roles.user_id IN ({}) ORDER BY user_roles.user_id, roles.name_key",
        db::placeholders(1, users.len())
    );
    let rows: Vec<HeldRow> = db::fetch_all(db, &sql, users.iter().flat_map(|id| values![*id]).collect()).await?;
    let mut held: HashMap<UserId, Vec<(RoleId, String)>> = HashMap::new();
    for row in rows {
        held.entry(UserId::from_uuid(row.user_id)).or_default().push((RoleId::from_uuid(row.id), row.name));
    }
    Ok(held)
}

#[derive(FromQueryResult)]
struct PermissionsRow {
    permissions: serde_json::Value,
}

/// What somebody may do: all that any of their roles allows. One statement.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn permissions_of(db: &impl ConnectionTrait, user: UserId) -> Result<PermissionSet, DatabaseError> {
    const SELECT: &str = "SELECT roles.permissions FROM roles JOIN user_roles ON user_roles.role_id = roles.id
        WHERE user_roles.user_id = $1 ORDER BY roles.id";
    let rows: Vec<PermissionsRow> = db::fetch_all(db, SELECT, values![user]).await?;
    rows.into_iter().try_fold(PermissionSet::NONE, |set, row| Ok(set.and(scopes(row.permissions)?.permissions())))
}

/// Gives and takes, and counts it as a change of the account. The caller holds the locks of the account and of the roles.
pub(super) async fn assign(tx: &WriteTx, user: UserId, added: &[RoleId], removed: &[RoleId]) -> Result<(), DatabaseError> {
    const BUMP: &str = "UPDATE users SET version = version + 1, updated_at = $1, updated_by = $2 WHERE id = $3";
    let actor = tx.actor().to_string();
    if !removed.is_empty() {
        let sql = format!("DELETE FROM user_roles WHERE user_id = $1 AND role_id IN ({})", db::placeholders(2, removed.len()));
        db::execute(tx, &sql, values![user].into_iter().chain(removed.iter().flat_map(|id| values![*id])).collect()).await?;
    }
    let rows = added.iter().map(|role| values![user, *role, tx.now(), &actor]).collect();
    db::insert_many(tx, "INSERT INTO user_roles (user_id, role_id, granted_at, granted_by) VALUES", rows, "").await?;
    db::execute(tx, BUMP, values![tx.now(), &actor, user]).await.map(drop)
}
