//! Putting each event on its way to all who want it.

use std::sync::atomic::{AtomicUsize, Ordering};

use platform::db::{DatabaseError, WriteTx};
use platform::events::{EventHead, Subscriber};
use platform::outbox::FactKinds;

use super::create::MOST_ENDPOINTS;
use super::events::WebhookEndpointEvent;
use super::store::{self, NewDelivery, Told};

/// Follows everything that happens. An event that is told again is not sent again: an endpoint has one delivery of each.
#[derive(Debug)]
pub struct FanOut {
    kinds: Vec<&'static str>,
    /// How many there were to be told when it last looked; as many as can be before it has.
    told: AtomicUsize,
}

/// Rows that one transaction may have to write: SQLite's writer is held for milliseconds.
const MOST_ROWS: usize = 5_000;
/// Events of one transaction, however few are told of them.
const MOST_EVENTS: usize = 300;

impl FanOut {
    /// Follows facts of these kinds.
    #[must_use]
    pub fn of(kinds: &FactKinds) -> Self {
        Self { kinds: kinds.iter().map(|kind| kind.aggregate).collect(), told: AtomicUsize::new(MOST_ENDPOINTS) }
    }
}

#[async_trait::async_trait]
impl Subscriber for FanOut {
    fn name(&self) -> &'static str {
        "webhooks"
    }

    fn kinds(&self) -> &[&'static str] {
        &self.kinds
    }

    /// As many events as there can be rows of them.
    fn most_at_once(&self) -> usize {
        (MOST_ROWS / self.told.load(Ordering::Relaxed).max(1)).clamp(1, MOST_EVENTS)
    }

    async fn take(&self, tx: &WriteTx, events: &[EventHead]) -> Result<(), DatabaseError> {
        let told = store::told(tx).await?;
        self.told.store(told.len(), Ordering::Relaxed);
        // What happened before somebody asked, and is told late or once more, is not for them.
        let of = |event| deliveries_of(event, told.iter().filter(|told| told.created_at <= event.occurred_at));
        let deliveries: Vec<NewDelivery> = events.iter().flat_map(of).collect();
        if deliveries.is_empty() {
            return Ok(());
        }
        store::enqueue(tx, deliveries).await
    }
}

/// The event on its way to each of these who wants it.
pub(super) fn deliveries_of<'a>(event: &'a EventHead, told: impl Iterator<Item = &'a Told>) -> impl Iterator<Item = NewDelivery> {
    let wants = |told: &&Told| match event.r#type.as_str() {
        WebhookEndpointEvent::TESTED => told.id.uuid() == event.aggregate_id,
        name => told.events.want(name),
    };
    told.filter(wants).map(|told| NewDelivery {
        endpoint: told.id,
        event_seq: event.seq,
        event_id: event.id,
        event_type: event.r#type.clone(),
        aggregate_id: event.aggregate_id,
    })
}
