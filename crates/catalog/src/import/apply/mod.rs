//! Putting records into the shop.

mod applied;
mod batch;
mod connect;
mod error;
mod explain;
mod known;
mod links;
mod merge;
mod pictures;
mod plan;
mod prices;
mod product;
mod report;
mod run;
mod run_of_new;
mod seen;
mod session;
mod source_key;
mod stock;
mod variants;

pub use applied::{Applied, Change, apply_in};
pub use error::ApplyError;
pub use prices::PriceScope;
pub use report::{Counts, ImportError, ImportOptions, Progress, RecordOutcome, Report, Watch};
pub use run::run;

pub(crate) use variants::UNTAXED;
