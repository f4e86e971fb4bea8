//! What an order means for the books: what was sold, and what of it was called off. Money that moves is booked with its payment.

use ::payments::ledger::{self, Account, Booking, LedgerEntry, LedgerTransaction, TransactionKind};
use kernel::Currency;
use platform::db::{self, DatabaseError, FromQueryResult, WriteTx};
use platform::values;

use super::model::Order;

/// Books that an order is sold: from now on its total is owed to the shop. What costs nothing is not in the books.
pub(super) async fn book_sale(tx: &WriteTx, order: &Order) -> Result<(), DatabaseError> {
    book(tx, order, (TransactionKind::Sale, &sides_of_sale(order))).await
}

/// Debits are positive: what is owed to the shop grows; what it has earned, and what it owes in tax, are credits.
fn sides_of_sale(order: &Order) -> [(Account, i64); 4] {
    let shipping_net = order.shipping_minor - order.shipping_tax_minor;
    let total = order.settled.total_minor;
    [
        (Account::CustomerReceivable, total),
        (Account::Revenue, -(total - order.tax_minor - shipping_net)),
        (Account::Shipping, -shipping_net),
        (Account::Tax, -order.tax_minor),
    ]
}

#[derive(FromQueryResult)]
struct SideRow {
    account: String,
    amount_minor: i64,
}

/// Books that what is left of a sale is called off: nothing is owed any more, and nothing was earned.
pub(super) async fn book_reversal(tx: &WriteTx, order: &Order) -> Result<(), DatabaseError> {
    const SELECT: &str = "SELECT e.account, CAST(SUM(e.amount_minor) AS BIGINT) AS amount_minor
        FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
        WHERE t.reference_id = $1 AND t.kind IN ('sale', 'allowance') GROUP BY e.account HAVING SUM(e.amount_minor) <> 0 ORDER BY e.account";
    let rows: Vec<SideRow> = db::fetch_all(tx, SELECT, values![order.id]).await?;
    let side = |row: SideRow| {
        let account = row.account.parse().map_err(|_| DatabaseError::corrupt("ledger_entries.account"))?;
        Ok((account, -row.amount_minor))
    };
    let sides = rows.into_iter().map(side).collect::<Result<Vec<_>, DatabaseError>>()?;
    book(tx, order, (TransactionKind::SaleReversed, &sides)).await
}

async fn book(tx: &WriteTx, order: &Order, (kind, sides): (TransactionKind, &[(Account, i64)])) -> Result<(), DatabaseError> {
    let entries = entries_of(sides, order.currency);
    if entries.is_empty() {
        return Ok(());
    }
    let transaction = LedgerTransaction::new(kind, entries).map_err(|_| DatabaseError::corrupt("the sums of an order"))?;
    ledger::book(tx, Booking { operation_id: None, reference_id: order.id.uuid() }, &transaction).await.map(drop)
}

fn entries_of(sides: &[(Account, i64)], currency: Currency) -> Vec<LedgerEntry> {
    let moved = sides.iter().filter(|(_, minor)| *minor != 0);
    moved.map(|(account, minor)| LedgerEntry { account: account.clone(), amount: kernel::Money::new(*minor, currency) }).collect()
}
