//! Values that staff change while the shop runs, by key.

mod store;

pub use store::{Setting, all, get, put, put_over};
