//! Orders as a table for spreadsheets and book-keeping: a row for each line, page by page.

mod begin;
mod page;
mod store;
mod table;

pub use begin::begin;
pub use page::{OrderExport, PAGE};
