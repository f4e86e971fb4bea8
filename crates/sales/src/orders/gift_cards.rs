//! Gift cards that an order brought are taken back with their money: nobody has both.

use ::payments::stored_values::{self, StoredValue, StoredValueError};
use kernel::OrderId;
use platform::db::{DatabaseError, WriteTx};

use super::model::OrderLine;

impl OrderLine {
    /// Whether its pieces are gift cards, which are made once they are paid.
    #[must_use]
    pub fn is_gift_card(&self) -> bool {
        self.kind == "gift_card"
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

/// Takes back all gift cards of an order of which nothing is spent: it is called off.
pub(super) async fn take_back_all(tx: &WriteTx, order: OrderId, lines: &[OrderLine]) -> Result<(), DatabaseError> {
    for line in lines.iter().filter(|line| line.is_gift_card()) {
        let unspent = stored_values::lock_unspent_of(tx, line.id.uuid()).await?;
        call_off(tx, order, &unspent).await?;
    }
    Ok(())
}

async fn call_off(tx: &WriteTx, order: OrderId, cards: &[StoredValue]) -> Result<(), DatabaseError> {
    let called_off = stored_values::call_off(tx, cards, order.uuid()).await;
    called_off.map_err(|error| match error {
        StoredValueError::Database(error) => error,
        _ => DatabaseError::corrupt("a gift card that is locked and whole"),
    })
}
