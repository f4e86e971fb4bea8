//! Slugs that products and categories had before: whoever comes by one is led to where the thing is now.

mod store;

pub use store::{Renamed, category_of, keep, product_of};
