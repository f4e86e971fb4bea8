//! Rows of payments, their history and their operations.

use std::collections::HashMap;

use kernel::{Currency, Money, OperationId, PaymentId, StoredValueId, Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, Parameters, WriteTx};
use platform::values;
use uuid::Uuid;

use super::entities::{Operation, Payment};
use super::model::{MoveCause, PaymentStatus};
use super::rebuild::PaymentState;

/// What always holds of payments.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "m04",
        says: "captures, pending and unknown ones too, never exceed what a payment asked for",
        sql: "SELECT p.provider AS culprit FROM payments p JOIN payment_operations o ON o.payment_id = p.id
              WHERE o.kind = 'capture' AND o.status <> 'failed' GROUP BY p.id, p.provider, p.amount_minor
              HAVING SUM(o.amount_minor) > p.amount_minor",
        grace_s: None,
    },
    Invariant {
        code: "m05",
        says: "refunds, pending and unknown ones too, never exceed what a payment captured",
        sql: "SELECT p.provider AS culprit FROM payments p JOIN payment_operations o ON o.payment_id = p.id
              GROUP BY p.id, p.provider
              HAVING SUM(CASE WHEN o.kind = 'refund' AND o.status <> 'failed' THEN o.amount_minor ELSE 0 END)
                   > SUM(CASE WHEN o.kind = 'capture' AND o.status = 'succeeded' THEN o.amount_minor ELSE 0 END)",
        grace_s: None,
    },
    Invariant {
        code: "m07",
        says: "an operation has the currency of its payment",
        sql: "SELECT o.currency AS culprit FROM payment_operations o JOIN payments p ON p.id = o.payment_id WHERE o.currency <> p.currency",
        grace_s: None,
    },
    Invariant {
        code: "m09",
        says: "what a payment says it captured and refunded is the sum of its operations",
        sql: "SELECT p.provider AS culprit FROM payments p LEFT JOIN payment_operations o ON o.payment_id = p.id AND o.status = 'succeeded'
              GROUP BY p.id, p.provider, p.captured_minor, p.refunded_minor
              HAVING p.captured_minor <> COALESCE(SUM(CASE WHEN o.kind = 'capture' THEN o.amount_minor ELSE 0 END), 0)
                  OR p.refunded_minor <> COALESCE(SUM(CASE WHEN o.kind = 'refund' THEN o.amount_minor ELSE 0 END), 0)",
        grace_s: None,
    },
    Invariant {
        code: "t02",
        says: "the history of a payment is a gapless chain of legal moves that ends in its state",
        sql: "SELECT p.status AS culprit FROM payments p WHERE p.transition_count <> (
                  SELECT COUNT(*) FROM payment_transitions t WHERE t.payment_id = p.id)
              OR NOT EXISTS (SELECT 1 FROM payment_transitions t WHERE t.payment_id = p.id AND t.seq = p.transition_count AND t.to_status = p.status)
              UNION ALL
              SELECT t.to_status AS culprit FROM payment_transitions t WHERE t.seq > 1 AND NOT EXISTS (
                  SELECT 1 FROM payment_transitions b WHERE b.payment_id = t.payment_id AND b.seq = t.seq - 1 AND b.to_status = t.from_status)
              UNION ALL
              SELECT t.to_status AS culprit FROM payment_transitions t WHERE COALESCE(t.from_status, '') || '>' || t.to_status NOT IN (
                  '>created', 'created>awaiting_customer', 'created>processing', 'created>captured', 'created>expired', 'created>failed',
                  'created>voided', 'awaiting_customer>processing', 'awaiting_customer>expired', 'awaiting_customer>failed',
                  'awaiting_customer>voided', 'processing>awaiting_customer', 'processing>authorised', 'processing>captured',
                  'processing>failed', 'processing>unknown', 'unknown>awaiting_customer', 'unknown>authorised', 'unknown>captured', 'unknown>failed',
                  'authorised>captured', 'authorised>voided', 'authorised>expired', 'captured>disputed', 'disputed>won', 'disputed>lost',
                  'expired>captured', 'failed>captured', 'voided>captured')",
        grace_s: None,
    },
    Invariant {
        code: "e07",
        says: "each state change of a payment or an operation has exactly one event",
        sql: "SELECT 'payment' AS culprit FROM payments p WHERE p.transition_count <> (
                  SELECT COUNT(*) FROM (
                      SELECT id FROM events e WHERE e.aggregate_type = 'payment' AND e.aggregate_id = p.id AND e.type NOT LIKE 'payment.operation%'
                      UNION ALL
                      SELECT id FROM outbox b WHERE b.aggregate_type = 'payment' AND b.aggregate_id = p.id AND b.type NOT LIKE 'payment.operation%'
                  ) AS told)
              UNION ALL
              SELECT due.type AS culprit FROM payment_operations o JOIN (
                  SELECT 'payment.operation_started' AS type, 'any' AS status
                  UNION ALL SELECT 'payment.operation_succeeded', 'succeeded'
                  UNION ALL SELECT 'payment.operation_failed', 'failed') AS due ON due.status IN ('any', o.status)
              GROUP BY o.payment_id, due.type
              HAVING COUNT(*) <> (SELECT COUNT(*) FROM (
                  SELECT id FROM events e WHERE e.aggregate_type = 'payment' AND e.aggregate_id = o.payment_id AND e.type = due.type
                  UNION ALL
                  SELECT id FROM outbox b WHERE b.aggregate_type = 'payment' AND b.aggregate_id = o.payment_id AND b.type = due.type
                  ) AS told)",
        grace_s: None,
    },
];

