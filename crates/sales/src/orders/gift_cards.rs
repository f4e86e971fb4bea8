//! Gift cards that an order brought are taken back with the pieces that are paid back, and are there again where that fails.

use ::payments::stored_values::{self, StoredValue, StoredValueError};
use kernel::OrderId;
use platform::db::{DatabaseError, WriteTx};

use super::advance::make_gift_cards_later;
use super::model::{Order, OrderLine};
use super::store;

impl OrderLine {
    /// Whether its pieces are gift cards, which are made once they are paid. What costs nothing has nothing on it, and is goods like any.
    #[must_use]
    pub fn is_gift_card(&self) -> bool {
        self.kind == "gift_card" && self.unit_price_minor > 0
    }
}

/// Takes back as many gift cards of a line as are paid back; those that were not made yet never will be. Other lines have none.
///
/// # Errors
/// How many can be paid back, where something is spent of the others.
pub async fn take_back_gift_cards(
    tx: &WriteTx,
    order: OrderId,
    (line, pieces): (&OrderLine, i64),
) -> Result<Result<(), i64>, DatabaseError> {
    if !line.is_gift_card() {
        return Ok(Ok(()));
    }
    let count = |cards: usize| i64::try_from(cards).unwrap_or(i64::MAX);
    let made = count(stored_values::pieces_sold_by(tx, line.id.uuid()).await?.len());
    let unmade = (i64::from(line.quantity) - line.quantity_refunded - made).max(0);
    let unspent = stored_values::lock_unspent_of(tx, line.id.uuid()).await?;
    let wanted = (pieces - unmade).max(0);
    if wanted > count(unspent.len()) {
        return Ok(Err(unmade + count(unspent.len())));
    }
    let taken: Vec<StoredValue> = unspent.into_iter().take(usize::try_from(wanted).unwrap_or(0)).collect();
    call_off(tx, order, &taken).await.map(Ok)
}

/// After a refund that was refused: cards that were taken back for it are there again, and those that were not made yet are made.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn restore_gift_cards(tx: &WriteTx, order: &Order) -> Result<(), DatabaseError> {
    let lines = store::details(tx, order.clone()).await?.lines;
    let mut is_any = false;
    for line in lines.iter().filter(|line| line.is_gift_card()) {
        is_any = true;
        let taken = stored_values::lock_called_off_of(tx, line.id.uuid()).await?;
        let made = stored_values::pieces_sold_by(tx, line.id.uuid()).await?.len();
        let wanted = usize::try_from(i64::from(line.quantity) - line.quantity_refunded).unwrap_or(0);
        let missing = wanted.saturating_sub(made - taken.len().min(made)).min(taken.len());
        let restored = stored_values::restore(tx, taken.get(..missing).unwrap_or_default(), order.id.uuid()).await;
        restored.map_err(whole)?;
    }
    if is_any { make_gift_cards_later(tx, order).await } else { Ok(()) }
}

/// Takes back all gift cards of an order of which nothing is spent: it is called off.
pub(super) async fn take_back_all(tx: &WriteTx, order: OrderId, lines: &[OrderLine]) -> Result<(), DatabaseError> {
    for line in lines.iter().filter(|line| line.is_gift_card()) {
        let unspent = stored_values::lock_unspent_of(tx, line.id.uuid()).await?;
        call_off(tx, order, &unspent).await?;
    }
    Ok(())
}

async fn call_off(tx: &WriteTx, order: OrderId, cards: &[StoredValue]) -> Result<(), DatabaseError> {
    stored_values::call_off(tx, cards, order.uuid()).await.map_err(whole)
}

/// A card that is locked is moved as a whole, unless the database refuses.
fn whole(error: StoredValueError) -> DatabaseError {
    match error {
        StoredValueError::Database(error) => error,
        _ => DatabaseError::corrupt("a gift card that is locked and whole"),
    }
}
