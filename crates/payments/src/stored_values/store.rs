//! Rows of gift cards, credit, and what changed them.

use kernel::{Currency, LedgerTransactionId, Money, Page, PageRequest, StoredValueId, Timestamp, UserId};
use platform::db::{
    self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, ListError, OnBroken, Parameters, WriteTx,
};
use platform::values;
use uuid::Uuid;

use super::code::GiftCardCode;
use super::error::StoredValueError;
use super::model::{MoveKind, StoredMove, StoredValue, StoredValueKind};
use super::moves::Change;

/// What always holds of gift cards and credit.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "g01",
        says: "what is on a gift card or credit is the sum of its moves, which have no gap",
        sql: "SELECT v.kind AS culprit FROM stored_values v LEFT JOIN stored_value_moves m ON m.stored_value_id = v.id
              GROUP BY v.id, v.kind, v.balance_minor, v.move_count
              HAVING v.balance_minor <> COALESCE(SUM(m.amount_minor), 0) OR v.move_count <> COUNT(m.seq) OR v.move_count <> COALESCE(MAX(m.seq), 0)
              UNION ALL
              SELECT m.kind AS culprit FROM stored_value_moves m LEFT JOIN stored_value_moves b
                  ON b.stored_value_id = m.stored_value_id AND b.seq = m.seq - 1
              WHERE m.balance_minor <> COALESCE(b.balance_minor, 0) + m.amount_minor",
        grace_s: None,
    },
    Invariant {
        code: "g02",
        says: "what the ledger owes to holders of gift cards and credit is what is on them, move by move",
        sql: "SELECT m.kind AS culprit FROM stored_value_moves m JOIN stored_values v ON v.id = m.stored_value_id
              WHERE NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.transaction_id = m.transaction_id AND e.currency = v.currency
                  AND e.amount_minor = -m.amount_minor AND e.account = CASE v.kind WHEN 'gift_card' THEN 'gift_cards' ELSE 'store_credit' END)
              UNION ALL
              SELECT e.account AS culprit FROM ledger_entries e WHERE e.account IN ('gift_cards', 'store_credit')
                  AND NOT EXISTS (SELECT 1 FROM stored_value_moves m WHERE m.transaction_id = e.transaction_id)",
        grace_s: None,
    },
    Invariant {
        code: "g03",
        says: "a payment operation moves the gift card or credit that it names, by its amount, once it succeeded",
        sql: "SELECT o.kind AS culprit FROM payment_operations o
              LEFT JOIN ledger_transactions t ON t.operation_id = o.id
              LEFT JOIN stored_value_moves m ON m.transaction_id = t.id AND m.stored_value_id = o.stored_value_id
              WHERE o.stored_value_id IS NOT NULL
                  AND o.status || ':' || COALESCE(m.amount_minor, 0) <>
                      'succeeded:' || CASE o.kind WHEN 'capture' THEN -o.amount_minor ELSE o.amount_minor END",
        grace_s: None,
    },
];

#[derive(FromQueryResult)]
struct ValueRow {
    id: Uuid,
    kind: String,
    user_id: Option<Uuid>,
    code_end: Option<String>,
    code_is_ours: bool,
    currency: String,
    balance_minor: i64,
    active: bool,
    expires_at: Option<Timestamp>,
    note: Option<String>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

const COLUMNS: &str =
    "id, kind, user_id, code_end, code_is_ours, currency, balance_minor, active, expires_at, note, version, created_at, updated_at";

impl TryFrom<ValueRow> for StoredValue {
    type Error = DatabaseError;

