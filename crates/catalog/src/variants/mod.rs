//! Variants: what is actually sold, with its prices.

mod derivations;
mod input;
mod lowest;
mod model;
mod options;
mod prices;
mod sellable;
mod store;

pub use derivations::Derivations;
pub use input::{VariantChanges, VariantInput};
pub use lowest::{PriceTag, price_tags};
pub use model::{Variant, VariantContent, VariantKind};
pub use options::VariantOptions;
pub(crate) use prices::parse_money;
pub use prices::{KnownPriceLists, MoneyInput, Price, PriceInput};
pub use sellable::{DatedPrice, PastList, PriceSource, PriceStep, Sellable, steps_at};
pub use store::{
    StoreVariantError, VariantPlace, VariantWrites, delete, find_ids_by_skus, find_place_by_external_ref, find_place_by_sku, lock_rows,
    of_ids, of_product, of_products, sellable, show_new, taken_skus, unknown, write, write_prices_alone,
};
