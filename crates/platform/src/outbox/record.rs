//! Recording a fact in the transaction that makes it true.

use std::collections::HashSet;

use kernel::ChannelId;
use serde::Serialize;
use uuid::Uuid;

use super::store;
use crate::db::{DatabaseError, WriteTx};

/// Something that happened to one aggregate, in the past tense. Personal data is not in it: it names ids.
pub trait Fact: Serialize {
    /// What kind of thing it happened to: `order`, `payment`, `product`.
    const AGGREGATE: &'static str;

    /// Every name with what it says: the contract `events.md`. The first word is the aggregate's.
    const NAMES: &'static [(&'static str, &'static str)];

    /// `order.placed`; one of [`Self::NAMES`].
    fn name(&self) -> &'static str;

    /// The thing it happened to.
    fn aggregate_id(&self) -> Uuid;

    /// Grows when the payload's shape changes other than by addition.
    fn version(&self) -> i64 {
        1
    }

    /// The sales channel it belongs to, where it has one.
    fn channel_id(&self) -> Option<ChannelId> {
        None
    }
}

/// Records a fact. The caller holds the aggregate's lock, which is what makes its numbers gapless.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn record<F: Fact>(tx: &WriteTx, fact: &F) -> Result<(), DatabaseError> {
    record_all(tx, std::slice::from_ref(fact)).await
}

/// Records several facts, in order; facts of one aggregate get consecutive numbers.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn record_all<F: Fact>(tx: &WriteTx, facts: &[F]) -> Result<(), DatabaseError> {
    let mut rest = facts;
    while !rest.is_empty() {
        let (together, later) = rest.split_at(until_repeated(rest));
        store::insert(tx, together).await?;
        rest = later;
    }
    Ok(())
}

/// How many facts from the first on are about different aggregates: a fact's number follows that of the one before, which
/// has to be written by then.
fn until_repeated<F: Fact>(facts: &[F]) -> usize {
    let mut met = HashSet::new();
    facts.iter().take(store::MOST_AT_ONCE).take_while(|fact| met.insert(fact.aggregate_id())).count()
}
