//! Payments: what was asked of a provider for one order, and what the provider said.

mod call_off;
mod entities;
mod events;
mod list;
mod machine;
mod model;
mod open;
mod outcome;
mod rebuild;
mod record_manual;
mod redeem;
mod store;

pub use call_off::{GoesTo, call_off, kept_of, return_surplus, start_capture};
pub use entities::{Operation, Outcome, Payment, PaymentError};
pub use events::PaymentFact;
pub use list::{PaymentDetails, PaymentFilter, find, list, lock, operations_where};
pub use machine::{Ending, Heard};
pub use model::{ByHand, MoveCause, OperationKind, OperationStatus, PaymentStatus};
pub use open::{OpenPayment, Opened, Start, open};
pub use outcome::{Applied, apply_outcome};
pub use rebuild::RebuildPayments;
pub use record_manual::record_manual;
pub use redeem::{Redeem, redeem};
pub(crate) use store::forget_notes_in;
pub use store::{INVARIANTS, find_by_reference, find_operation, forget_notes, has_open_operation, lock_by_reference, operations_of};
