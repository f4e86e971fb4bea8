//! What any business software stands on: schema, transactions, events, jobs, idempotency keys.

mod events;
mod idempotency;
mod jobs;
mod migrations;
mod shared_commits;
mod transactions;
