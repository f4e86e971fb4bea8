//! Pictures of products, and the files of those that the shop keeps itself.

mod file;
mod view;

pub(super) use file::routes;
pub(super) use view::{MediaView, address};
