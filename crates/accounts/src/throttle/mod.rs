//! Slowing down whoever guesses: a delay that grows with each try that fails, by account and by address, and always ends.

mod attempt;
mod model;
mod store;

pub use attempt::{Attempt, Door, ThrottleError, Who, begin, clear_in};
pub use store::sweep;
