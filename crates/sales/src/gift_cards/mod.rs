//! Gift cards as goods: made once they are paid.

mod make;

pub use make::{MakeGiftCards, of_order};
