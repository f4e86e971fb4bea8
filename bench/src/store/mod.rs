//! What the bench does with databases by itself: makes and drops them, fills them, asks for plans.

mod bare;
mod fill;
mod server;

pub(crate) use bare::BareClient;
pub(crate) use fill::{Size, postgres as fill_postgres, sqlite as fill_sqlite};
pub(crate) use server::{Server, ServerDatabase};
