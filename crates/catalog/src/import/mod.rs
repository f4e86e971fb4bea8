//! Reading product files: which format they are in, and one whole product after the other, in bounded memory.
//!
//! Formats only: what becomes of a record in the shop is not decided here. [`open`] finds the format and hands out a
//! [`ProductReader`], an iterator of products as they were read, or of the reasons why one was left out.

mod cells;
mod columns;
mod detect;
mod field;
mod formula;
mod jsonl;
mod option_list;
mod outcome;
mod reader;
mod reading;
mod record;
mod sheet;
mod shopify;
mod variant_record;
mod woocommerce;

pub use columns::{ColumnReport, ColumnUse, Fate};
pub use detect::{Format, HeaderNames, OpenError, UnknownFormat};
pub use field::Field;
pub use formula::{escape_formula, unescape_formula};
pub use jsonl::MAX_LINE_BYTES;
pub use outcome::{Note, Rejected, Rows, SourcedRecord};
pub use reader::{ProductReader, ReadOptions, open};
pub use record::{ExternalRef, MediaRecord, MetadataPatch, OptionRecord, ProductRecord, Reference, Relations, Seo};
pub use variant_record::{Amount, Backorder, PriceRecord, VariantRecord};

pub(crate) use columns::{Scope, Use};
pub(crate) use shopify::vocabulary as shopify_vocabulary;
