//! Telling others what happened, and hearing it of them: letters, webhooks, push messages, inbound webhooks, streams.

pub mod inbound;
pub mod mail_templates;
pub mod mails;
mod notify;
pub mod push;
pub mod streams;
pub mod sync;
mod tries;
pub mod webhooks;

use platform::migrate::Migration;

pub use notify::Notify;

/// The steps of this crate's schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 601, name: "webhooks", sql: include_str!("../migrations/0601_webhooks.sql") },
    Migration { version: 602, name: "mails", sql: include_str!("../migrations/0602_mails.sql") },
    Migration { version: 603, name: "sync", sql: include_str!("../migrations/0603_sync.sql") },
    Migration { version: 604, name: "inbound", sql: include_str!("../migrations/0604_inbound.sql") },
    Migration { version: 605, name: "push", sql: include_str!("../migrations/0605_push.sql") },
];
