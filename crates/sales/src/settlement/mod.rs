//! Where money meets an order: one function under one lock, for the client's request, the provider's word and the reconciler.

mod ask;
mod books;
mod change_payment;
mod held;
mod jobs;
mod money;
mod open_payment;
mod reconcile;
mod record_payment;
mod settle;
mod surplus;

pub use ask::{HearError, hear_provider, return_of_customer};
pub use books::{Books, books};
pub use change_payment::{ChangePayment, ChangePaymentError, capture, void};
pub use held::capture_held;
pub use jobs::{ExecuteOperation, ReconcileOperation, execute_after, reconcile_later};
pub use open_payment::open_payment;
pub use reconcile::{AskAboutUnsettled, ReconcileError, ReconcilePayments, reconcile};
pub use record_payment::{RecordPayment, RecordPaymentError, record_payment};
pub use settle::{SettleError, ask, settle};
pub use surplus::{has_open_void, pause_before, surplus_of};
