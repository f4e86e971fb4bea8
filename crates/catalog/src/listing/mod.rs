//! The product list: a read model that is written with every change of a product, price or availability.

mod jobs;
mod list;
mod model;
mod narrow;
mod refresh;
mod related;
mod store;

pub use jobs::RefreshListing;
pub use list::{list, list_in};
pub use model::{
    Audience, Belonging, CategorySummary, Includes, ListedMedia, OptionFilter, ProductFilters, ProductQuery, ProductSort, ProductSummary,
    VariantSummary,
};
pub use narrow::Within;
pub use refresh::{refresh, refresh_all};
pub use related::related;
pub use store::{INVARIANTS, product_counts};