    fn try_from(row: ValueRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: StoredValueId::from_uuid(row.id),
            kind: row.kind.parse().map_err(|_| DatabaseError::corrupt("stored_values.kind"))?,
            user_id: row.user_id.map(UserId::from_uuid),
            code_end: row.code_end,
            code_is_ours: row.code_is_ours,
            balance: Money::new(row.balance_minor, currency(&row.currency)?),
            active: row.active,
            expires_at: row.expires_at,
            note: row.note,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

fn currency(code: &str) -> Result<Currency, DatabaseError> {
    code.parse().map_err(|_| DatabaseError::corrupt("stored_values.currency"))
}

/// Which gift cards or credits are wanted.
#[derive(Debug, Clone)]
pub struct StoredValueQuery {
    /// Gift cards or credit.
    pub kind: StoredValueKind,
    /// Only those of this customer.
    pub user_id: Option<UserId>,
    /// Only those whose code ends so.
    pub code_end: Option<String>,
    /// Only those that are switched on, or off.
    pub active: Option<bool>,
    /// The newest first, else the oldest.
    pub newest_first: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of gift cards or credits. At most two statements.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list(db: &impl ConnectionTrait, query: &StoredValueQuery) -> Result<Page<StoredValue>, ListError> {
    let mut narrowed = Conditions::default();
    narrowed.is("kind", Some(query.kind.as_str()));
    narrowed.is("user_id", query.user_id);
    narrowed.is("code_end", query.code_end.as_deref());
    narrowed.is("active", query.active);
    let rows = ById { columns: COLUMNS, source: "stored_values", id: "id" };
    rows.page::<ValueRow, _>(db, narrowed, (&query.page, query.newest_first), |value: &StoredValue| value.id.uuid()).await
}

/// A gift card or credit.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: StoredValueId) -> Result<Option<StoredValue>, DatabaseError> {
    let row: Option<ValueRow> = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM stored_values WHERE id = $1"), values![id]).await?;
    row.map(StoredValue::try_from).transpose()
}

/// Several of them, by their ids.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_all(db: &impl ConnectionTrait, ids: &[StoredValueId]) -> Result<Vec<StoredValue>, DatabaseError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut parameters = Parameters::default();
    let list = parameters.bind_all(ids.iter().copied());
    let sql = format!("SELECT {COLUMNS} FROM stored_values WHERE id IN ({list}) ORDER BY id");
    let rows: Vec<ValueRow> = db::fetch_all(db, &sql, parameters.0).await?;
    rows.into_iter().map(StoredValue::try_from).collect()
}

/// The gift card of this code.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_by_code(db: &impl ConnectionTrait, code: &GiftCardCode) -> Result<Option<StoredValue>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM stored_values WHERE code_digest = $1");
    let row: Option<ValueRow> = db::fetch_optional(db, &sql, values![code.digest()]).await?;
    row.map(StoredValue::try_from).transpose()
}

/// What a customer has on account in a currency.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn credit_of(db: &impl ConnectionTrait, user: UserId, currency: Currency) -> Result<Option<StoredValue>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM stored_values WHERE user_id = $1 AND currency = $2");
    let row: Option<ValueRow> = db::fetch_optional(db, &sql, values![user, currency]).await?;
    row.map(StoredValue::try_from).transpose()
}

/// What a customer has on account, by currency.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn credits_of(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<StoredValue>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM stored_values WHERE user_id = $1 ORDER BY currency");
    let rows: Vec<ValueRow> = db::fetch_all(db, &sql, values![user]).await?;
    rows.into_iter().map(StoredValue::try_from).collect()
}

pub(super) async fn lock(tx: &WriteTx, id: StoredValueId) -> Result<Option<StoredValue>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM stored_values WHERE id = $1 FOR UPDATE");
    let row: Option<ValueRow> = db::fetch_optional(tx, &sql, values![id]).await?;
    row.map(StoredValue::try_from).transpose()
}

/// The gift cards of some lines that were sold, line by line.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn sold_by(db: &impl ConnectionTrait, lines: &[Uuid]) -> Result<Vec<StoredValue>, DatabaseError> {
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let mut parameters = Parameters::default();
    let list = parameters.bind_all(lines.iter().copied());
    let sql = format!("SELECT {COLUMNS} FROM stored_values WHERE sold_by IN ({list}) ORDER BY sold_by, sold_piece");
    let rows: Vec<ValueRow> = db::fetch_all(db, &sql, parameters.0).await?;
    rows.into_iter().map(StoredValue::try_from).collect()
}

/// Of which pieces of a line there are gift cards: 1, 2, 3 ….
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn pieces_sold_by(db: &impl ConnectionTrait, line: Uuid) -> Result<Vec<i64>, DatabaseError> {
    #[derive(FromQueryResult)]
    struct Piece {
        sold_piece: i64,
    }
    const SELECT: &str = "SELECT sold_piece FROM stored_values WHERE sold_by = $1 ORDER BY sold_piece";
    let rows: Vec<Piece> = db::fetch_all(db, SELECT, values![line]).await?;
    Ok(rows.into_iter().map(|row| row.sold_piece).collect())
}

