//! A payment provider that says what the test wants it to say.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use kernel::{OperationId, PaymentId, Timestamp};
use payments::payments::{Outcome, Start};
use payments::providers::{Call, Message, MessageError, Provider, Unreadable};
use payments::reconciliation::Movement;
use platform::config::Config;

/// Takes the place of `test`. What it is not told it answers with success.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scripted {
    inner: Arc<Mutex<Script>>,
}

#[derive(Debug, Default)]
struct Script {
    executes: VecDeque<Outcome>,
    queries: VecDeque<Outcome>,
    calls: Vec<Call>,
    holds: bool,
    /// What it moved, where it keeps books.
    books: Option<Vec<Movement>>,
    /// Which operations it does not know of.
    denied: VecDeque<OperationId>,
}

impl Scripted {
    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.inner.lock().unwrap()
    }

    /// The answer to the next call.
    pub(crate) fn will_answer(&self, outcome: Outcome) {
        self.script().executes.push_back(outcome);
    }

    /// The answer to the next question what became of a call.
    pub(crate) fn will_tell(&self, outcome: Outcome) {
        self.script().queries.push_back(outcome);
    }

    /// From now on it holds money until it is told to take it.
    pub(crate) fn will_hold(&self) {
        self.script().holds = true;
    }

    /// From now on it writes down what it moves.
    pub(crate) fn will_keep_books(&self) {
        self.script().books = Some(Vec::new());
    }

    /// Changes its books behind everybody's back.
    pub(crate) fn falsify(&self, change: impl FnOnce(&mut Vec<Movement>)) {
        if let Some(books) = &mut self.script().books {
            change(books);
        }
    }

    /// Asked about this operation by name, it knows nothing of it.
    pub(crate) fn will_deny(&self, operation: OperationId) {
        self.script().denied.push_back(operation);
    }

    /// Everything it was asked to do, questions not counted.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.script().calls.clone()
    }
}

fn success(call: &Call) -> Outcome {
    Outcome::succeeded(format!("scripted:{}", call.operation_id))
}

#[async_trait::async_trait]
impl Provider for Scripted {
    fn name(&self) -> &'static str {
        "test"
    }

    fn start(&self, _config: &Config) -> Start {
        if self.script().holds { Start::Authorise } else { Start::Capture }
    }

    fn patience(&self, config: &Config) -> TimeDelta {
        TimeDelta::minutes(config.orders.expire_test_minutes)
    }

    async fn execute(&self, call: &Call) -> Outcome {
        let mut script = self.script();
        script.calls.push(call.clone());
        let outcome = script.executes.pop_front().unwrap_or_else(|| success(call));
        if let (Some(books), Outcome::Succeeded { reference, .. }, true) = (&mut script.books, &outcome, call.kind.moves_money()) {
            books.push(Movement {
                kind: call.kind,
                reference: reference.clone(),
                operation_id: Some(call.operation_id),
                amount: call.amount,
            });
        }
        outcome
    }

    async fn knows(&self, call: &Call) -> Result<bool, Unreadable> {
        Ok(!self.script().denied.contains(&call.operation_id))
    }

    async fn movements(&self, _since: Timestamp) -> Result<Option<Vec<Movement>>, Unreadable> {
        Ok(self.script().books.clone())
    }

    /// It tells of a payment by its bare name, and is believed.
    fn subject_of(&self, message: &Message<'_>) -> Result<Option<PaymentId>, MessageError> {
        let name = std::str::from_utf8(message.body).map_err(|_| MessageError::Unreadable)?;
        name.parse().map(Some).map_err(|_| MessageError::Unreadable)
    }

    async fn query(&self, call: &Call) -> Outcome {
        self.script().queries.pop_front().unwrap_or_else(|| success(call))
    }
}
