//! Facts on their way out: written with the data they describe, moved to `events` after the commit.

mod kinds;
mod record;
mod relay;
mod schema;
mod store;

pub use kinds::{FactKind, FactKinds};
pub use record::{Fact, record, record_all};
pub use relay::{Relay, relay_once};
pub use store::{Backlog, INVARIANTS, backlog};
/// Derived by every fact: what is told of it, as a schema.
pub use utoipa::ToSchema;
