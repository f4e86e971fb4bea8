//! Products: what is shown and described; what is bought of them are their variants.

mod events;
mod free_form;
mod input;
mod model;
mod options;
mod relations;
mod store;

pub use events::ProductEvent;
pub use free_form::{Attributes, Metadata, MetadataError};
pub use input::{ProductChanges, ProductInput};
pub use model::{ExternalRef, ExternalRefInput, Product, ProductContent, ProductStatus, parse_external_refs};
pub use options::{OptionInput, ProductOption};
pub use relations::{Relation, RelationInput, RelationKind};
pub use store::{
    CategoryOfProduct, LoadedProduct, Placement, ProductRef, StoreProductError, Touched, VariantsOwner, all_of, delete, find,
    find_id_by_external_ref, find_owner, find_status, insert, insert_all, lock, lock_row, lock_rows, page, placements, taken_slugs, touch,
    unknown_categories, unknown_products, update, write_variant_refs,
};
