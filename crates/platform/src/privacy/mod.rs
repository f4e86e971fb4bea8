//! Where the shop knows of persons: what each place gives them of it, and how it forgets them.

mod erase;
mod export;
mod model;
mod place;
mod store;

pub use erase::erase_in;
pub use export::{ExportPersonalData, export, latest_export, request_export};
pub use model::{Export, ExportStatus};
pub use place::{Columns, PersonalPlace, Places};
