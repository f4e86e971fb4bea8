//! Rows of derived prices.

mod invariants;
mod next_variants;

pub use invariants::INVARIANTS;
pub(super) use next_variants::next_variants;
