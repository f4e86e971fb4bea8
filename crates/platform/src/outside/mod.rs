//! Systems that are not ours, as this process knows them: what was asked of each, whether it answers, and whether it is left alone for now.

mod budget;
mod circuit;
mod system;

pub use system::{Asked, Figures, OutsideSystem, figures};
