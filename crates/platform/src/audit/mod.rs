//! Who changed what: records that are written with the change and cannot be altered unseen.

mod bursts;
mod chain;
mod error;
mod head;
mod list;
mod model;
mod record;
mod seal;
mod store;
mod verify;

pub use bursts::{RefusedAddress, refused_addresses};
pub use error::AuditError;
pub use head::{ExportHead, Head, export_head};
pub use list::{AuditFilter, Recorded, SORT, list};
pub use model::{Entry, Outcome};
pub use record::{record, record_all, record_refusal};
pub use seal::{Sealer, seal_once};
pub use store::INVARIANTS;
pub use verify::{Finding, Verdict, verify};
