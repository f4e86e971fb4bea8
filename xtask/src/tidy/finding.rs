//! One thing to mend: where, what, why, and what to do.

use std::fmt;

/// A finding; ordered by place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// The file, relative to the workspace.
    pub(crate) path: String,
    /// The line, from 1.
    pub(crate) line: usize,
    /// What was found.
    pub(crate) what: String,
    /// The rule and its reason.
    pub(crate) why: String,
    /// What mends it.
    pub(crate) mend: String,
}

impl Finding {
    /// A finding at a line of a file.
    pub(crate) fn new(place: (&str, usize), what: impl Into<String>, why: impl Into<String>, mend: impl Into<String>) -> Self {
        let (path, line) = place;
        Self { path: path.to_owned(), line, what: what.into(), why: why.into(), mend: mend.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}: {}; {}", self.path, self.line, self.what, self.why, self.mend)
    }
}
