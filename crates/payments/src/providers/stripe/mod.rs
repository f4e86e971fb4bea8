//! Stripe, by a thin client of our own: intents to pay and pages to pay on, captures, voids, refunds, and what Stripe sends.

mod amounts;
mod answers;
mod books;
mod client;
mod event;
mod form;
mod intents;
mod lookup;
mod provider;
mod refunds;
mod refusal;
mod requests;
mod sessions;
mod signature;

pub use provider::Stripe;
