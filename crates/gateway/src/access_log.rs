//! One line per request: who, what, how it ended, how long it took. Never a query, a body or a header's value.

use std::time::Duration;

use http::{Method, StatusCode};
use kernel::Actor;

/// Longer paths are cut: they are no route of ours.
const MAX_PATH: usize = 256;

/// What is told of a request that was answered.
pub(crate) struct Line<'a> {
    pub(crate) method: &'a Method,
    pub(crate) path: &'a str,
    pub(crate) route: Option<&'a str>,
    pub(crate) status: StatusCode,
    pub(crate) took: Duration,
    pub(crate) request_id: &'a str,
    pub(crate) actor: Option<Actor>,
    pub(crate) error_code: Option<&'a str>,
}

impl Line<'_> {
    /// Writes the line; the format is the subscriber's.
    pub(crate) fn write(self) {
        let (method, path, status) = (self.method.as_str(), shortened(self.path), self.status.as_u16());
        tracing::info!(
            target: "gateway::request",
            {
                http.method = method,
                http.path = path,
                http.route = self.route,
                http.status = status,
                duration_us = u64::try_from(self.took.as_micros()).unwrap_or(u64::MAX),
                request.id = self.request_id,
                actor = self.actor.map(tracing::field::display),
                error.code = self.error_code,
            },
            "{method} {path} {status}"
        );
    }
}

fn shortened(path: &str) -> &str {
    path.get(..MAX_PATH).unwrap_or(path)
}
