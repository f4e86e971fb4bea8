//! The latest lines of the log, for staff who ask what happened.

use axum::extract::State;
use gateway::{
    CommonProblems, ErrorBody, FilterKind, Filters, List, ListEnvelope, ListParams, ListRoute, ListSpec, Permitted, Problem, permission,
};
use kernel::Timestamp;
use platform::db;
use platform::telemetry::{self, Level, LogLine};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_logs]
}

/// The list of lines.
struct Logs;

impl ListRoute for Logs {
    const SPEC: ListSpec = ListSpec {
        sorts: &["created_at"],
        default_sort: "-created_at",
        filters: &[
            ("level", FilterKind::OneOf(Level::WORDS)),
            ("target", FilterKind::Text),
            ("text", FilterKind::Text),
            ("request_id", FilterKind::Text),
            ("created_at", FilterKind::Period),
        ],
        ..ListSpec::PLAIN
    };
}

/// A line of this node's log.
#[derive(Debug, Serialize, ToSchema)]
struct LogLineView {
    /// Its place among the lines of this node since it started.
    number: u64,
    /// `error`, `warn`, `info`, `debug` or `trace`.
    #[schema(value_type = schema::LogLevel)]
    level: Level,
    /// Which part of the program says it.
    target: String,
    /// What it says.
    message: String,
    /// What it tells beside that, by name; empty where the log is text for people.
    #[schema(value_type = Object)]
    fields: Map<String, Value>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<LogLine> for LogLineView {
    fn from(line: LogLine) -> Self {
        let LogLine { number, at, level, target, message, fields } = line;
        Self { number, level, target, message, fields, created_at: at }
    }
}

/// True where a line passes every filter that is given.
fn passes(line: &LogLine, filters: &Filters, levels: &[Level]) -> bool {
    let period = filters.period("created_at");
    let told = |text: &str| line.message.contains(text) || line.fields.values().any(|value| is_told(value, text));
    (levels.is_empty() || levels.contains(&line.level))
        && filters.text("target").is_none_or(|target| line.target.starts_with(target))
        && filters
            .text("request_id")
            .is_none_or(|id| line.fields.get("request.id").is_some_and(|told| told == id) || line.message.contains(id))
        && filters.text("text").is_none_or(told)
        && period.at_least.is_none_or(|from| from <= line.at)
        && period.above.is_none_or(|after| after < line.at)
        && period.at_most.is_none_or(|until| line.at <= until)
        && period.below.is_none_or(|before| line.at < before)
}

fn is_told(value: &Value, text: &str) -> bool {
    value.as_str().map_or_else(|| value.to_string().contains(text), |told| told.contains(text))
}

/// List the latest lines of this node's log, the newest first. Some ten thousand are kept in memory, warnings and errors longer than
/// others; what is older is where the log is written to.
#[utoipa::path(
    get, path = "/api/v1/logs", tag = "security", operation_id = "list_logs", security(("bearer" = ["security:read"])),
    params(ListParams<Logs>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of lines", body = ListEnvelope<LogLineView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_logs(
    State(_shop): State<Shop>,
    _staff: Permitted<permission::SecurityRead>,
    list: ListParams<Logs>,
) -> Result<List<LogLineView>, Problem> {
    let levels: Vec<Level> = list.filters.parsed("level").unwrap_or_default();
    let descending = list.sort.first().is_none_or(|key| key.descending);
    // Reading some megabytes of lines takes longer than others should wait for this thread.
    let lines = tokio::task::spawn_blocking(telemetry::recent_lines).await.map_err(Problem::internal)?;
    let lines = lines.into_iter().filter(|line| passes(line, &list.filters, &levels)).collect();
    let page = db::page_of_short(lines, &list.page, descending, |line: &LogLine| Uuid::from_u128(line.number.into()))?;
    Ok(List::of(page.map(LogLineView::from), &list))
}
