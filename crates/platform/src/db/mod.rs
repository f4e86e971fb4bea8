//! One door to both databases: connecting, reading, the write transaction, and errors by what they mean.

mod bind;
mod broken;
mod conditions;
mod connect;
mod connection;
mod counter;
mod findings;
mod invariant;
mod page;
mod parameters;
mod pattern;
mod postgres;
mod query;
mod row;
mod sizes;
mod spare;
mod sqlite;
mod standing;
mod value;
mod write_tx;

pub use bind::{Bind, placeholders};
pub use broken::{Broken, Cause, DatabaseError, OnBroken};
pub use conditions::Conditions;
pub use connect::{ConnectError, Db, DbLoad};
pub use connection::{ConnectionTrait, DbBackend, Reader};
pub use counter::{Sent, count_statements, note_statement, record_statements};
pub use findings::{Asking, Finding, Findings};
pub use invariant::{Invariant, Violation, patient_violations, violations};
pub use page::{ById, ListError, Total, limited, page_of, page_of_short, total_of, total_until, window};
pub use parameters::{Parameters, Span};
pub use pattern::{Shield, beginning, containing, hidden, shielded, unseen};
pub use query::{
    execute, execute_later, fetch_all, fetch_one, fetch_optional, fetch_scalar, insert_many, insert_many_later, lock_name, lock_names,
};
pub use row::{Column, Columns, FromQueryResult, RowError, RowReader};
pub use row_macro::FromQueryResult;
pub use sizes::{known_size, learn_size, name_of, sizes};
pub use spare::{SpareDatabase, SpareError};
pub use standing::{KeptRules, RulesStamp, StandingRules, standing_rules};
pub use value::Value;
pub use write_tx::WriteTx;
