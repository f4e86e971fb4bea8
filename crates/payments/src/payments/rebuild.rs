//! Payments as their events tell them, which is what the tables say, too.

use std::collections::{BTreeMap, HashMap};

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
    operations: Vec<OperationState>,
}

impl PaymentState {
    /// What the rows of a payment and of its operations say.
    pub(super) fn of(payment: Payment, operations: &[Operation]) -> Self {
        let row = Self {
            reference_id: payment.reference_id,
            provider: payment.provider,
            status: payment.status,
            amount_minor: payment.amount.minor(),
            captured_minor: payment.captured_minor,
            refunded_minor: payment.refunded_minor,
            currency: payment.amount.currency().code().to_owned(),
            operations: Vec::new(),
        };
        let mut operations: Vec<OperationState> = operations.iter().map(OperationState::of).collect();
        operations.sort_unstable();
        Self { operations, ..row }
    }

    /// With these operations, and what they moved.
    fn with(self, mut operations: Vec<OperationState>) -> Self {
        operations.sort_unstable();
        let moved = |kind| operations.iter().filter(|operation| operation.succeeded(kind)).map(|operation| operation.amount_minor).sum();
        let (captured_minor, refunded_minor) = (moved(OperationKind::Capture), moved(OperationKind::Refund));
        Self { captured_minor, refunded_minor, operations, ..self }
    }
}

/// What is compared of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct OperationState {
    kind: OperationKind,
    status: OperationStatus,
    amount_minor: i64,
}

impl OperationState {
    const fn of(operation: &Operation) -> Self {
        Self { kind: operation.kind, status: operation.status, amount_minor: operation.amount.minor() }
    }

    fn succeeded(&self, kind: OperationKind) -> bool {
        self.kind == kind && self.status == OperationStatus::Succeeded
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
    operation_id: String,
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
        let (first, rest) = events.split_first().ok_or("it has no events")?;
        let mut state = opened(told(first)?)?;
        let mut operations = BTreeMap::new();
        for event in rest {
            match told(event)? {
                Told::Moved { from, to, .. } if from == Some(state.status) => state.status = to,
                Told::Moved { .. } => return Err(format!("its event {} begins elsewhere than the one before ends", event.aggregate_seq)),
                Told::Operation(ToldOperation { operation_id, state }) => drop(operations.insert(operation_id, state)),
            }
        }
        Ok(state.with(operations.into_values().collect()))
    }
}

fn told(event: &Event) -> Result<Told, String> {
    Told::deserialize(&event.payload).map_err(|error| format!("its event {} cannot be read: {error}", event.aggregate_seq))
}

fn opened(first: Told) -> Result<PaymentState, String> {
    let Told::Moved { reference_id, provider, from: None, to: PaymentStatus::Created, amount_minor, currency } = first else {
        return Err("its first event is not that it was made".to_owned());
    };
    let (status, operations) = (PaymentStatus::Created, Vec::new());
    Ok(PaymentState { reference_id, provider, status, amount_minor, captured_minor: 0, refunded_minor: 0, currency, operations })
}
