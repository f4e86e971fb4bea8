//! Telling others what happened: webhooks, streams.

mod notify;
pub mod streams;
pub mod webhooks;

use platform::migrate::Migration;

pub use notify::Notify;

/// The steps of this crate's schema.
pub const MIGRATIONS: &[Migration] = &[Migration { version: 601, name: "webhooks", sql: include_str!("../migrations/0601_webhooks.sql") }];
