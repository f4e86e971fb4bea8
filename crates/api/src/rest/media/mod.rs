//! Pictures of products, and the files of those that the shop keeps itself.

mod view;

pub(super) use view::{MediaView, address};
