//! Mail: letters to one reader each, into files, to a server or to a service. Sent by jobs only, which try again.

mod error;
mod files;
mod letter;
mod mailer;
mod relay;
mod sender;
mod sendgrid;
mod smtp;

pub use error::MailError;
pub use letter::Letter;
pub use mailer::Mailer;
pub(crate) use mailer::refuse_unfit;
