//! Rows of browsers.

use kernel::{PushSubscriptionId, SessionId, Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::push::model::{PushSubscription, PushTopic};

/// A browser, without what it is reached by.
#[derive(Clone, FromQueryResult)]
pub(in crate::push) struct SubscriptionRow {
    pub(in crate::push) id: Uuid,
    pub(in crate::push) user_id: Uuid,
    pub(in crate::push) origin: String,
    pub(in crate::push) locale: String,
    pub(in crate::push) orders_since: Option<Timestamp>,
    pub(in crate::push) new_orders_since: Option<Timestamp>,
    pub(in crate::push) low_stock_since: Option<Timestamp>,
    pub(in crate::push) created_at: Timestamp,
    pub(in crate::push) updated_at: Timestamp,
}

const COLUMNS: &str = "id, user_id, origin, locale, orders_since, new_orders_since, low_stock_since, created_at, updated_at";

impl SubscriptionRow {
    /// Since when a topic is asked for.
    pub(in crate::push) const fn since(&self, topic: PushTopic) -> Option<Timestamp> {
        match topic {
            PushTopic::Orders => self.orders_since,
            PushTopic::NewOrders => self.new_orders_since,
            PushTopic::LowStock => self.low_stock_since,
        }
    }
}

impl TryFrom<SubscriptionRow> for PushSubscription {
    type Error = DatabaseError;

    fn try_from(row: SubscriptionRow) -> Result<Self, DatabaseError> {
        let topics = PushTopic::ALL.iter().copied().filter(|topic| row.since(*topic).is_some()).collect();
        Ok(Self {
            id: PushSubscriptionId::from_uuid(row.id),
            topics,
            locale: row.locale.parse().map_err(|_| DatabaseError::corrupt("push_subscriptions.locale"))?,
            origin: row.origin,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

/// What a browser is reached by, and where its owner is signed in.
pub(in crate::push) struct Reached {
    pub(in crate::push) session: SessionId,
    pub(in crate::push) hash: Vec<u8>,
    pub(in crate::push) sealed_target: Vec<u8>,
    pub(in crate::push) public_key: Vec<u8>,
}

/// The browsers of somebody, in the order in which they were subscribed; there are few.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn list(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<PushSubscription>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM push_subscriptions WHERE user_id = $1 ORDER BY id");
    let rows: Vec<SubscriptionRow> = db::fetch_all(db, &sql, values![user]).await?;
    rows.into_iter().map(PushSubscription::try_from).collect()
}

/// The browser of this address, whosever it is.
pub(in crate::push) async fn find_by_endpoint(db: &impl ConnectionTrait, hash: &[u8]) -> Result<Option<SubscriptionRow>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM push_subscriptions WHERE endpoint_hash = $1");
    db::fetch_optional(db, &sql, values![hash.to_vec()]).await
}

pub(in crate::push) async fn count(tx: &WriteTx, user: UserId) -> Result<i64, DatabaseError> {
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM push_subscriptions WHERE user_id = $1";
    Ok(db::fetch_scalar(tx, COUNT, values![user]).await?.unwrap_or_default())
}

/// Writes a browser, over what was there of it. The caller holds the names of its owner and of its address.
pub(in crate::push) async fn write(tx: &WriteTx, row: &SubscriptionRow, reached: Reached) -> Result<(), DatabaseError> {
    const UPSERT: &str =
        "INSERT INTO push_subscriptions (id, user_id, session_id, endpoint_hash, origin, sealed_target, public_key, locale,
            orders_since, new_orders_since, low_stock_since, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ON CONFLICT (id) DO UPDATE SET session_id = excluded.session_id, sealed_target = excluded.sealed_target,
            public_key = excluded.public_key, locale = excluded.locale, orders_since = excluded.orders_since,
            new_orders_since = excluded.new_orders_since, low_stock_since = excluded.low_stock_since, updated_at = excluded.updated_at";
    let Reached { session, hash, sealed_target, public_key } = reached;
    let SubscriptionRow { id, user_id, origin, locale, orders_since, new_orders_since, low_stock_since, created_at, updated_at } = row;
    let values = values![
        *id,
        *user_id,
        session,
        hash,
        origin.as_str(),
        sealed_target,
        public_key,
        locale.as_str(),
        *orders_since,
        *new_orders_since,
        *low_stock_since,
        *created_at,
        *updated_at
    ];
    db::execute(tx, UPSERT, values).await.map(drop)
}

/// Forgets a browser and what is on its way to it.
pub(in crate::push) async fn forget(tx: &WriteTx, id: PushSubscriptionId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM push_subscriptions WHERE id = $1", values![id]).await.map(drop)
}

/// Forgets a browser of this person; true where there was one.
pub(in crate::push) async fn remove_own(tx: &WriteTx, user: UserId, id: PushSubscriptionId) -> Result<bool, DatabaseError> {
    Ok(db::execute(tx, "DELETE FROM push_subscriptions WHERE user_id = $1 AND id = $2", values![user, id]).await? == 1)
}

/// Forgets the browser of this address.
pub(in crate::push) async fn forget_endpoint(tx: &WriteTx, hash: &[u8]) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM push_subscriptions WHERE endpoint_hash = $1", values![hash.to_vec()]).await.map(drop)
}

/// Forgets all browsers of somebody.
pub(in crate::push) async fn forget_person(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM push_subscriptions WHERE user_id = $1", values![user]).await.map(drop)
}

/// Forgets the browsers in which these sessions ended.
pub(in crate::push) async fn forget_sessions(tx: &WriteTx, sessions: &[Uuid]) -> Result<(), DatabaseError> {
    if sessions.is_empty() {
        return Ok(());
    }
    let sql = format!("DELETE FROM push_subscriptions WHERE session_id IN ({})", db::placeholders(1, sessions.len()));
    db::execute(tx, &sql, sessions.iter().flat_map(|id| values![*id]).collect()).await.map(drop)
}

/// Forgets the browsers of those among these whose account is closed now.
pub(in crate::push) async fn forget_closed(tx: &WriteTx, users: &[Uuid]) -> Result<(), DatabaseError> {
    if users.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "DELETE FROM push_subscriptions WHERE user_id IN ({})
             AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = push_subscriptions.user_id AND u.status = 'active')",
        db::placeholders(1, users.len())
    );
    db::execute(tx, &sql, users.iter().flat_map(|id| values![*id]).collect()).await.map(drop)
}

pub(in crate::push) async fn is_anybody_subscribed(tx: &WriteTx) -> Result<bool, DatabaseError> {
    const SELECT: &str = "SELECT CAST(1 AS BIGINT) FROM push_subscriptions LIMIT 1";
    Ok(db::fetch_scalar::<i64>(tx, SELECT, vec![]).await?.is_some())
}
