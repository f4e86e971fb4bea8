//! Payments as their events tell them, which is what the tables say, too.

use std::collections::{BTreeMap, HashMap};

use kernel::OperationId;
use platform::db::{ConnectionTrait, DatabaseError};
use platform::events::{Event, Rebuilt};
use platform::outbox::Fact;
use serde::Deserialize;
use uuid::Uuid;

use super::entities::{Operation, Payment};
use super::events::PaymentFact;
use super::model::{OperationKind, OperationStatus, PaymentStatus};
use super::store;

/// What is compared of a payment; money that moved is the sum of its operations.
#[derive(Debug, PartialEq, Eq)]
pub struct PaymentState {
    reference_id: Uuid,
    provider: String,
    status: PaymentStatus,
    amount_minor: i64,
    captured_minor: i64,
    refunded_minor: i64,
    currency: String,
    pub(super) operations: BTreeMap<OperationId, OperationState>,
}

impl PaymentState {
    /// What a row says; its operations follow.
    pub(super) fn of(payment: Payment) -> Self {
        Self {
            reference_id: payment.reference_id,
            provider: payment.provider,
            status: payment.status,
            amount_minor: payment.amount.minor(),
            captured_minor: payment.captured_minor,
            refunded_minor: payment.refunded_minor,
            currency: payment.amount.currency().code().to_owned(),
            operations: BTreeMap::new(),
        }
    }
}

/// What is compared of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) struct OperationState {
    kind: OperationKind,
    status: OperationStatus,
    amount_minor: i64,
}

impl OperationState {
    pub(super) const fn of(operation: &Operation) -> Self {
        Self { kind: operation.kind, status: operation.status, amount_minor: operation.amount.minor() }
    }
}

/// What [`PaymentFact`] wrote.
#[derive(Deserialize)]
#[serde(untagged)]
enum Told {
    Moved { reference_id: Uuid, provider: String, from: Option<PaymentStatus>, to: PaymentStatus, amount_minor: i64, currency: String },
    Operation(ToldOperation),
}

#[derive(Deserialize)]
struct ToldOperation {
    operation_id: OperationId,
    #[serde(flatten)]
    state: OperationState,
}

/// Rebuilds payments.
#[derive(Debug)]
pub struct RebuildPayments;

impl Rebuilt for RebuildPayments {
    const AGGREGATE: &'static str = PaymentFact::AGGREGATE;
    const TABLE: &'static str = "payments";
    type State = PaymentState;

    async fn stored(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, PaymentState>, DatabaseError> {
        store::states(db, ids).await
    }

    fn rebuild(events: &[Event]) -> Result<PaymentState, String> {
        let mut events = events.iter();
        let mut state = opened(told(events.next().ok_or("it has no events")?)?)?;
        for event in events {
            apply(&mut state, told(event)?).map_err(|fault| format!("its event {}: {fault}", event.aggregate_seq))?;
        }
        let sum = |kind| {
            let moved = |operation: &&OperationState| operation.kind == kind && operation.status == OperationStatus::Succeeded;
            state.operations.values().filter(moved).map(|operation| operation.amount_minor).sum()
        };
        (state.captured_minor, state.refunded_minor) = (sum(OperationKind::Capture), sum(OperationKind::Refund));
        Ok(state)
    }
}

fn told(event: &Event) -> Result<Told, String> {
    Told::deserialize(&event.payload).map_err(|error| format!("its event {} cannot be read: {error}", event.aggregate_seq))
}

fn opened(first: Told) -> Result<PaymentState, String> {
    let Told::Moved { reference_id, provider, from: None, to: PaymentStatus::Created, amount_minor, currency } = first else {
        return Err("its first event is not that it was made".to_owned());
    };
    let status = PaymentStatus::Created;
    let operations = BTreeMap::new();
    Ok(PaymentState { reference_id, provider, status, amount_minor, captured_minor: 0, refunded_minor: 0, currency, operations })
}

fn apply(state: &mut PaymentState, told: Told) -> Result<(), String> {
    match told {
        Told::Moved { from, to, .. } if from == Some(state.status) => state.status = to,
        Told::Moved { from, .. } => return Err(format!("it came from {from:?}, and was {}", state.status)),
        Told::Operation(ToldOperation { operation_id, state: operation }) => {
            state.operations.insert(operation_id, operation);
        }
    }
    Ok(())
}
