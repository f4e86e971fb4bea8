//! Asking for a change of many prices.

use kernel::{FieldErrors, JobId, Origin, PriceChangeId};
use platform::Context;
use platform::audit::{self, Entry};
use platform::db::WriteTx;
use platform::idempotency::{self, Answer, Key, Keyed};
use platform::jobs::JobState;

use super::error::PriceChangeError;
use super::input::{PlanPriceChange, Selection};
use super::progress::{Counts, PriceChange, PriceChangeState};
use super::{store, work};
use crate::{channels, price_lists, products, variants};

/// How an answer is kept for repetitions.
type Present<'a> = &'a (dyn Fn(&PriceChange) -> Answer + Send + Sync);

/// A change under a key, and how its answer is kept for repetitions.
pub struct RequestPriceChange<'a> {
    /// What becomes of which prices.
    pub plan: PlanPriceChange,
    /// The client's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: Present<'a>,
}

/// What is to become of a change, under a key.
pub struct ChangePrices<'a> {
    /// Which one.
    pub id: PriceChangeId,
    /// The client's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: Present<'a>,
}

/// Notes under a key, once however often it is asked, that prices are to be changed, and has a job work out what becomes of each. That job applies
/// it as well where nobody wants to look at it first.
///
/// # Errors
/// `PriceChangeError` names what is wrong; nothing is noted then.
pub async fn request(context: &Context, origin: &Origin, command: RequestPriceChange<'_>) -> Result<Keyed, PriceChangeError> {
    let RequestPriceChange { plan, key, present } = command;
    idempotency::once(context, origin, &key, async |tx| Ok(present(&request_in(tx, plan).await?))).await
}

async fn request_in(tx: &WriteTx, plan: PlanPriceChange) -> Result<PriceChange, PriceChangeError> {
    let id = match plan.price_list_id {
        Some(id) => id,
        None => channels::find_default(tx).await?.price_list_id,
    };
    let list = price_lists::find(tx, id).await?.ok_or_else(|| FieldErrors::of("price_list_id", "unknown price list"))?;
    plan.refuse_other_currencies(list.currency)?;
    refuse_unknown(tx, &plan.selection).await?;
    let actor = tx.actor().to_string();
    let change = PriceChange {
        id: PriceChangeId::generate(),
        price_list_id: list.id,
        currency: list.currency,
        selection: plan.selection,
        rule: plan.rule,
        applies_when_planned: plan.applies_when_planned,
        job_id: JobId::generate(),
        state: PriceChangeState::Planning,
        job_state: Some(JobState::Available),
        planned_until: None,
        written_until: None,
        counts: Counts::default(),
        asked_by: actor.clone(),
        finished_at: None,
        created_at: tx.now(),
        created_by: actor,
    };
    store::insert(tx, &change).await?;
    work::enqueue(tx, &change).await?;
    let recorded = serde_json::json!({
        "price_list_id": change.price_list_id, "selection": change.selection, "rule": change.rule,
        "applies_when_planned": change.applies_when_planned,
    });
    audit::record(tx, &Entry::of("price_change.requested", change.id).after(&recorded)).await?;
    Ok(change)
}

async fn refuse_unknown(tx: &WriteTx, selection: &Selection) -> Result<(), PriceChangeError> {
    let mut errors = FieldErrors::new();
    for place in products::unknown_products(tx, &selection.product_ids).await? {
        errors.add(format!("filter.product_ids.{place}"), "unknown product");
    }
    for place in variants::unknown(tx, &selection.variant_ids).await? {
        errors.add(format!("filter.variant_ids.{place}"), "unknown variant");
    }
    let category: Vec<_> = selection.category_id.into_iter().collect();
    if !products::unknown_categories(tx, &category).await?.is_empty() {
        errors.add("filter.category_id", "unknown category");
    }
    Ok(errors.finish(|| Some(()))?)
}

/// The change, locked until the transaction ends.
pub(super) async fn lock(tx: &WriteTx, id: PriceChangeId) -> Result<PriceChange, PriceChangeError> {
    store::lock(tx, id).await?.ok_or(PriceChangeError::NotFound)
}
