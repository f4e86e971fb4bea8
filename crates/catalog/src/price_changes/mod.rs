//! Many prices at once: planned as a table of what becomes of each, applied and taken back by jobs, price by price.

mod apply;
mod cancel;
mod error;
mod events;
mod input;
mod model;
mod progress;
mod request;
mod store;
mod sweep;
mod undo;
mod work;

pub use crate::rounding::Rounding;
pub use apply::apply;
pub use cancel::cancel;
pub use error::PriceChangeError;
pub use events::PriceChangeEvent;
pub use input::{PlanPriceChange, PriceChangeInput, RuleInput, Selection, SelectionInput};
pub use model::{Change, CompareAt, Figures, PriceRule, SkipReason, Steps};
pub use progress::{Counts, PriceChange, PriceChangeProgress, PriceChangeRow, PriceChangeState, RowOutcome};
pub use request::{ChangePrices, RequestPriceChange, request};
pub use store::{INVARIANTS, PriceChangeQuery, find, list, rows};
pub use sweep::SWEEP;
pub use undo::undo;
pub use work::{WorkPriceChange, work_piece};
