//! One line per request: who, what, how it ended, how long it took. Never a query, a body or a header's value.

use http::StatusCode;

use crate::facts::RequestFacts;
use crate::problem::Problem;
use crate::service::Asked;

/// Longer paths are cut: they are no route of ours.
const MAX_PATH: usize = 256;

/// Writes the line; the format is the subscriber's.
pub(crate) fn write(asked: &Asked, status: StatusCode, problem: Option<&Problem>, facts: &RequestFacts) {
    if !tracing::enabled!(target: "gateway::request", tracing::Level::INFO) {
        return;
    }
    let (method, path) = (asked.method.as_str(), shortened(asked.uri.path()));
    let duration_us = u64::try_from(asked.started.elapsed().as_micros()).unwrap_or(u64::MAX);
    tracing::info!(
        target: "gateway::request",
        {
            http.method = method,
            http.path = path,
            http.route = facts.route(),
            http.status = status.as_u16(),
            duration_us,
            request.id = facts.request_id(),
            actor = facts.actor().map(tracing::field::display),
            error.code = problem.map(Problem::code),
        },
        "{method} {path} {}",
        status.as_u16()
    );
}

fn shortened(path: &str) -> &str {
    path.get(..MAX_PATH).unwrap_or(path)
}
