//! Rows of the ledger; both tables are append-only.

use kernel::{LedgerTransactionId, OperationId};
use platform::db::{self, DatabaseError, Invariant, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::LedgerTransaction;

/// What always holds of the ledger.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "m01",
        says: "each ledger transaction sums to zero per currency",
        sql: "SELECT currency AS culprit FROM ledger_entries GROUP BY transaction_id, currency HAVING SUM(amount_minor) <> 0",
        grace_s: None,
    },
    Invariant {
        code: "m06",
        says: "every succeeded operation that moves money is booked exactly once, and nothing else is",
        sql: "SELECT o.kind AS culprit FROM payment_operations o
              LEFT JOIN ledger_transactions t ON t.operation_id = o.id
              WHERE (t.id IS NOT NULL) <> (o.status = 'succeeded' AND o.kind IN ('capture', 'refund'))
              UNION ALL
              SELECT t.kind AS culprit FROM ledger_transactions t WHERE NOT EXISTS (SELECT 1 FROM ledger_entries e WHERE e.transaction_id = t.id)",
        grace_s: None,
    },
];

/// For what money moves.
#[derive(Debug, Clone, Copy)]
pub struct Booking {
    /// The operation that moved it, where one did; booked at most once.
    pub operation_id: Option<OperationId>,
    /// What is paid for, or the gift card or credit that it is about.
    pub reference_id: Uuid,
}

/// Books a movement in the transaction that makes it true.
///
/// # Errors
/// `DatabaseError`, also for an operation that is booked already.
pub async fn book(tx: &WriteTx, booking: Booking, transaction: &LedgerTransaction) -> Result<LedgerTransactionId, DatabaseError> {
    const INSERT: &str =
        "INSERT INTO ledger_transactions (id, kind, operation_id, reference_id, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6)";
    let id = LedgerTransactionId::generate();
    let kind = transaction.kind().as_str();
    let values = values![id, kind, booking.operation_id, booking.reference_id, tx.now(), tx.actor().to_string()];
    db::execute_later(tx, INSERT, values).await?;
    let entries = (1_i64..).zip(transaction.entries());
    let rows = entries.map(|(position, entry)| values![id, position, entry.account.to_string(), entry.amount.currency(), entry.amount]);
    const ENTRIES: &str = "INSERT INTO ledger_entries (transaction_id, position, account, currency, amount_minor) VALUES";
    db::insert_many_later(tx, ENTRIES, rows.collect(), "").await?;
    Ok(id)
}
