//! What any business software stands on: schema, transactions, events, jobs, idempotency keys.

mod events;
mod idempotency;
mod jobs;
mod later;
mod migrations;
mod shared_commits;
mod standing_rules;
mod totals;
mod transactions;
