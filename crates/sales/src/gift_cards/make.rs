//! Making the gift cards of an order that is paid.

use ::payments::stored_values::{self, SoldCard, StoredValue};
use kernel::{OrderId, Origin};
use platform::db::{ConnectionTrait, DatabaseError, WriteTx};
use platform::jobs::{Handler, Job, JobError, JobKind};
use platform::outbox;

use crate::Sales;
use crate::fulfilments;
use crate::orders::{self, OrderFact, OrderKey, OrderLine};

/// Makes the gift cards that an order has paid for: one for each piece that was not paid back, with the price of one piece on it. They leave
/// at once, as the codes that a letter brings. Done twice, it is done once: a piece has one card.
#[derive(Debug)]
pub struct MakeGiftCards(pub Sales);

#[async_trait::async_trait]
impl Handler for MakeGiftCards {
    fn kind(&self) -> JobKind {
        orders::MAKE_GIFT_CARDS
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let id: OrderId = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let tx = self.0.context.begin(&Origin::system()).await?;
        let Some(order) = orders::lock(&tx, OrderKey::Id(id)).await? else { return Ok(()) };
        if !order.status.is_live() || !order.settled.nothing_left_to_pay() {
            return Ok(());
        }
        let details = orders::details(&tx, order).await?;
        let mut made = Vec::new();
        for line in details.lines.iter().filter(|line| line.is_gift_card()) {
            let count = self.make(&tx, &details.order, line).await?;
            made.extend(kernel::Quantity::try_from(count).ok().map(|count| (line.id, count)));
        }
        if made.is_empty() {
            return Ok(());
        }
        outbox::record(&tx, &OrderFact::gift_cards_made(&details.order)).await?;
        fulfilments::fulfil_by_itself(&tx, details.order.id, &made).await.map_err(JobError::new)?;
        Ok(tx.commit().await?)
    }
}

impl MakeGiftCards {
    /// How many cards were made of a line now.
    async fn make(&self, tx: &WriteTx, order: &orders::Order, line: &OrderLine) -> Result<i64, JobError> {
        let there = stored_values::pieces_sold_by(tx, line.id.uuid()).await?;
        let wanted = i64::from(line.quantity) - line.quantity_refunded - i64::try_from(there.len()).unwrap_or(i64::MAX);
        let pieces = (1..=i64::from(line.quantity)).filter(|piece| !there.contains(piece)).take(usize::try_from(wanted).unwrap_or(0));
        let mut count = 0;
        for piece in pieces {
            let amount = order.money(line.unit_price_minor);
            let sold = SoldCard { line: line.id.uuid(), piece, amount, reference_id: order.id.uuid() };
            stored_values::issue_sold(tx, &self.0.context.secrets, sold).await.map_err(JobError::new)?;
            count += 1;
        }
        Ok(count)
    }
}

/// The gift cards that an order has brought, in the order of its lines.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn of_order(db: &impl ConnectionTrait, lines: &[OrderLine]) -> Result<Vec<StoredValue>, DatabaseError> {
    let cards: Vec<uuid::Uuid> = lines.iter().filter(|line| line.is_gift_card()).map(|line| line.id.uuid()).collect();
    stored_values::sold_by(db, &cards).await
}
