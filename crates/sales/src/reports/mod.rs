//! What was sold, as tables for a spreadsheet: asked for by staff, worked out by a job, kept for a month.

mod days;
mod error;
mod make;
mod model;
mod request;
mod store;
mod sweep;

pub(crate) use days::day_of;
pub use error::ReportError;
pub use make::MakeReport;
pub use model::{Report, ReportKind, ReportState};
pub use request::{RequestReport, request};
pub use store::{content, find, list};
pub use sweep::SWEEP;
