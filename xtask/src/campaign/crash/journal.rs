//! What clients did and what they were told: the truth that a crash must not change.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// A cart with a line that was acknowledged.
#[derive(Debug, Clone)]
pub(super) struct Cart {
    /// Its id.
    pub(super) id: String,
    /// What opens it.
    pub(super) token: String,
}

/// A checkout, which has the cart's id as its key.
#[derive(Debug, Clone)]
pub(super) struct Checkout {
    /// Of this cart.
    pub(super) cart: Cart,
    /// Paid how.
    pub(super) method: &'static str,
    /// When it was asked for first.
    pub(super) asked: Instant,
    /// It was asked for again since, and its first request seemed to be at work.
    pub(super) told_to_wait: bool,
}

/// A checkout that was acknowledged.
#[derive(Debug, Clone)]
pub(super) struct Order {
    /// What was asked.
    pub(super) checkout: Checkout,
    /// Its id.
    pub(super) id: String,
    /// The answer, byte for byte.
    pub(super) body: Vec<u8>,
    /// Staff were told that it is cancelled.
    pub(super) cancelled: bool,
}

/// All of it since the last check.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Carts that are not ordered.
    pub(super) carts: Vec<Cart>,
    /// Checkouts without an answer.
    pub(super) unanswered: Vec<Checkout>,
    /// Checkouts with one.
    pub(super) orders: Vec<Order>,
    /// Answers that say "not now", as they should while a part is away.
    pub(super) refused: usize,
    /// Answers that should not be.
    pub(super) wrong: Vec<String>,
}

/// Shared by all clients.
#[derive(Debug, Clone, Default)]
pub(super) struct Journal(Arc<Mutex<Seen>>);

impl Journal {
    /// For reading and writing; a client that panicked wrote whole entries, too.
    pub(super) fn open(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// All that was seen, and begins anew.
    pub(super) fn take(&self) -> Seen {
        std::mem::take(&mut self.open())
    }
}
