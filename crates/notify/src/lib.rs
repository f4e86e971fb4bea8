//! Telling others what happened: letters, webhooks, streams.

pub mod mail_templates;
pub mod mails;
mod notify;
pub mod streams;
pub mod webhooks;

use platform::migrate::Migration;

pub use notify::Notify;

/// The steps of this crate's schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 601, name: "webhooks", sql: include_str!("../migrations/0601_webhooks.sql") },
    Migration { version: 602, name: "mails", sql: include_str!("../migrations/0602_mails.sql") },
];
