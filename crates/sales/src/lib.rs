//! From the cart to the parcel: prices, tax, shipping, checkout, orders, fulfilment.

pub mod carts;
pub mod checkout;
pub mod customer_groups;
pub mod customers;
pub mod exchanges;
mod first_start;
pub mod fulfilments;
pub mod gift_cards;
pub mod invoices;
pub mod order_exports;
pub mod orders;
pub mod packing_slips;
pub mod places;
pub mod pricing;
pub mod product_metrics;
pub mod promotions;
pub mod refunds;
pub mod reports;
pub mod returns;
mod sales;
pub mod settings;
pub mod settlement;
pub mod shipping;
pub mod tax;
pub mod tax_zones;

use platform::migrate::Migration;

pub use first_start::first_start;
pub use sales::{Present, PresentedCart, Sales};

/// The steps of this crate's schema.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 501, name: "sales", sql: include_str!("../migrations/0501_sales.sql") },
    Migration { version: 502, name: "customers", sql: include_str!("../migrations/0502_customers.sql") },
    Migration { version: 503, name: "reports", sql: include_str!("../migrations/0503_reports.sql") },
    Migration { version: 504, name: "product_metrics", sql: include_str!("../migrations/0504_product_metrics.sql") },
    Migration { version: 505, name: "refund_items", sql: include_str!("../migrations/0505_refund_items.sql") },
    Migration { version: 506, name: "promotions", sql: include_str!("../migrations/0506_promotions.sql") },
    Migration { version: 507, name: "invoices", sql: include_str!("../migrations/0507_invoices.sql") },
    Migration { version: 508, name: "returns", sql: include_str!("../migrations/0508_returns.sql") },
    Migration { version: 509, name: "exchanges", sql: include_str!("../migrations/0509_exchanges.sql") },
];
