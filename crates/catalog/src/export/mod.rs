//! Products on their way out: loaded page by page as records, and written as our own JSONL or Shopify's CSV.
//!
//! What is written can be read back by `import`, and what is then written again is the same to the byte.

mod jsonl;
mod lost;
mod page;
mod record;
mod shopify;
mod shopify_cells;
mod store;

pub use jsonl::{RecordTooLong, jsonl_line};
pub use lost::lost_in_shopify;
pub use page::{Exported, of, page};
pub use shopify::{ShopifyExportError, shopify_header, shopify_rows};

#[cfg(test)]
mod record_strategies;
#[cfg(test)]
mod round_trip_tests;
