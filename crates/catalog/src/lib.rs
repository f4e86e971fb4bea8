//! What the shop offers, at what price, and how much of it is there.

pub mod assortment;
pub mod categories;
pub mod channels;
pub mod collections;
pub mod currencies;
mod description;
mod description_loss;
pub mod exchange_rates;
pub mod export;
mod first_start;
pub mod import;
pub mod inventory;
pub mod listing;
pub mod media;
pub mod price_changes;
pub mod price_lists;
pub mod products;
pub mod redirects;
mod rounding;
pub mod stock_imports;
pub mod variants;

pub use first_start::{FirstStartError, first_start};
use platform::migrate::Migration;

/// The steps of this crate's schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 301, name: "catalog", sql: include_str!("../migrations/0301_catalog.sql") },
    Migration { version: 302, name: "inventory", sql: include_str!("../migrations/0302_inventory.sql") },
    Migration { version: 303, name: "stock_imports", sql: include_str!("../migrations/0303_stock_imports.sql") },
    Migration { version: 304, name: "price_changes", sql: include_str!("../migrations/0304_price_changes.sql") },
];
