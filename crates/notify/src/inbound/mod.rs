//! Inbound webhooks: what others tell the shop, believed where it is signed, stored once and told on once.

mod error;
mod events;
mod model;
mod process;
mod receive;
mod retry;
mod store;
mod sweep;
mod verify;

pub use error::InboundError;
pub use events::InboundEvent;
pub use model::{InboundMessage, InboundState};
pub use process::ProcessInbound;
pub use receive::{MOST_BYTES, Receipt, receive};
pub use retry::retry;
pub use store::{MessageFilter, body_of, find, list};
pub use sweep::SWEEP;
pub use verify::Incoming;
