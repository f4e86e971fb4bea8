//! Promotions: staff keep them with their codes, and try out what they would do.

mod codes;
mod handlers;
mod input;
mod terms;
mod trial;
mod view;

pub(super) use handlers::routes;
