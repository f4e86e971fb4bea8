//! Data sync: what changed is told to a folder as files, and figures of stock and prices are taken from one.

mod error;
mod export;
mod import;
mod model;
mod present;
mod prices;
mod store;

pub use error::SyncError;
pub use export::{ExportChanges, export, export_piece};
pub use import::{ImportFiles, import};
pub use model::{SyncDirection, SyncRun, SyncState};
pub use store::list;