/// The gift cards that a line was sold as and that nobody has spent anything of, locked until the transaction ends.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock_unspent_of(tx: &WriteTx, line: Uuid) -> Result<Vec<StoredValue>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM stored_values WHERE sold_by = $1 AND balance_minor > 0 AND balance_minor = (
             SELECT m.amount_minor FROM stored_value_moves m WHERE m.stored_value_id = stored_values.id AND m.seq = 1)
         ORDER BY sold_piece FOR UPDATE"
    );
    let rows: Vec<ValueRow> = db::fetch_all(tx, &sql, values![line]).await?;
    rows.into_iter().map(StoredValue::try_from).collect()
}

#[derive(FromQueryResult)]
struct CalledOffRow {
    id: Uuid,
    currency: String,
    sold_minor: i64,
}

/// The gift cards of a line that were taken back, with what they were sold for, locked until the transaction ends.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock_called_off_of(tx: &WriteTx, line: Uuid) -> Result<Vec<(StoredValueId, Money)>, DatabaseError> {
    const SELECT: &str = "SELECT id, currency, (SELECT m.amount_minor FROM stored_value_moves m
            WHERE m.stored_value_id = stored_values.id AND m.seq = 1) AS sold_minor
        FROM stored_values WHERE sold_by = $1 AND balance_minor = 0 AND EXISTS (SELECT 1 FROM stored_value_moves m
            WHERE m.stored_value_id = stored_values.id AND m.seq = stored_values.move_count AND m.kind = 'called_off')
        ORDER BY sold_piece FOR UPDATE";
    let rows: Vec<CalledOffRow> = db::fetch_all(tx, SELECT, values![line]).await?;
    let card = |row: CalledOffRow| Ok((StoredValueId::from_uuid(row.id), Money::new(row.sold_minor, currency(&row.currency)?)));
    rows.into_iter().map(card).collect()
}

/// Locks what paid for something, in the one order in which all do that spend or give back: nobody waits in a circle.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock_paying(tx: &WriteTx, reference_id: Uuid) -> Result<(), DatabaseError> {
    const SELECT: &str = "SELECT id FROM stored_values WHERE id IN (SELECT o.stored_value_id FROM payment_operations o
            JOIN payments p ON p.id = o.payment_id WHERE p.reference_id = $1 AND o.stored_value_id IS NOT NULL)
        ORDER BY id FOR UPDATE";
    db::execute(tx, SELECT, values![reference_id]).await.map(drop)
}

/// A row with nothing on it: of a code, or of one piece of a line that was sold.
pub(super) struct NewValue<'a> {
    pub(super) value: &'a StoredValue,
    pub(super) code: Option<&'a GiftCardCode>,
    pub(super) sold: Option<(Uuid, i64)>,
}

const INSERT: &str =
    "INSERT INTO stored_values (id, kind, user_id, code_digest, code_end, code_is_ours, currency, balance_minor, move_count,
    active, expires_at, note, sold_by, sold_piece, version, created_at, updated_at, created_by, updated_by)
    VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, $9, $10, $11, $12, $13, $14, $14, $15, $15)";

fn inserted(tx: &WriteTx, new: &NewValue<'_>) -> Vec<db::Value> {
    let value = new.value;
    let (line, piece) = new.sold.unzip();
    values![
        value.id,
        value.kind.as_str(),
        value.user_id,
        new.code.map(GiftCardCode::digest),
        value.code_end.as_deref(),
        value.code_is_ours,
        value.balance.currency(),
        value.active,
        value.expires_at,
        value.note.as_deref(),
        line,
        piece,
        value.version,
        tx.now(),
        tx.actor().to_string(),
    ]
}

pub(super) async fn insert(tx: &WriteTx, new: &NewValue<'_>) -> Result<(), StoredValueError> {
    let inserted = db::execute(tx, INSERT, inserted(tx, new)).await.map(drop);
    inserted.on_unique("stored_values_code_key", "stored_values.code_digest", || StoredValueError::CodeTaken)
}

