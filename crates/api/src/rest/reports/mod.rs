//! Reports: what was sold, as tables for a spreadsheet.

mod handlers;
mod wire;

pub(super) use handlers::routes;
