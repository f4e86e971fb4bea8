//! Push messages: browsers that people subscribed are told of what happens, in words that only they can read.

mod encrypt;
mod error;
mod keys;
mod model;
mod news;
mod personal;
mod remove;
mod say;
mod send;
mod service;
mod store;
mod subscribe;
mod sweep;
mod tell;
mod vapid;

pub use error::PushError;
pub use keys::public_key;
pub use model::{PushKind, PushState, PushSubscription, PushTopic};
pub use news::TellNews;
pub use personal::PersonalPush;
pub use remove::remove;
pub use send::SendPush;
pub use service::{Envelope, HttpPush, PushAnswer, PushService};
pub use store::{INVARIANTS, list};
pub use subscribe::{Subscribe, Subscribed, subscribe};
pub use sweep::SWEEP;
pub use tell::TellBrowsers;
