//! How the program ends, as scripts see it.

use std::process::ExitCode;

use kernel::{DomainError, ErrorKind};
use platform::config::ConfigError;
use platform::db::ConnectError;
use platform::migrate::MigrateError;

/// What the exit code says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Ok = 0,
    /// Something went wrong on the way; trying again may help.
    Failure = 1,
    /// The arguments or the configuration cannot be used.
    Usage = 2,
    /// Done, and some rows were bad or some checks failed.
    Failing = 3,
    /// There is no such thing.
    NotFound = 4,
    /// The state of things forbids it.
    Refused = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An error that knows how the program ends.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Stop {
    exit: Exit,
    message: String,
}

impl Stop {
    /// Arguments that cannot be used.
    pub fn usage(message: impl std::fmt::Display) -> Self {
        Self { exit: Exit::Usage, message: message.to_string() }
    }

    /// No such thing.
    pub fn not_found(message: impl std::fmt::Display) -> Self {
        Self { exit: Exit::NotFound, message: message.to_string() }
    }

    /// Not now.
    pub fn refused(message: impl std::fmt::Display) -> Self {
        Self { exit: Exit::Refused, message: message.to_string() }
    }

    /// What a use case answered: its kind decides the exit code, its details are told field by field.
    #[must_use]
    pub fn of(error: &dyn DomainError) -> Self {
        let exit = match error.kind() {
            ErrorKind::NotFound => Exit::NotFound,
            ErrorKind::Forbidden | ErrorKind::Unauthenticated | ErrorKind::Conflict | ErrorKind::VersionRequired | ErrorKind::TooMany => {
                Exit::Refused
            }
            ErrorKind::Malformed | ErrorKind::Rule | ErrorKind::TooLarge | ErrorKind::UnsupportedMedia => Exit::Usage,
            ErrorKind::Unavailable | ErrorKind::Internal => Exit::Failure,
        };
        let details = error.details().into_iter().map(|(field, messages)| format!("\n  {field}: {}", messages.join("; ")));
        let source = error.source().map(|source| format!(": {source}")).unwrap_or_default();
        Self { exit, message: format!("{error}{source}{}", details.collect::<String>()) }
    }
}

/// How the program ends with this error.
pub(super) fn exit_of(error: &anyhow::Error) -> Exit {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        return stop.exit;
    }
    match (error.downcast_ref::<ConfigError>(), error.downcast_ref::<ConnectError>(), error.downcast_ref::<MigrateError>()) {
        (Some(_), ..) | (_, Some(ConnectError::Address(_) | ConnectError::Unsafe { .. }), _) => Exit::Usage,
        (.., Some(MigrateError::Newer { .. } | MigrateError::Changed(_))) => Exit::Refused,
        _ => Exit::Failure,
    }
}

/// The error with its causes, without those that only repeat what was said.
pub(super) fn told(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |said, cause| match said.as_str() {
        "" => cause,
        text if text.contains(&cause) => said,
        _ => format!("{said}: {cause}"),
    })
}

/// True where the reader of our output went away (`| head`): no failure of ours.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<std::io::Error>()).any(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_error_has_its_exit_code() {
        let of = |error: anyhow::Error| exit_of(&error);
        assert_eq!(of(ConfigError::Refused(String::new()).into()), Exit::Usage);
        assert_eq!(of(ConnectError::Address(String::new()).into()), Exit::Usage);
        assert_eq!(of(MigrateError::Newer { found: 2, known: 1 }.into()), Exit::Refused);
        assert_eq!(of(Stop::not_found("x").into()), Exit::NotFound);
        assert_eq!(of(std::io::Error::other("disk").into()), Exit::Failure);
        assert_eq!(of(Stop::of(&platform::files::FileError::NotFound).into()), Exit::NotFound);
    }

    #[test]
    fn causes_are_told_once() {
        let error = anyhow::anyhow!("disk full").context("cannot write: disk full").context("no copy");
        assert_eq!(told(&error), "no copy: cannot write: disk full");
    }

    #[test]
    fn a_reader_that_went_away_is_recognised() {
        let error = anyhow::Error::from(std::io::Error::from(std::io::ErrorKind::BrokenPipe)).context("writing");
        assert!(is_broken_pipe(&error));
        assert!(!is_broken_pipe(&std::io::Error::other("disk").into()));
    }
}