/// The same for a customer's credit, which another may make in the same moment.
pub(super) async fn insert_credit(tx: &WriteTx, value: &StoredValue) -> Result<(), DatabaseError> {
    let sql = format!("{INSERT} ON CONFLICT DO NOTHING");
    db::execute(tx, &sql, inserted(tx, &NewValue { value, code: None, sold: None })).await.map(drop)
}

#[derive(FromQueryResult)]
struct Changed {
    move_count: i64,
    #[row(nested)]
    value: ValueRow,
}

/// The row as it is after the change, and the number of its move; none where the row does not allow it.
pub(super) async fn change_balance(tx: &WriteTx, id: StoredValueId, change: &Change) -> Result<Option<(StoredValue, i64)>, DatabaseError> {
    let sql = format!(
        "UPDATE stored_values SET balance_minor = balance_minor + $1, move_count = move_count + 1, version = version + 1, updated_at = $2,
             updated_by = $3
         WHERE id = $4 AND currency = $5 AND balance_minor + $1 >= 0 AND ($6 = FALSE OR (active = TRUE AND (expires_at IS NULL OR expires_at > $2)))
         RETURNING move_count, {COLUMNS}"
    );
    let is_spent = change.kind == MoveKind::Redeemed;
    let values = values![change.amount, tx.now(), tx.actor().to_string(), id, change.amount.currency(), is_spent];
    let row: Option<Changed> = db::fetch_optional(tx, &sql, values).await?;
    row.map(|row| Ok((StoredValue::try_from(row.value)?, row.move_count))).transpose()
}

pub(super) async fn insert_move(
    tx: &WriteTx,
    (value, seq): (&StoredValue, i64),
    change: &Change,
    transaction_id: LedgerTransactionId,
) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO stored_value_moves (stored_value_id, seq, kind, amount_minor, balance_minor, reason, transaction_id,
        created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    let (kind, reason) = (change.kind.as_str(), change.reason.map(|reason| reason.as_str()));
    let actor = tx.actor().to_string();
    let values = values![value.id, seq, kind, change.amount, value.balance, reason, transaction_id, tx.now(), actor];
    db::execute_later(tx, INSERT, values).await
}

/// Writes what staff may change of a gift card, and its next version.
pub(super) async fn update(tx: &WriteTx, value: &StoredValue) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE stored_values SET active = $1, expires_at = $2, note = $3, version = $4, updated_at = $5, updated_by = $6
        WHERE id = $7";
    let actor = tx.actor().to_string();
    let values = values![value.active, value.expires_at, value.note.as_deref(), value.version, tx.now(), actor, value.id];
    db::execute(tx, UPDATE, values).await.map(drop)
}

#[derive(FromQueryResult)]
struct MoveRow {
    seq: i64,
    kind: String,
    amount_minor: i64,
    balance_minor: i64,
    reason: Option<String>,
    reference_id: Uuid,
    created_at: Timestamp,
    created_by: String,
}

/// What changed a gift card or credit, the newest first: as many as are asked for.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn moves_of(db: &impl ConnectionTrait, value: &StoredValue, most: i64) -> Result<Vec<StoredMove>, DatabaseError> {
    const SELECT: &str = "SELECT m.seq, m.kind, m.amount_minor, m.balance_minor, m.reason, t.reference_id, m.created_at, m.created_by
        FROM stored_value_moves m JOIN ledger_transactions t ON t.id = m.transaction_id
        WHERE m.stored_value_id = $1 ORDER BY m.seq DESC LIMIT $2";
    let rows: Vec<MoveRow> = db::fetch_all(db, SELECT, values![value.id, most]).await?;
    let moved = |row: MoveRow| {
        let money = |minor| Money::new(minor, value.balance.currency());
        let reason = row.reason.map(|word| word.parse().map_err(|_| DatabaseError::corrupt("stored_value_moves.reason"))).transpose()?;
        Ok(StoredMove {
            seq: row.seq,
            kind: row.kind.parse().map_err(|_| DatabaseError::corrupt("stored_value_moves.kind"))?,
            amount: money(row.amount_minor),
            balance: money(row.balance_minor),
            reason,
            reference_id: Some(row.reference_id).filter(|reference| *reference != value.id.uuid()),
            created_at: row.created_at,
            created_by: row.created_by,
        })
    };
    rows.into_iter().map(moved).collect()
}
