//! Rows of the groups of customers.

use kernel::{Cursor, CustomerGroupId, Page, PageRequest, Position, Timestamp, fold};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, ListError, OnBroken, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::Group;

#[derive(FromQueryResult)]
struct GroupRow {
    id: Uuid,
    name: String,
    description: Option<String>,
    member_count: i64,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

const COLUMNS: &str = "id, name, description, member_count, version, created_at, updated_at";

impl From<GroupRow> for Group {
    fn from(row: GroupRow) -> Self {
        let GroupRow { id, name, description, member_count, version, created_at, updated_at } = row;
        Self { id: CustomerGroupId::from_uuid(id), name, description, member_count, version, created_at, updated_at }
    }
}

async fn all(db: &impl ConnectionTrait, rest: &str, values: Vec<db::Value>) -> Result<Vec<Group>, DatabaseError> {
    let rows: Vec<GroupRow> = db::fetch_all(db, &format!("SELECT {COLUMNS} FROM customer_groups {rest}"), values).await?;
    Ok(rows.into_iter().map(Group::from).collect())
}

/// One group.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: CustomerGroupId) -> Result<Option<Group>, DatabaseError> {
    Ok(all(db, "WHERE id = $1", values![id]).await?.pop())
}

/// The group, which nobody else changes and whose members nobody else counts until the transaction ends.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock(tx: &WriteTx, id: CustomerGroupId) -> Result<Option<Group>, DatabaseError> {
    Ok(all(tx, "WHERE id = $1 FOR UPDATE", values![id]).await?.pop())
}

/// Which groups are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupQuery {
    /// From the end of the alphabet (`-name`).
    pub descending: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of the groups by name. At most two statements.
///
/// # Errors
/// `ListError` for a page too deep, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &GroupQuery) -> Result<Page<Group>, ListError> {
    let (limit, offset) = db::window(&query.page)?;
    let (sort, after, direction) = if query.descending { ("-name", "<", "DESC") } else { ("name", ">", "ASC") };
    let total = db::total_of(db, &query.page, "customer_groups", vec![]).await?;
    let mut values = values![limit, offset];
    let mut which = "TRUE".to_owned();
    if let Position::After(Some(cursor)) = &query.page.position {
        which = format!("(name_key, id) {after} ($3, $4)");
        values.extend(values![cursor.value.clone().unwrap_or_default(), cursor.id]);
    }
    let groups = all(db, &format!("WHERE {which} ORDER BY name_key {direction}, id {direction} LIMIT $1 OFFSET $2"), values).await?;
    let place = |last: &Group| Cursor { sort: sort.to_owned(), value: Some(fold(&last.name)), id: last.id.uuid() };
    Ok(db::page_of(groups, &query.page, total, place))
}

pub(super) async fn insert<E: From<DatabaseError>>(tx: &WriteTx, group: &Group, taken: impl FnOnce() -> E) -> Result<(), E> {
    const INSERT: &str =
        "INSERT INTO customer_groups (id, name, name_key, description, version, created_at, updated_at, created_by, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $7)";
    let (description, actor) = (group.description.as_deref(), tx.actor().to_string());
    let values = values![group.id, &group.name, fold(&group.name), description, group.version, group.created_at, actor];
    db::execute(tx, INSERT, values).await.map(drop).on_unique("customer_groups_name_key", "customer_groups.name_key", taken)
}

/// Writes the group, whose lock the caller holds.
pub(super) async fn update<E: From<DatabaseError>>(tx: &WriteTx, group: &Group, taken: impl FnOnce() -> E) -> Result<(), E> {
    const UPDATE: &str =
        "UPDATE customer_groups SET name = $1, name_key = $2, description = $3, version = $4, updated_at = $5, updated_by = $6
        WHERE id = $7";
    let (description, actor) = (group.description.as_deref(), tx.actor().to_string());
    let values = values![&group.name, fold(&group.name), description, group.version, group.updated_at, actor, group.id];
    db::execute(tx, UPDATE, values).await.map(drop).on_unique("customer_groups_name_key", "customer_groups.name_key", taken)
}

pub(super) async fn delete(tx: &WriteTx, id: CustomerGroupId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM customer_groups WHERE id = $1", values![id]).await.map(drop)
}

/// Counts members who came (or went, below zero), in the transaction in which they do.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn count_members(tx: &WriteTx, id: CustomerGroupId, more: i64) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE customer_groups SET member_count = member_count + $1 WHERE id = $2";
    db::execute(tx, UPDATE, values![more, id]).await.map(drop)
}
