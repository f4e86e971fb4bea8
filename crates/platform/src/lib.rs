//! What any business software needs and no commerce: cache, configuration, database, migrations, events, jobs, idempotency, files, mail.

// The derive of rows names this crate as the others see it.
extern crate self as platform;

pub mod audit;
pub mod cache;
pub mod config;
mod context;
pub mod db;
pub mod events;
mod failpoints;
pub mod files;
pub mod http_client;
pub mod idempotency;
pub mod ip_blocks;
pub mod jobs;
mod leases;
pub mod mail;
pub mod migrate;
pub mod outbox;
pub mod outside;
pub mod privacy;
pub mod rate_limits;
pub mod redis;
mod secrets;
pub mod settings;
pub mod telemetry;

pub use context::Context;
pub use failpoints::failpoint;
pub use secrets::{Secrets, SecretsError};