#[derive(FromQueryResult)]
pub(super) struct PaymentRow {
    id: Uuid,
    reference_id: Uuid,
    user_id: Option<Uuid>,
    provider: String,
    status: String,
    currency: String,
    amount_minor: i64,
    authorised_minor: i64,
    captured_minor: i64,
    refunded_minor: i64,
    provider_reference: Option<String>,
    charge_reference: Option<String>,
    next_action: Option<serde_json::Value>,
    error_code: Option<String>,
    transition_count: i64,
    created_at: Timestamp,
}

pub(super) const PAYMENT: &str =
    "id, reference_id, user_id, provider, status, currency, amount_minor, authorised_minor, captured_minor, refunded_minor,
    provider_reference, charge_reference, next_action, error_code, transition_count, created_at";

impl TryFrom<PaymentRow> for Payment {
    type Error = DatabaseError;

    fn try_from(row: PaymentRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: PaymentId::from_uuid(row.id),
            reference_id: row.reference_id,
            user_id: row.user_id.map(UserId::from_uuid),
            provider: row.provider,
            status: row.status.parse().map_err(|_| DatabaseError::corrupt("payments.status"))?,
            amount: Money::new(row.amount_minor, currency(&row.currency)?),
            authorised_minor: row.authorised_minor,
            captured_minor: row.captured_minor,
            refunded_minor: row.refunded_minor,
            provider_reference: row.provider_reference,
            charge_reference: row.charge_reference,
            next_action: row.next_action,
            error_code: row.error_code,
            transition_count: row.transition_count,
            created_at: row.created_at,
        })
    }
}

#[derive(FromQueryResult)]
pub(super) struct OperationRow {
    id: Uuid,
    payment_id: Uuid,
    kind: String,
    status: String,
    currency: String,
    amount_minor: i64,
    provider: String,
    provider_reference: Option<String>,
    stored_value_id: Option<Uuid>,
    created_at: Timestamp,
}

pub(super) const OPERATION: &str =
    "id, payment_id, kind, status, currency, amount_minor, provider, provider_reference, stored_value_id, created_at";

impl TryFrom<OperationRow> for Operation {
    type Error = DatabaseError;

    fn try_from(row: OperationRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: OperationId::from_uuid(row.id),
            payment_id: PaymentId::from_uuid(row.payment_id),
            kind: row.kind.parse().map_err(|_| DatabaseError::corrupt("payment_operations.kind"))?,
            status: row.status.parse().map_err(|_| DatabaseError::corrupt("payment_operations.status"))?,
            amount: Money::new(row.amount_minor, currency(&row.currency)?),
            provider: row.provider,
            provider_reference: row.provider_reference,
            stored_value_id: row.stored_value_id.map(StoredValueId::from_uuid),
            created_at: row.created_at,
        })
    }
}

fn currency(code: &str) -> Result<Currency, DatabaseError> {
    code.parse().map_err(|_| DatabaseError::corrupt("a currency code"))
}

pub(super) async fn insert(tx: &WriteTx, payment: &Payment, cause: MoveCause) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO payments (id, reference_id, user_id, provider, status, currency, amount_minor, transition_count,
        created_at, updated_at, created_by, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8, $9, $9)";
    let currency = payment.amount.currency();
    let (status, actor) = (payment.status.as_str(), tx.actor().to_string());
    let values =
        values![payment.id, payment.reference_id, payment.user_id, &payment.provider, status, currency, payment.amount, tx.now(), actor];
    db::execute_later(tx, INSERT, values).await?;
    insert_transition(tx, payment, None, cause).await
}

