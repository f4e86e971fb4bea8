//! Product files: reading them, one whole product after the other in bounded memory, and putting them into the shop.
//!
//! [`open`] finds the format and hands out a [`ProductReader`], an iterator of products as they were read, or of the reasons
//! why one was left out; it knows no database. [`apply_in`] puts one record into the shop, [`run`] a whole file.

mod apply;
mod cells;
mod columns;
mod detect;
mod field;
mod formula;
mod jsonl;
mod long_row;
mod option_list;
mod outcome;
mod reader;
mod reading;
mod record;
mod sheet;
mod shopify;
mod store;
mod table;
mod variant_record;
mod woocommerce;

pub use apply::{
    Applied, ApplyError, Change, Counts, ImportError, ImportOptions, PriceScope, Progress, RecordOutcome, Report, Watch, apply_in, run,
};
pub use columns::{ColumnReport, ColumnUse, Fate};
pub use detect::{Format, HeaderNames, OpenError, UnknownFormat};
pub use field::Field;
pub use formula::{escape_formula, unescape_formula};
pub use jsonl::MAX_LINE_BYTES;
pub use outcome::{Lines, Note, Rejected, Rows, SourcedRecord};
pub use reader::{ProductReader, ReadOptions, open};
pub use record::{ExternalRef, MediaRecord, MetadataPatch, OptionRecord, ProductRecord, Reference, Relations, Seo};
pub use table::{TableError, TableFormat, TableRow, TableShape, read_table};
pub use variant_record::{Amount, Backorder, PriceRecord, VariantRecord};

pub(crate) use apply::UNTAXED;
pub(crate) use columns::{Scope, Use};
pub(crate) use shopify::vocabulary as shopify_vocabulary;
