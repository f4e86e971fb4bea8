//! Returns: what customers send back, from the question to the money.

mod approve;
mod cancel;
mod close;
mod error;
mod events;
mod lines;
mod model;
mod move_on;
mod personal;
mod receive;
mod refund;
mod reject;
mod request;
mod states;
mod store;
mod update;

pub use approve::{ApproveReturn, approve};
pub use cancel::{CancelReturn, cancel};
pub use close::{CloseReturn, close};
pub use error::ReturnError;
pub use events::ReturnFact;
pub use lines::{Arrival, AskedLine};
pub use model::{Condition, Return, ReturnAsker, ReturnLine, ReturnReason};
pub use personal::PersonalReturns;
pub use receive::{ReceiveReturn, receive};
pub use refund::{ExchangeTerms, RefundReturn, exchange, refund};
pub use reject::{RejectReturn, reject};
pub use request::{RequestReturn, request};
pub use states::ReturnStatus;
pub use store::{INVARIANTS, ReturnFilter, find, list, of_order};
pub use update::{UpdateReturn, update};
