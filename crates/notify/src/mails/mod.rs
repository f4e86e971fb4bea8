//! Letters: which are sent because of what happened, to whom, and what became of them.

mod content;
mod model;
mod personal;
mod queue;
mod remind;
mod send;
mod store;
mod sweep;
mod told;
mod unsubscribe;
mod write;

pub use content::content;
pub use model::{About, AboutKind, Mail, MailState, NewMail};
pub use personal::PersonalMails;
pub use queue::queue_in;
pub use remind::RemindOfCarts;
pub use send::SendMail;
pub use store::{INVARIANTS, MailFilter, find, list};
pub use sweep::SWEEP;
pub use unsubscribe::{Subscription, UnsubscribeError, subscription, unsubscribe};
pub use write::{WriteLetters, WriteMail};
