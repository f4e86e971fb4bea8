//! What is promised of each parser.

mod address;
mod product_file;
mod query;
mod values;

pub use address::address;
pub use product_file::product_file;
pub use query::query;
pub use values::{cursor, money, type_id};
