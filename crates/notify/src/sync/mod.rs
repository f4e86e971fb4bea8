//! Data sync: what changed is told to a folder or an address as files, and figures of stock and prices are taken from folders and addresses.

mod address;
mod error;
mod export;
mod folder;
mod import;
mod model;
mod present;
mod prices;
mod store;

pub(crate) use address::Addresses;
pub use error::SyncError;
pub use export::{ExportChanges, export, export_piece};
pub use import::{ImportFiles, import};
pub use model::{SyncDirection, SyncRun, SyncState};
pub use store::list;
