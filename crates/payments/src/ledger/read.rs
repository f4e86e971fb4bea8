//! Reading the ledger: its transactions, and what they come to.

use std::collections::HashMap;

use kernel::{Currency, LedgerTransactionId, Money, OperationId, Page, PageRequest, Timestamp};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, Parameters};
use uuid::Uuid;

use super::model::{Account, LedgerEntry, TransactionKind};

/// A transaction as it was booked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedTransaction {
    /// Its id.
    pub id: LedgerTransactionId,
    /// Why money moved.
    pub kind: TransactionKind,
    /// The operation that moved it.
    pub operation_id: Option<OperationId>,
    /// What was paid for, or by its kind a gift card or credit.
    pub reference_id: Uuid,
    /// Its entries, which sum to zero in each currency.
    pub entries: Vec<LedgerEntry>,
    /// When it was booked.
    pub created_at: Timestamp,
}

#[derive(FromQueryResult)]
struct TransactionRow {
    id: Uuid,
    kind: String,
    operation_id: Option<Uuid>,
    reference_id: Uuid,
    created_at: Timestamp,
}

impl TryFrom<TransactionRow> for BookedTransaction {
    type Error = DatabaseError;

    fn try_from(row: TransactionRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: LedgerTransactionId::from_uuid(row.id),
            kind: row.kind.parse().map_err(|_| DatabaseError::corrupt("ledger_transactions.kind"))?,
            operation_id: row.operation_id.map(OperationId::from_uuid),
            reference_id: row.reference_id,
            entries: Vec::new(),
            created_at: row.created_at,
        })
    }
}

/// Which transactions are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerQuery {
    /// Only those for this.
    pub reference_id: Option<Uuid>,
    /// Only those that touch this account.
    pub account: Option<Account>,
    /// The newest first, else the oldest.
    pub newest_first: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of the transactions with their entries. At most three statements.
///
/// # Errors
/// `ListError` for a page too deep or a cursor of another list, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &LedgerQuery) -> Result<Page<BookedTransaction>, ListError> {
    const COLUMNS: &str = "t.id, t.kind, t.operation_id, t.reference_id, t.created_at";
    // The transactions of an account are one range of an index, in their order; one that touches it twice is read once.
    const OF_ACCOUNT: &str = "ledger_entries e JOIN ledger_transactions t ON t.id = e.transaction_id";
    const ONCE: &str = "NOT EXISTS (SELECT 1 FROM ledger_entries x
        WHERE x.transaction_id = e.transaction_id AND x.account = e.account AND x.position < e.position)";
    let mut narrowed = Conditions::default();
    narrowed.is("t.reference_id", query.reference_id);
    narrowed.is("e.account", query.account.as_ref().map(Account::to_string));
    let rows = if query.account.is_some() {
        narrowed.add(ONCE);
        ById { columns: COLUMNS, source: OF_ACCOUNT, id: "e.transaction_id" }
    } else {
        ById { columns: COLUMNS, source: "ledger_transactions t", id: "t.id" }
    };
    let id_of = |booked: &BookedTransaction| booked.id.uuid();
    let mut page: Page<BookedTransaction> = rows.page::<TransactionRow, _>(db, narrowed, (&query.page, query.newest_first), id_of).await?;
    add_entries(db, &mut page.items).await?;
    Ok(page)
}

#[derive(FromQueryResult)]
struct EntryRow {
    transaction_id: Uuid,
    account: String,
    currency: String,
    amount_minor: i64,
}

async fn add_entries(db: &impl ConnectionTrait, transactions: &mut [BookedTransaction]) -> Result<(), DatabaseError> {
    if transactions.is_empty() {
        return Ok(());
    }
    let mut parameters = Parameters::default();
    let ids = parameters.bind_all(transactions.iter().map(|booked| booked.id));
    let sql = format!(
        "SELECT transaction_id, account, currency, amount_minor FROM ledger_entries WHERE transaction_id IN ({ids})
         ORDER BY transaction_id, position"
    );
    let mut entries: HashMap<Uuid, Vec<LedgerEntry>> = HashMap::new();
    for row in db::fetch_all::<EntryRow>(db, &sql, parameters.0).await? {
        let entry = LedgerEntry { account: account(&row.account)?, amount: Money::new(row.amount_minor, currency(&row.currency)?) };
        entries.entry(row.transaction_id).or_default().push(entry);
    }
    for booked in transactions {
        booked.entries = entries.remove(&booked.id.uuid()).unwrap_or_default();
    }
    Ok(())
}

fn account(text: &str) -> Result<Account, DatabaseError> {
    text.parse().map_err(|_| DatabaseError::corrupt("ledger_entries.account"))
}

fn currency(code: &str) -> Result<Currency, DatabaseError> {
    code.parse().map_err(|_| DatabaseError::corrupt("ledger_entries.currency"))
}

#[derive(FromQueryResult)]
struct BalanceRow {
    account: String,
    currency: String,
    amount_minor: i64,
}

/// What all entries of each account come to, by account and currency: debits are positive. It reads an index of the whole ledger.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn balances(db: &impl ConnectionTrait) -> Result<Vec<LedgerEntry>, DatabaseError> {
    const SELECT: &str = "SELECT account, currency, CAST(SUM(amount_minor) AS BIGINT) AS amount_minor FROM ledger_entries
        GROUP BY account, currency ORDER BY account, currency";
    let rows: Vec<BalanceRow> = db::fetch_all(db, SELECT, vec![]).await?;
    let balance = |row: BalanceRow| {
        let amount = Money::new(row.amount_minor, currency(&row.currency)?);
        Ok(LedgerEntry { account: account(&row.account)?, amount })
    };
    rows.into_iter().map(balance).collect()
}
