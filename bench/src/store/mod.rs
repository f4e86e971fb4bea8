//! What the bench does with databases by itself: makes and drops them, fills them, asks for plans.

mod server;

pub(crate) use server::{Server, ServerDatabase};
