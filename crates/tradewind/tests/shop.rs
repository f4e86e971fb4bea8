//! The shop, tested through its front doors on every database.

mod platform;
mod support;
