//! Rows of refunds.

use std::collections::HashMap;

use kernel::{Currency, Money, OperationId, Page, PageRequest, PaymentId, RefundId, Timestamp};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, ListError, Parameters, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::{Refund, RefundPart};
use crate::payments::forget_notes_in;

/// What always holds of refunds.
pub const INVARIANTS: &[Invariant] = &[Invariant {
    code: "m13",
    says: "the operations of a refund are refunds of what it is for and come to its amount",
    sql:
        "SELECT r.reason AS culprit FROM refunds r
              LEFT JOIN refund_operations x ON x.refund_id = r.id
              LEFT JOIN payment_operations o ON o.id = x.operation_id
              LEFT JOIN payments p ON p.id = o.payment_id
              GROUP BY r.id, r.reason, r.amount_minor
              HAVING r.amount_minor <> COALESCE(SUM(o.amount_minor), 0)
                  OR SUM(CASE WHEN o.kind = 'refund' AND o.currency = r.currency AND p.reference_id = r.reference_id THEN 0 ELSE 1 END) > 0",
    grace_s: None,
}];

#[derive(FromQueryResult)]
struct RefundRow {
    id: Uuid,
    reference_id: Uuid,
    currency: String,
    amount_minor: i64,
    reason: String,
    note: Option<String>,
    created_at: Timestamp,
    created_by: String,
}

const REFUND: &str = "id, reference_id, currency, amount_minor, reason, note, created_at, created_by";

impl TryFrom<RefundRow> for Refund {
    type Error = DatabaseError;

    fn try_from(row: RefundRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: RefundId::from_uuid(row.id),
            reference_id: row.reference_id,
            amount: Money::new(row.amount_minor, currency(&row.currency)?),
            reason: row.reason.parse().map_err(|_| DatabaseError::corrupt("refunds.reason"))?,
            note: row.note,
            parts: Vec::new(),
            created_at: row.created_at,
            created_by: row.created_by,
        })
    }
}

#[derive(FromQueryResult)]
struct PartRow {
    refund_id: Uuid,
    operation_id: Uuid,
    payment_id: Uuid,
    provider: String,
    currency: String,
    amount_minor: i64,
    status: String,
    error_code: Option<String>,
}

impl TryFrom<PartRow> for RefundPart {
    type Error = DatabaseError;

    fn try_from(row: PartRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            operation_id: OperationId::from_uuid(row.operation_id),
            payment_id: PaymentId::from_uuid(row.payment_id),
            provider: row.provider,
            amount: Money::new(row.amount_minor, currency(&row.currency)?),
            status: row.status.parse().map_err(|_| DatabaseError::corrupt("payment_operations.status"))?,
            error_code: row.error_code,
        })
    }
}

fn currency(code: &str) -> Result<Currency, DatabaseError> {
    code.parse().map_err(|_| DatabaseError::corrupt("refunds.currency"))
}

pub(super) async fn insert(tx: &WriteTx, refund: &Refund) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO refunds (id, reference_id, currency, amount_minor, reason, note, created_at, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let (currency, reason, note) = (refund.amount.currency(), refund.reason.as_str(), refund.note.as_deref());
    let values = values![refund.id, refund.reference_id, currency, refund.amount, reason, note, refund.created_at, &refund.created_by];
    db::execute(tx, INSERT, values).await?;
    let parts = refund.parts.iter().map(|part| values![part.operation_id, refund.id]).collect();
    db::insert_many(tx, "INSERT INTO refund_operations (operation_id, refund_id) VALUES", parts, "").await.map(drop)
}

/// A refund.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: RefundId) -> Result<Option<Refund>, DatabaseError> {
    let row: Option<RefundRow> = db::fetch_optional(db, &format!("SELECT {REFUND} FROM refunds WHERE id = $1"), values![id]).await?;
    let Some(row) = row else { return Ok(None) };
    let mut refunds = vec![Refund::try_from(row)?];
    add_parts(db, &mut refunds).await?;
    Ok(refunds.pop())
}

/// One page of refunds, of one reference or of all, in the order in which they were ordered. At most three statements.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list(
    db: &impl ConnectionTrait,
    reference_id: Option<Uuid>,
    newest_first: bool,
    page: &PageRequest,
) -> Result<Page<Refund>, ListError> {
    let mut narrowed = Conditions::default();
    narrowed.is("reference_id", reference_id);
    let rows = ById { columns: REFUND, source: "refunds", id: "id" };
    let mut found: Page<Refund> = rows.page::<RefundRow, _>(db, narrowed, (page, newest_first), |refund: &Refund| refund.id.uuid()).await?;
    add_parts(db, &mut found.items).await?;
    Ok(found)
}

async fn add_parts(db: &impl ConnectionTrait, refunds: &mut [Refund]) -> Result<(), DatabaseError> {
    if refunds.is_empty() {
        return Ok(());
    }
    let mut parameters = Parameters::default();
    let ids = parameters.bind_all(refunds.iter().map(|refund| refund.id));
    let sql = format!(
        "SELECT x.refund_id, o.id AS operation_id, o.payment_id, o.provider, o.currency, o.amount_minor, o.status, o.error_code
         FROM refund_operations x JOIN payment_operations o ON o.id = x.operation_id WHERE x.refund_id IN ({ids}) ORDER BY o.id"
    );
    let rows: Vec<PartRow> = db::fetch_all(db, &sql, parameters.0).await?;
    let mut parts: HashMap<Uuid, Vec<RefundPart>> = HashMap::new();
    for row in rows {
        parts.entry(row.refund_id).or_default().push(RefundPart::try_from(row)?);
    }
    for refund in refunds {
        refund.parts = parts.remove(&refund.id.uuid()).unwrap_or_default();
    }
    Ok(())
}

/// Forgets what staff noted of refunds for these references: it may tell of whoever got them.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn forget_notes(tx: &WriteTx, references: &[Uuid]) -> Result<(), DatabaseError> {
    forget_notes_in(tx, "refunds", references).await
}
