//! What is wrong with a template, and where.

use std::fmt;

use minijinja::{Error, ErrorKind};

/// What is wrong, in words for who wrote the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// In which line, from 1, where that is known.
    pub(super) line: Option<u64>,
    /// What.
    pub(super) what: String,
}

impl Fault {
    pub(super) fn at(line: Option<u64>, what: impl Into<String>) -> Self {
        Self { line, what: what.into() }
    }

    pub(super) fn of(error: &Error) -> Self {
        let line = error.line().and_then(|line| u64::try_from(line).ok());
        let what = match error.kind() {
            ErrorKind::OutOfFuel => "it takes too many steps".to_owned(),
            ErrorKind::WriteFailure => "the letter becomes too long".to_owned(),
            kind => error.detail().map_or_else(|| kind.to_string(), |detail| format!("{kind}: {detail}")),
        };
        Self::at(line, what)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.what),
            None => f.write_str(&self.what),
        }
    }
}
