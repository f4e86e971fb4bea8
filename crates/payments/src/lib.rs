//! Money: what is asked for, each call to a provider, and the ledger. It knows a reference, not an order.

pub mod ledger;
pub mod payments;
pub mod providers;

use platform::migrate::Migration;

/// The steps of this crate's schema.
pub const MIGRATIONS: &[Migration] = &[Migration { version: 401, name: "payments", sql: include_str!("../migrations/0401_payments.sql") }];
