//! Who reads, what readers are told, and why somebody may not read now.

use std::net::IpAddr;
use std::sync::Arc;

use kernel::{Actor, DomainError, ErrorKind};
use platform::events::EventHead;

/// Whom a stream counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reader {
    /// Somebody who is known.
    Known(Actor),
    /// A stranger, by address where there is one.
    Stranger(Option<IpAddr>),
}

/// What all streams of a process are told at once.
#[derive(Debug, Clone)]
pub struct Told {
    /// Everything up to this place of the stream was told by now.
    pub last: i64,
    /// What happened since the last time; `None` where that is not known, so that anything may have.
    pub heads: Option<Arc<[EventHead]>>,
}

/// Why a stream is not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StreamsFull {
    /// The process holds as many as it may.
    #[error("this server holds as many streams as it may; come back in a moment")]
    Process,
    /// The caller does.
    #[error("you hold as many streams as you may; close one first")]
    Reader,
}

impl DomainError for StreamsFull {
    fn code(&self) -> &'static str {
        match self {
            Self::Process => "streams_full",
            Self::Reader => "too_many_streams",
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Process => ErrorKind::Unavailable,
            Self::Reader => ErrorKind::TooMany,
        }
    }
}
