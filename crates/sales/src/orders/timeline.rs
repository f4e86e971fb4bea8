//! Everything that happened to an order, in one list.

use ::payments::payments;
use kernel::Timestamp;
use platform::db::{ConnectionTrait, DatabaseError};
use platform::events;
use serde_json::Value;

use super::model::Order;
use super::store;

/// One entry of the timeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// `order.placed`, `payment.captured`, `note`.
    pub kind: String,
    /// Who.
    pub actor: String,
    /// The note's text.
    pub body: Option<String>,
    /// The event's payload.
    pub data: Option<Value>,
}

/// What is told of the order itself, of its invoice and credit notes, and of its returns and exchanges.
const OF_ORDER: [&str; 5] = ["order", "invoice", "credit_note", "return", "exchange"];

/// Events of the order, its documents, returns and payments, and the notes of staff, oldest first.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn timeline(db: &impl ConnectionTrait, order: &Order) -> Result<Vec<Entry>, DatabaseError> {
    let mut told = Vec::new();
    for kind in OF_ORDER {
        told.extend(events::of_aggregate(db, kind, order.id.uuid()).await?);
    }
    for payment in payments::find_by_reference(db, order.id.uuid()).await? {
        told.extend(events::of_aggregate(db, "payment", payment.id.uuid()).await?);
    }
    let notes = store::notes_of(db, order.id).await?;
    let noted = notes.into_iter().map(|note| Entry {
        at: note.created_at,
        kind: "note".to_owned(),
        actor: note.created_by,
        body: Some(note.body),
        data: None,
    });
    let event = |event: events::Event| Entry {
        at: event.occurred_at,
        kind: event.r#type,
        actor: event.actor,
        body: None,
        data: Some(event.payload),
    };
    let mut entries: Vec<Entry> = told.into_iter().map(event).chain(noted).collect();
    // Stable: what happened in one transaction keeps its order.
    entries.sort_by_key(|entry| entry.at);
    Ok(entries)
}
