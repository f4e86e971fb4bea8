//! Slugs that products, categories and collections had before: whoever comes by one is led to where the thing is now.

mod store;

pub use store::{Renamed, category_of, collection_of, keep, product_of};
