//! Rows of the products and of what belongs to them.

mod look_up;
mod placement;
mod read;
mod touch;
mod write;

pub use look_up::{VariantsOwner, find_id_by_external_ref, find_owner, find_status, taken_slugs, unknown_categories, unknown_products};
pub use placement::{Placement, placements};
pub use read::{CategoryOfProduct, LoadedProduct, ProductRef, all_of, find, lock, lock_row, page};
pub use touch::{Touched, lock_rows, touch};
pub use write::{StoreProductError, delete, insert, insert_all, update, write_variant_refs};
