//! Recording a fact in the transaction that makes it true.

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use kernel::{ChannelId, Prefixed};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::store::{self, Written};
use crate::db::{DatabaseError, WriteTx};

/// Something that happened to one aggregate, in the past tense. Personal data is not in it: it names ids.
pub trait Fact: Serialize + ToSchema {
    /// Marks the ids of what it happened to.
    type Subject: Prefixed;

    /// What kind of thing it happened to: `order`, `payment`, `product`.
    const AGGREGATE: &'static str;

    /// Every name with what it says: the contract `events.md`. The first word is the aggregate's.
    const NAMES: &'static [(&'static str, &'static str)];

    /// Whether it may be forgotten after a time: not where things are rebuilt from what happened to them.
    const EXPIRES: bool = true;

    /// `order.placed`; one of [`Self::NAMES`].
    fn name(&self) -> &'static str;

    /// Which of the type's variants says the fact with this name: the one in its place, unless one says several.
    #[must_use]
    fn shape(name: &str) -> usize
    where
        Self: Sized,
    {
        Self::NAMES.iter().position(|(known, _)| *known == name).unwrap_or(usize::MAX)
    }

    /// The thing it happened to.
    fn aggregate_id(&self) -> Uuid;

    /// The version of the payload of the fact with this name: grows when its shape changes other than by addition.
    #[must_use]
    fn version(_name: &str) -> i64
    where
        Self: Sized,
    {
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
    let facts = facts.iter().map(Written::of).collect::<Result<Vec<_>, _>>()?;
    tx.touched().note(F::AGGREGATE, facts.iter().map(|fact| fact.aggregate_id));
    write(tx, F::AGGREGATE, facts).await
}

/// Boxed, and no `async fn`: it would be compiled anew for each kind of fact.
fn write<'a>(tx: &'a WriteTx, aggregate: &'static str, mut facts: Vec<Written>) -> BoxFuture<'a, Result<(), DatabaseError>> {
    Box::pin(async move {
        while !facts.is_empty() {
            let later = facts.split_off(until_repeated(&facts));
            store::insert(tx, aggregate, facts).await?;
            facts = later;
        }
        Ok(())
    })
}

/// How many facts from the first on are about different aggregates: a fact's number follows that of the one before, which
/// has to be written by then.
fn until_repeated(facts: &[Written]) -> usize {
    let mut met = HashSet::new();
    facts.iter().take(store::MOST_AT_ONCE).take_while(|fact| met.insert(fact.aggregate_id)).count()
}
