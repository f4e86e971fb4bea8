//! Whole products: a product with its options, variants, prices, categories and relations, read and written as one document.

mod amend;
mod archive;
mod batch;
mod create;
mod create_variant;
mod delete;
mod delete_variant;
mod diff;
mod draft;
mod error;
mod find;
mod load;
mod model;
mod patch;
mod references;
mod remove;
mod replace;
mod save;
mod slug;
mod update_variant;

pub use amend::amend_in;
pub use archive::{ArchiveProduct, archive, archive_in};
pub use batch::{BatchDone, BatchError, BatchItem, BatchOp, BatchOutcome, ChangeProducts, ItemError, batch};
pub use create::{CreateProduct, create, create_in};
pub use create_variant::{CreateVariant, create_variant};
pub use delete::{DeleteProduct, DeleteProductError, delete, delete_in};
pub use delete_variant::{DeleteVariant, DeleteVariantError, delete_variant};
pub use diff::FieldChange;
pub use draft::VariantsChange;
pub use error::WriteProductError;
pub use find::{find, find_variants};
pub use model::{ProductDocument, StockedVariant};
pub use patch::{PatchProduct, patch, patch_in};
pub use replace::{ReplaceProduct, replace, replace_in};
pub use save::Saved;
pub use update_variant::{UpdateVariant, update_variant};
