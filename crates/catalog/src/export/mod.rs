//! Writing product records: our own JSONL, and Shopify's CSV.
//!
//! What is written can be read back by `import`, and what is then written again is the same to the byte.

mod jsonl;
mod lost;
mod shopify;
mod shopify_cells;

pub use jsonl::{RecordTooLong, jsonl_line};
pub use lost::lost_in_shopify;
pub use shopify::{ShopifyExportError, shopify_header, shopify_rows};

#[cfg(test)]
mod record_strategies;
#[cfg(test)]
mod round_trip_tests;
