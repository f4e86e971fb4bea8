//! What an order means for the books: what was sold, and what of it was called off. Money that moves is booked with its payment.

use ::payments::ledger::{self, Account, Booking, LedgerEntry, LedgerTransaction, TransactionKind};
use ::payments::payments::Operation;
use kernel::{Currency, share};
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

/// What of a sale is not given back yet: all of it, and the tax in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
struct Left {
    total_minor: i64,
    tax_minor: i64,
}

/// What a refund is for: an item, what it is an item of, and the tax of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
struct RefundedItem {
    amount_minor: i64,
    whole_minor: i64,
    whole_tax_minor: i64,
}

/// Books that a refund which staff ordered of a sale was carried out, or a part of it: so much less is owed. Money that went back before anything
/// was sold, or that was never owed, needs no such entry. The caller holds the order's lock.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn book_allowance(tx: &WriteTx, order: &Order, operation: &Operation) -> Result<(), DatabaseError> {
    const REFUND: &str = "SELECT r.amount_minor FROM refund_operations x JOIN refunds r ON r.id = x.refund_id
        JOIN ledger_transactions s ON s.reference_id = r.reference_id AND s.kind = 'sale' AND s.created_at <= r.created_at
        WHERE x.operation_id = $1";
    const ITEMS: &str = "SELECT i.amount_minor, COALESCE(l.gross_minor, $2) AS whole_minor, COALESCE(l.tax_minor, $3) AS whole_tax_minor
        FROM refund_operations x JOIN refund_items i ON i.refund_id = x.refund_id LEFT JOIN order_lines l ON l.id = i.line_id
        WHERE x.operation_id = $1 ORDER BY i.position";
    const LEFT: &str =
        "SELECT CAST(COALESCE(SUM(CASE e.account WHEN 'customer_receivable' THEN e.amount_minor END), 0) AS BIGINT) AS total_minor,
            CAST(COALESCE(SUM(CASE e.account WHEN 'tax' THEN -e.amount_minor END), 0) AS BIGINT) AS tax_minor
        FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
        WHERE t.reference_id = $1 AND t.kind IN ('sale', 'allowance', 'sale_reversed')";
    let Some(of): Option<i64> = db::fetch_scalar(tx, REFUND, values![operation.id]).await? else { return Ok(()) };
    let items: Vec<RefundedItem> = db::fetch_all(tx, ITEMS, values![operation.id, order.shipping_minor, order.shipping_tax_minor]).await?;
    let left: Left = db::fetch_one(tx, LEFT, values![order.id]).await?;
    let whole = RefundedItem { amount_minor: of, whole_minor: order.settled.total_minor, whole_tax_minor: order.tax_minor };
    let sides = sides_of_allowance((whole, &items), left, operation.amount.minor());
    book(tx, order, (TransactionKind::Allowance, &sides)).await
}

/// The tax of a refund is that of its items, and of what is beyond them as much as of the whole order; a part of a refund has its part of that.
/// What is given back last has all the tax that is left.
fn sides_of_allowance((refund, items): (RefundedItem, &[RefundedItem]), left: Left, minor: i64) -> [(Account, i64); 3] {
    let given = minor.min(left.total_minor).max(0);
    let tax = if given == left.total_minor {
        left.tax_minor
    } else {
        let of_items: i64 = items.iter().map(|item| share(item.whole_tax_minor, item.whole_minor, item.amount_minor)).sum();
        let beyond = refund.amount_minor - items.iter().map(|item| item.amount_minor).sum::<i64>();
        let of_refund = of_items + share(refund.whole_tax_minor, refund.whole_minor, beyond);
        share(of_refund, refund.amount_minor, given).clamp(0, left.tax_minor.min(given))
    };
    [(Account::CustomerReceivable, -given), (Account::Refunds, given - tax), (Account::Tax, tax)]
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn minors(sides: &[(Account, i64); 3]) -> [i64; 3] {
        [0, 1, 2].map(|place| sides.get(place).map_or(0, |(_, minor)| *minor))
    }

    /// Two mugs of 12.00 with 2.00 tax in each, and 5.00 for the parcel with 0.50: one mug back, then the parcel, then the rest.
    #[test]
    fn tax_goes_back_with_what_it_was_taken_of() {
        let refund = |amount_minor| RefundedItem { amount_minor, whole_minor: 2_900, whole_tax_minor: 450 };
        let item = |amount_minor, whole_minor, whole_tax_minor| RefundedItem { amount_minor, whole_minor, whole_tax_minor };
        let left = |total_minor, tax_minor| Left { total_minor, tax_minor };
        let mug = sides_of_allowance((refund(1_200), &[item(1_200, 2_400, 400)]), left(2_900, 450), 1_200);
        assert_eq!(minors(&mug), [-1_200, 1_000, 200]);
        let parcel = sides_of_allowance((refund(500), &[item(500, 500, 50)]), left(1_700, 250), 500);
        assert_eq!(minors(&parcel), [-500, 450, 50]);
        let rest = sides_of_allowance((refund(1_200), &[]), left(1_200, 200), 1_200);
        assert_eq!(minors(&rest), [-1_200, 1_000, 200]);
        let less_than_its_items = sides_of_allowance((refund(600), &[item(1_200, 2_400, 400)]), left(2_900, 450), 600);
        assert_eq!(minors(&less_than_its_items), [-600, 493, 107]);
        assert_eq!(minors(&sides_of_allowance((refund(10), &[]), left(0, 0), 10)), [0, 0, 0], "what nobody owed");
    }

    proptest! {
        #[test]
        fn however_a_sale_is_given_back_its_tax_goes_with_it_and_never_more(
            total in 1_i64..1_000_000, percent in 0_i64..50, cuts in proptest::collection::vec(1_i64..400_000, 1..12),
        ) {
            let tax = total * percent / (100 + percent);
            let mut left = Left { total_minor: total, tax_minor: tax };
            for cut in cuts {
                let refund = RefundedItem { amount_minor: cut, whole_minor: total, whole_tax_minor: tax };
                let [owed, net, taxed] = minors(&sides_of_allowance((refund, &[]), left, cut));
                prop_assert_eq!(owed + net + taxed, 0);
                prop_assert!(net >= 0 && taxed >= 0 && taxed <= left.tax_minor);
                left = Left { total_minor: left.total_minor + owed, tax_minor: left.tax_minor - taxed };
            }
            prop_assert!(left.total_minor > 0 || left.tax_minor == 0);
        }
    }
}
