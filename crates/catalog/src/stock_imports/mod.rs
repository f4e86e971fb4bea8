//! Many figures of stock at once: a list is taken in at once and put into the shop by a job, row by row.

mod cancel;
mod error;
mod model;
mod read;
mod refusals_table;
mod request;
mod store;
mod sweep;
mod work;

pub use cancel::cancel;
pub use error::StockImportError;
pub use model::{MOST_REFUSALS, MOST_ROWS, Refusal, RowMode, StockImport, StockImportProgress, StockImportState, StockRow, StockRowInput};
pub use read::{StockList, read};
pub use refusals_table::refusals_table;
pub use request::{RequestStockImport, request, request_in};
pub use store::{find, list, refusals};
pub use sweep::SWEEP;
pub use work::{WorkStockImport, work_piece};