/// Writes the payment's new figures, and its history where the state changed.
pub(super) async fn update(tx: &WriteTx, payment: &Payment, from: PaymentStatus, cause: MoveCause) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE payments SET status = $1, authorised_minor = $2, captured_minor = $3, refunded_minor = $4,
        provider_reference = $5, charge_reference = $6, next_action = $7, error_code = $8, transition_count = $9, version = version + 1,
        updated_at = $10, updated_by = $11 WHERE id = $12";
    let actor = tx.actor().to_string();
    let values = values![
        payment.status.as_str(),
        payment.authorised_minor,
        payment.captured_minor,
        payment.refunded_minor,
        payment.provider_reference.as_deref(),
        payment.charge_reference.as_deref(),
        payment.next_action.clone(),
        payment.error_code.as_deref(),
        payment.transition_count,
        tx.now(),
        actor,
        payment.id,
    ];
    db::execute_later(tx, UPDATE, values).await?;
    if payment.status == from { Ok(()) } else { insert_transition(tx, payment, Some(from), cause).await }
}

async fn insert_transition(tx: &WriteTx, payment: &Payment, from: Option<PaymentStatus>, cause: MoveCause) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO payment_transitions (payment_id, seq, from_status, to_status, cause, actor, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let from = from.map(PaymentStatus::as_str);
    let (seq, to, actor) = (payment.transition_count, payment.status.as_str(), tx.actor().to_string());
    db::execute_later(tx, INSERT, values![payment.id, seq, from, to, cause.as_str(), actor, tx.now()]).await
}

pub(super) async fn insert_operation(tx: &WriteTx, operation: &Operation) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO payment_operations (id, payment_id, kind, status, currency, amount_minor, provider, provider_reference,
        stored_value_id, created_at, updated_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11)";
    let (kind, status, currency) = (operation.kind.as_str(), operation.status.as_str(), operation.amount.currency());
    let reference = operation.provider_reference.as_deref();
    let actor = tx.actor().to_string();
    let values = values![
        operation.id,
        operation.payment_id,
        kind,
        status,
        currency,
        operation.amount,
        &operation.provider,
        reference,
        operation.stored_value_id,
        tx.now(),
        actor
    ];
    db::execute_later(tx, INSERT, values).await
}

/// The gift card or credit that a payment was made with.
pub(super) async fn redeemed_of(tx: &WriteTx, payment: PaymentId) -> Result<StoredValueId, DatabaseError> {
    const SELECT: &str =
        "SELECT stored_value_id FROM payment_operations WHERE payment_id = $1 AND kind = 'capture' AND status = 'succeeded'";
    let redeemed: Option<Option<Uuid>> = db::fetch_scalar(tx, SELECT, values![payment]).await?;
    redeemed.flatten().map(StoredValueId::from_uuid).ok_or_else(|| DatabaseError::corrupt("payment_operations.stored_value_id"))
}

pub(super) async fn update_operation(tx: &WriteTx, operation: &Operation, error_code: Option<&str>) -> Result<(), DatabaseError> {
    const UPDATE: &str =
        "UPDATE payment_operations SET status = $1, provider_reference = $2, error_code = $3, updated_at = $4 WHERE id = $5";
    let values = values![operation.status.as_str(), operation.provider_reference.as_deref(), error_code, tx.now(), operation.id];
    db::execute_later(tx, UPDATE, values).await
}

/// The payments of one reference, oldest first.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_by_reference(db: &impl ConnectionTrait, reference_id: Uuid) -> Result<Vec<Payment>, DatabaseError> {
    let sql = format!("SELECT {PAYMENT} FROM payments WHERE reference_id = $1 ORDER BY created_at, id");
    let rows: Vec<PaymentRow> = db::fetch_all(db, &sql, values![reference_id]).await?;
    rows.into_iter().map(Payment::try_from).collect()
}

/// The same, locked until the transaction ends. Whoever locks payments holds the lock of what they pay for already.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock_by_reference(tx: &WriteTx, reference_id: Uuid) -> Result<Vec<Payment>, DatabaseError> {
    let sql = format!("SELECT {PAYMENT} FROM payments WHERE reference_id = $1 ORDER BY created_at, id FOR UPDATE");
    let rows: Vec<PaymentRow> = db::fetch_all(tx, &sql, values![reference_id]).await?;
    rows.into_iter().map(Payment::try_from).collect()
}

