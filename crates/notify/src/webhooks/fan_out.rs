//! Putting each event on its way to all who want it.

use platform::db::{DatabaseError, WriteTx};
use platform::events::{Event, Subscriber};
use platform::outbox::FactKinds;

use super::events::WebhookEndpointEvent;
use super::store::{self, NewDelivery, Told};

/// Follows everything that happens. An event that is told again is not sent again: an endpoint has one delivery of each.
#[derive(Debug)]
pub struct FanOut(Vec<&'static str>);

impl FanOut {
    /// Follows facts of these kinds.
    #[must_use]
    pub fn of(kinds: &FactKinds) -> Self {
        Self(kinds.iter().map(|kind| kind.aggregate).collect())
    }
}

#[async_trait::async_trait]
impl Subscriber for FanOut {
    fn name(&self) -> &'static str {
        "webhooks"
    }

    fn kinds(&self) -> &[&'static str] {
        &self.0
    }

    /// Two hundred endpoints make five thousand rows of them.
    fn most_at_once(&self) -> usize {
        25
    }

    async fn take(&self, tx: &WriteTx, events: &[Event]) -> Result<(), DatabaseError> {
        let told = store::told(tx).await?;
        let deliveries: Vec<NewDelivery> = events.iter().flat_map(|event| deliveries_of(event, &told)).collect();
        if deliveries.is_empty() {
            return Ok(());
        }
        store::enqueue(tx, deliveries).await?;
        let in_order: Vec<_> = told.iter().filter(|told| told.in_order).map(|told| told.id).collect();
        store::hold_back(tx, &in_order).await
    }
}

fn deliveries_of<'a>(event: &'a Event, told: &'a [Told]) -> impl Iterator<Item = NewDelivery> + 'a {
    let is_told = move |told: &&Told| match event.r#type.as_str() {
        WebhookEndpointEvent::TESTED => told.id.uuid() == event.aggregate_id,
        name => told.events.want(name),
    };
    told.iter().filter(is_told).map(|told| NewDelivery {
        endpoint: told.id,
        event_seq: event.seq,
        event_id: event.id,
        event_type: event.r#type.clone(),
        aggregate_id: event.aggregate_id,
    })
}
