//! Stock: what lies where, what is put aside, and what can still be promised.

mod model;

pub use model::{Availability, Level, Shortage, allocate};
