//! One door to both databases: connecting, reading, the write transaction, and errors by what they mean.

mod bind;
mod broken;
mod connect;
mod counter;
mod invariant;
mod page;
mod query;
mod spare;
mod write_tx;

pub use bind::{Bind, placeholders};
pub use broken::{Broken, DatabaseError, OnBroken};
pub use connect::{ConnectError, Db};
pub use counter::{count_statements, note_statement};
pub use invariant::{Invariant, Violation, violations};
pub use page::{ListError, Total, page_of, total_of, window};
pub use query::{execute, fetch_all, fetch_one, fetch_optional, fetch_scalar, insert_many, lock_name, lock_names};
pub use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, QueryResult, Value};
pub use spare::{SpareDatabase, SpareError};
pub use write_tx::WriteTx;
