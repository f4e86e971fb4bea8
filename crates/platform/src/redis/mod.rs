//! Redis, as far as it is there: what nodes share and can do without. Nothing in it is the only copy of anything.

mod connection;

pub use connection::Redis;
pub(crate) use connection::refuse_unfit;
