//! Money: what is asked for, each call to a provider, and the ledger. It knows a reference, not an order.

pub mod ledger;
pub mod payments;
pub mod providers;
pub mod reconciliation;
pub mod refunds;
pub mod stored_values;

use platform::migrate::Migration;

/// The steps of this crate's schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 401, name: "payments", sql: include_str!("../migrations/0401_payments.sql") },
    Migration { version: 402, name: "refunds", sql: include_str!("../migrations/0402_refunds.sql") },
    Migration { version: 403, name: "reconciliations", sql: include_str!("../migrations/0403_reconciliations.sql") },
];
