//! PostgreSQL: connections kept for the next who needs one, statements prepared once, transactions that wait no more than they must.

mod address;
mod pool;
mod session;
mod tls;
mod work;

pub(super) use pool::{NotConnected, Pool, connect, execute, read};
pub(super) use session::Row;
pub(super) use work::Work;
