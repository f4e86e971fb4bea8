//! Where money meets an order: one function under one lock, for the client's request, the provider's word and the reconciler.

mod ask;
mod change_payment;
mod jobs;
mod money;
mod record_payment;
mod settle;
mod surplus;

pub use ask::{HearError, hear_provider, return_of_customer};
pub use change_payment::{ChangePayment, ChangePaymentError, capture, capture_held, void};
pub use jobs::{ExecuteOperation, ReconcileOperation, execute_after, reconcile_later};
pub use record_payment::{RecordPayment, RecordPaymentError, record_payment};
pub use settle::{SettleError, ask, settle};
pub use surplus::{has_open_void, pause_before, surplus_of};
