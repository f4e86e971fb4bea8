//! What any business software stands on: schema, transactions, events, jobs, idempotency keys.

mod cut_off;
mod events;
mod idempotency;
mod jobs;
mod jobs_api;
mod later;
mod lost_connections;
mod migrations;
mod recurring;
mod shared_commits;
mod standing_rules;
mod totals;
mod transactions;
mod working;
