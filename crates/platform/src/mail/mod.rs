//! Mail: letters to one reader each, into files or to a server. Sent by jobs only, which try again.

mod error;
mod files;
mod letter;
mod mailer;
mod relay;
mod sender;
mod smtp;

pub use error::MailError;
pub use letter::Letter;
pub use mailer::Mailer;
pub(crate) use mailer::refuse_unfit;