/// An operation and its payment.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_operation(db: &impl ConnectionTrait, id: OperationId) -> Result<Option<(Operation, Payment)>, DatabaseError> {
    let row: Option<OperationRow> =
        db::fetch_optional(db, &format!("SELECT {OPERATION} FROM payment_operations WHERE id = $1"), values![id]).await?;
    let Some(row) = row else { return Ok(None) };
    let operation = Operation::try_from(row)?;
    let sql = format!("SELECT {PAYMENT} FROM payments WHERE id = $1");
    let payment: PaymentRow = db::fetch_one(db, &sql, values![operation.payment_id]).await?;
    Ok(Some((operation, Payment::try_from(payment)?)))
}

/// What the tables say of these payments.
pub(super) async fn states(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, PaymentState>, DatabaseError> {
    let mut parameters = Parameters::default();
    let list = parameters.bind_all(ids.iter().copied());
    let payments: Vec<PaymentRow> =
        db::fetch_all(db, &format!("SELECT {PAYMENT} FROM payments WHERE id IN ({list})"), parameters.0.clone()).await?;
    let operations: Vec<OperationRow> =
        db::fetch_all(db, &format!("SELECT {OPERATION} FROM payment_operations WHERE payment_id IN ({list})"), parameters.0).await?;
    let mut of_payment: HashMap<PaymentId, Vec<Operation>> = HashMap::new();
    for operation in operations {
        let operation = Operation::try_from(operation)?;
        of_payment.entry(operation.payment_id).or_default().push(operation);
    }
    let state = |payment: PaymentRow| {
        let payment = Payment::try_from(payment)?;
        let operations = of_payment.remove(&payment.id).unwrap_or_default();
        Ok((payment.id.uuid(), PaymentState::of(payment, &operations)))
    };
    payments.into_iter().map(state).collect()
}

pub(super) async fn lock_payment(tx: &WriteTx, id: PaymentId) -> Result<Option<Payment>, DatabaseError> {
    let row: Option<PaymentRow> =
        db::fetch_optional(tx, &format!("SELECT {PAYMENT} FROM payments WHERE id = $1 FOR UPDATE"), values![id]).await?;
    row.map(Payment::try_from).transpose()
}

/// The operations of all payments of one reference, oldest first.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn operations_of(db: &impl ConnectionTrait, reference_id: Uuid) -> Result<Vec<Operation>, DatabaseError> {
    let sql = format!(
        "SELECT {OPERATION} FROM payment_operations
         WHERE payment_id IN (SELECT id FROM payments WHERE reference_id = $1) ORDER BY created_at, id"
    );
    let rows: Vec<OperationRow> = db::fetch_all(db, &sql, values![reference_id]).await?;
    rows.into_iter().map(Operation::try_from).collect()
}

/// True while an operation of this reference is pending or unknown: its outcome may still bring money.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn has_open_operation(db: &impl ConnectionTrait, reference_id: Uuid) -> Result<bool, DatabaseError> {
    const SELECT: &str = "SELECT CAST(1 AS BIGINT) FROM payment_operations o JOIN payments p ON p.id = o.payment_id
        WHERE p.reference_id = $1 AND o.status IN ('pending', 'unknown') LIMIT 1";
    Ok(db::fetch_scalar::<i64>(db, SELECT, values![reference_id]).await?.is_some())
}

pub(super) async fn set_note(tx: &WriteTx, id: PaymentId, note: &str) -> Result<(), DatabaseError> {
    db::execute(tx, "UPDATE payments SET note = $1 WHERE id = $2", values![note, id]).await.map(drop)
}

/// References in one statement.
const REFERENCES_AT_ONCE: usize = 500;

/// Forgets what staff noted of the payments of these references: it may tell of whoever paid.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn forget_notes(tx: &WriteTx, references: &[Uuid]) -> Result<(), DatabaseError> {
    forget_notes_in(tx, "payments", references).await
}

/// The same in another table that has a note and a reference.
pub(crate) async fn forget_notes_in(tx: &WriteTx, table: &'static str, references: &[Uuid]) -> Result<(), DatabaseError> {
    for some in references.chunks(REFERENCES_AT_ONCE) {
        let sql =
            format!("UPDATE {table} SET note = NULL WHERE note IS NOT NULL AND reference_id IN ({})", db::placeholders(1, some.len()));
        db::execute(tx, &sql, some.iter().flat_map(|id| values![*id]).collect()).await?;
    }
    Ok(())
}
