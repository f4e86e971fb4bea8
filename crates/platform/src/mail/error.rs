//! Why a letter did not leave.

use kernel::{DomainError, ErrorKind};

/// Why a letter did not leave. No variant repeats what a server says: servers say addresses.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// Nothing that could be a letter, whoever sends it.
    #[error("the letter cannot be sent: {0}")]
    Unfit(&'static str),
    /// `mail.url` or `mail.from` cannot be used.
    #[error("mail: {0}")]
    Misconfigured(String),
    /// The server refuses this letter, now and later.
    #[error("the mail server refuses the letter ({0})")]
    Refused(u16),
    /// The server or the disk is not there, or asks to come back later.
    #[error("mail cannot be sent now: {0}")]
    Unavailable(String),
}

impl DomainError for MailError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unfit(_) => "letter_unfit",
            Self::Misconfigured(_) => "mail_misconfigured",
            Self::Refused(_) => "letter_refused",
            Self::Unavailable(_) => "mail_unavailable",
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Unfit(_) | Self::Refused(_) => ErrorKind::Rule,
            Self::Misconfigured(_) | Self::Unavailable(_) => ErrorKind::Unavailable,
        }
    }
}
