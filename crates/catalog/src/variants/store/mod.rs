//! Rows of the variants and their prices.

mod look_up;
mod lowest;
mod read;
mod sellable;
mod write;
mod write_prices;

pub use look_up::{VariantPlace, find_ids_by_skus, find_place_by_external_ref, find_place_by_sku, taken_skus, unknown};
pub(super) use lowest::price_spans;
pub use read::{lock_rows, of_ids, of_product, of_products};
pub use sellable::sellable;
pub use write::{StoreVariantError, VariantWrites, delete, show_new, write};
pub use write_prices::write_prices_alone;
