//! Rows of messages that came in.

use kernel::{Cursor, InboundMessageId, Page, PageRequest, Position, Timestamp};
use platform::Context;
use platform::db::{self, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, WriteTx};
use platform::values;
use uuid::Uuid;

use super::error::InboundError;
use super::model::{InboundMessage, InboundState};
use super::receive::SEAL;

#[derive(FromQueryResult)]
struct MessageRow {
    id: Uuid,
    source: String,
    message_id: String,
    body_bytes: i64,
    content_type: Option<String>,
    state: String,
    received_at: Timestamp,
    processed_at: Option<Timestamp>,
}

impl TryFrom<MessageRow> for InboundMessage {
    type Error = DatabaseError;

    fn try_from(row: MessageRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: InboundMessageId::from_uuid(row.id),
            source: row.source,
            message_id: row.message_id,
            body_bytes: row.body_bytes,
            content_type: row.content_type,
            state: row.state.parse().map_err(|_| DatabaseError::corrupt("inbound_messages.state"))?,
            received_at: row.received_at,
            processed_at: row.processed_at,
        })
    }
}

const COLUMNS: &str = "id, source, message_id, body_bytes, content_type, state, received_at, processed_at";

/// One message.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: InboundMessageId) -> Result<Option<InboundMessage>, DatabaseError> {
    one(db, id, "").await
}

/// The same, held until the transaction ends.
pub(super) async fn lock(tx: &WriteTx, id: InboundMessageId) -> Result<Option<InboundMessage>, DatabaseError> {
    one(tx, id, "FOR UPDATE").await
}

async fn one(db: &impl ConnectionTrait, id: InboundMessageId, hold: &str) -> Result<Option<InboundMessage>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM inbound_messages WHERE id = $1 {hold}");
    let row: Option<MessageRow> = db::fetch_optional(db, &sql, values![id]).await?;
    row.map(InboundMessage::try_from).transpose()
}

/// The body of a message, byte for byte; none where there is no such message.
///
/// # Errors
/// `InboundError` where it cannot be opened, or the database refuses.
pub async fn body_of(context: &Context, id: InboundMessageId) -> Result<Option<Vec<u8>>, InboundError> {
    #[derive(FromQueryResult)]
    struct BodyRow {
        body: Vec<u8>,
    }
    let row: Option<BodyRow> =
        db::fetch_optional(context.db.reader(), "SELECT body FROM inbound_messages WHERE id = $1", values![id]).await?;
    Ok(row.map(|row| context.secrets.open(SEAL, &row.body)).transpose()?)
}

/// Our id of a message that came before.
pub(super) async fn find_known(
    db: &impl ConnectionTrait,
    source: &str,
    message_id: &str,
) -> Result<Option<InboundMessageId>, DatabaseError> {
    const SELECT: &str = "SELECT id FROM inbound_messages WHERE source = $1 AND message_id = $2";
    let id: Option<Uuid> = db::fetch_scalar(db, SELECT, values![source, message_id]).await?;
    Ok(id.map(InboundMessageId::from_uuid))
}

/// Writes a message with its sealed body; false where it is here already.
pub(super) async fn insert(tx: &WriteTx, message: &InboundMessage, body: Vec<u8>) -> Result<bool, DatabaseError> {
    const INSERT: &str = "INSERT INTO inbound_messages (id, source, message_id, body, body_bytes, content_type, state, received_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (source, message_id) DO NOTHING";
    let InboundMessage { id, source, message_id, body_bytes, content_type, state, received_at, .. } = message;
    let values = values![*id, source, message_id, body, *body_bytes, content_type.as_deref(), state.as_str(), *received_at];
    Ok(db::execute(tx, INSERT, values).await? == 1)
}

/// Where a message stands now; when it was told of stays known.
pub(super) async fn set_state(tx: &WriteTx, id: InboundMessageId, state: InboundState) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE inbound_messages SET state = $1, processed_at = COALESCE($2, processed_at) WHERE id = $3";
    let processed_at = (state == InboundState::Processed).then(|| tx.now());
    db::execute_later(tx, UPDATE, values![state.as_str(), processed_at, id]).await
}

/// Forgets messages that came before this moment; how many.
pub(super) async fn forget(tx: &WriteTx, before: Timestamp, most: i64) -> Result<u64, DatabaseError> {
    const DELETE: &str = "DELETE FROM inbound_messages WHERE id IN (
        SELECT id FROM inbound_messages WHERE received_at < $1 ORDER BY received_at, id LIMIT $2)";
    db::execute(tx, DELETE, values![before, most]).await
}

/// Which messages are listed.
#[derive(Debug, Clone, Default)]
pub struct MessageFilter {
    /// Of any of these sources.
    pub sources: Vec<String>,
    /// In any of these states.
    pub states: Vec<InboundState>,
}

/// One page of messages, the newest first or the oldest. At most two statements.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &MessageFilter,
    newest_first: bool,
    request: &PageRequest,
) -> Result<Page<InboundMessage>, ListError> {
    let (limit, offset) = db::window(request)?;
    let mut narrowed = Conditions::default();
    narrowed.is_among("source", &filter.sources);
    narrowed.is_among("state", filter.states.iter().map(|state| state.as_str()));
    let source = format!("inbound_messages WHERE {}", narrowed.text());
    let total = db::total_of(db, request, &source, narrowed.parameters.0.clone()).await?;
    // Ids are given in the order of time.
    let (sort, sign, direction) = if newest_first { ("-created_at", "<", "DESC") } else { ("created_at", ">", "ASC") };
    if let Position::After(Some(cursor)) = &request.position {
        let place = narrowed.parameters.bind(cursor.id);
        narrowed.add(format!("id {sign} {place}"));
    }
    let sql =
        format!("SELECT {COLUMNS} FROM inbound_messages WHERE {} ORDER BY id {direction} LIMIT {limit} OFFSET {offset}", narrowed.text());
    let rows: Vec<MessageRow> = db::fetch_all(db, &sql, narrowed.into_values()).await?;
    let rows: Vec<InboundMessage> = rows.into_iter().map(InboundMessage::try_from).collect::<Result<_, _>>()?;
    Ok(db::page_of(rows, request, total, |last| Cursor { sort: sort.to_owned(), value: None, id: last.id.uuid() }))
}
