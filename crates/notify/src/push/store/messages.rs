//! Rows of messages.

use kernel::{PushMessageId, PushSubscriptionId, Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, WriteTx};
use platform::events::Event;
use platform::values;
use uuid::Uuid;

use crate::mail_templates::MailLocale;
use crate::push::model::{PushKind, PushState, PushTopic};

/// What always holds of messages to browsers.
pub const INVARIANTS: &[Invariant] = &[Invariant {
    code: "e17",
    says: "no message to a browser is on its way for more than four days",
    sql: "SELECT kind AS culprit FROM push_messages WHERE state = 'queued' AND created_at < $1",
    grace_s: Some(4 * 86_400),
}];

/// More browsers than a shop's staff have.
const MOST_BROWSERS: i64 = 1_000;

/// Who is told of an event.
#[derive(Debug, Clone, Copy)]
pub(in crate::push) struct Asked {
    /// Who asked for this.
    pub(in crate::push) topic: PushTopic,
    /// This person's browsers alone.
    pub(in crate::push) of: Option<UserId>,
}

/// The browsers that asked for it before it happened and were not told of it.
pub(in crate::push) async fn asking(tx: &WriteTx, event: &Event, asked: Asked) -> Result<Vec<Uuid>, DatabaseError> {
    let since = match asked.topic {
        PushTopic::Orders => "orders_since",
        PushTopic::NewOrders => "new_orders_since",
        PushTopic::LowStock => "low_stock_since",
    };
    let mut values = values![event.occurred_at, event.id, MOST_BROWSERS];
    let whose = asked.of.map_or("", |user| {
        values.extend(values![user]);
        "AND s.user_id = $4"
    });
    let sql = format!(
        "SELECT s.id FROM push_subscriptions s WHERE s.{since} <= $1 {whose}
             AND NOT EXISTS (SELECT 1 FROM push_messages m WHERE m.event_id = $2 AND m.subscription_id = s.id)
         ORDER BY s.id LIMIT $3"
    );
    let rows: Vec<IdRow> = db::fetch_all(tx, &sql, values).await?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// Puts an event on its way to these browsers; one that it is or was on its way to already stays as it is. The ids of what was to be written:
/// whoever sends looks whether it was.
pub(in crate::push) async fn insert_messages(
    tx: &WriteTx,
    event: &Event,
    kind: PushKind,
    browsers: &[Uuid],
) -> Result<Vec<PushMessageId>, DatabaseError> {
    const INSERT: &str = "INSERT INTO push_messages (id, subscription_id, event_id, event_seq, kind, state, created_at, updated_at) VALUES";
    let ids: Vec<PushMessageId> = browsers.iter().map(|_| PushMessageId::generate()).collect();
    let queued = PushState::Queued.as_str();
    let row =
        |(id, browser): (&PushMessageId, &Uuid)| values![*id, *browser, event.id, event.seq, kind.as_str(), queued, tx.now(), tx.now()];
    let rows = ids.iter().zip(browsers).map(row).collect();
    db::insert_many(tx, INSERT, rows, "ON CONFLICT (event_id, subscription_id) DO NOTHING").await?;
    Ok(ids)
}

/// A message that is to be sent, with whom it goes to.
pub(in crate::push) struct Due {
    pub(in crate::push) id: PushMessageId,
    pub(in crate::push) subscription_id: PushSubscriptionId,
    pub(in crate::push) user_id: UserId,
    pub(in crate::push) event_id: Uuid,
    pub(in crate::push) event_seq: i64,
    pub(in crate::push) kind: PushKind,
    pub(in crate::push) attempts: i64,
    pub(in crate::push) sealed_target: Vec<u8>,
    pub(in crate::push) public_key: Vec<u8>,
    pub(in crate::push) locale: MailLocale,
    /// Whether the browser still asks for it.
    pub(in crate::push) is_asked_for: bool,
}

#[derive(FromQueryResult)]
struct DueRow {
    id: Uuid,
    subscription_id: Uuid,
    user_id: Uuid,
    event_id: Uuid,
    event_seq: i64,
    kind: String,
    attempts: i64,
    sealed_target: Vec<u8>,
    public_key: Vec<u8>,
    locale: String,
    orders_since: Option<Timestamp>,
    new_orders_since: Option<Timestamp>,
    low_stock_since: Option<Timestamp>,
}

impl TryFrom<DueRow> for Due {
    type Error = DatabaseError;

    fn try_from(row: DueRow) -> Result<Self, DatabaseError> {
        let kind: PushKind = row.kind.parse().map_err(|_| DatabaseError::corrupt("push_messages.kind"))?;
        let since = match kind.topic() {
            PushTopic::Orders => row.orders_since,
            PushTopic::NewOrders => row.new_orders_since,
            PushTopic::LowStock => row.low_stock_since,
        };
        Ok(Self {
            id: PushMessageId::from_uuid(row.id),
            subscription_id: PushSubscriptionId::from_uuid(row.subscription_id),
            user_id: UserId::from_uuid(row.user_id),
            event_id: row.event_id,
            event_seq: row.event_seq,
            kind,
            attempts: row.attempts,
            sealed_target: row.sealed_target,
            public_key: row.public_key,
            locale: row.locale.parse().map_err(|_| DatabaseError::corrupt("push_subscriptions.locale"))?,
            is_asked_for: since.is_some(),
        })
    }
}

/// A message that waits to be sent; `None` where it was sent or given up, or its browser is told no more.
pub(in crate::push) async fn due(db: &impl ConnectionTrait, id: PushMessageId) -> Result<Option<Due>, DatabaseError> {
    const SELECT: &str =
        "SELECT m.id, m.subscription_id, s.user_id, m.event_id, m.event_seq, m.kind, m.attempts, s.sealed_target, s.public_key,
            s.locale, s.orders_since, s.new_orders_since, s.low_stock_since
        FROM push_messages m JOIN push_subscriptions s ON s.id = m.subscription_id WHERE m.id = $1 AND m.state = 'queued'";
    let row: Option<DueRow> = db::fetch_optional(db, SELECT, values![id]).await?;
    row.map(Due::try_from).transpose()
}

/// Writes how a try went; false where the message is sent or given up, or nobody's any more.
pub(in crate::push) async fn settle(tx: &WriteTx, id: PushMessageId, state: PushState, error: Option<&str>) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE push_messages SET state = $1, error = $2, finished_at = $3, attempts = attempts + 1, updated_at = $4
        WHERE id = $5 AND state = 'queued'";
    let finished_at = (state != PushState::Queued).then(|| tx.now());
    Ok(db::execute(tx, UPDATE, values![state.as_str(), error, finished_at, tx.now(), id]).await? == 1)
}

/// Forgets messages that ended before this moment, some of them; how many.
pub(in crate::push) async fn sweep(tx: &WriteTx, ended_before: Timestamp, most: i64) -> Result<u64, DatabaseError> {
    const DELETE: &str =
        "DELETE FROM push_messages WHERE id IN (SELECT id FROM push_messages WHERE finished_at < $1 ORDER BY finished_at LIMIT $2)";
    db::execute(tx, DELETE, values![ended_before, most]).await
}
