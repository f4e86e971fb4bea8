//! Webhooks: events told to addresses that ask for them, signed, each again and again until it arrives.

mod change;
mod create;
mod dispatch;
mod error;
mod events;
mod fan_out;
mod message;
mod model;
mod redeliver;
mod remove;
mod replay;
mod rotate;
mod send;
mod send_test;
mod signature;
mod store;
mod sweep;
mod work;

pub use change::{ChangeEndpoint, EndpointChanges, change};
pub use create::{CreateEndpoint, Created, create};
pub use dispatch::{Dispatcher, deliver_due};
pub use error::WebhookError;
pub use events::WebhookEndpointEvent;
pub use fan_out::FanOut;
pub use message::message;
pub use model::{DeliveryState, DisabledBecause, Endpoint, EndpointState, EventPatterns};
pub use redeliver::redeliver;
pub use remove::remove;
pub use replay::{ReplayEvents, ReplayRange, Replaying, replay};
pub use rotate::{RotateEndpoint, rotate};
pub(crate) use send::retry_after;
pub use send_test::send_test;
pub use signature::{Secret, SigningKey};
pub use store::{Attempt, Delivery, DeliveryFilter, INVARIANTS, attempts_of, find, find_delivery, last_attempt, list, list_deliveries};
pub use sweep::SWEEP;
