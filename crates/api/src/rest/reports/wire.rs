//! Reports as JSON.

use chrono::NaiveDate;
use gateway::{ListRoute, ListSpec};
use kernel::{FieldErrors, Timestamp};
use sales::reports::{Report, ReportKind, RequestReport};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema;

/// The list of reports.
pub(super) struct Reports;

impl ListRoute for Reports {
    const SPEC: ListSpec = ListSpec { sorts: &["created_at"], default_sort: "-created_at", ..ListSpec::PLAIN };
}

/// What a report is to be of.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReportIn {
    /// What it has a row for.
    #[schema(value_type = schema::ReportKind)]
    kind: String,
    /// The first day, in the shop's time zone.
    #[schema(format = Date, example = "2026-03-01")]
    from: String,
    /// The last day; at most 366 days in all.
    #[schema(format = Date, example = "2026-03-31")]
    to: String,
}

impl ReportIn {
    pub(super) fn parse(self) -> Result<RequestReport, FieldErrors> {
        let mut errors = FieldErrors::new();
        let day = |raw: &str| raw.parse::<NaiveDate>().map_err(|_| "must be a day like 2026-03-31");
        let kind = errors.take("kind", self.kind.parse::<ReportKind>());
        let (from, to) = (errors.take("from", day(&self.from)), errors.take("to", day(&self.to)));
        errors.finish(|| Some(RequestReport { kind: kind?, from_day: from?, to_day: to? }))
    }
}

/// A report; its table is fetched from `content_url`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReportView {
    /// Its id (`report_…`).
    #[schema(value_type = schema::ReportId)]
    id: String,
    /// What it has a row for.
    #[schema(value_type = schema::ReportKind)]
    kind: &'static str,
    /// The first day.
    #[schema(format = Date)]
    from: String,
    /// The last day.
    #[schema(format = Date)]
    to: String,
    /// Whose days these are.
    time_zone: String,
    /// Where it stands.
    #[schema(value_type = schema::ReportState)]
    state: &'static str,
    /// How many rows it has, when it is ready.
    row_count: Option<i64>,
    /// Where its table is, when it is ready.
    content_url: Option<String>,
    /// When it became ready.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// By whom.
    created_by: String,
}

impl From<Report> for ReportView {
    fn from(report: Report) -> Self {
        Self {
            id: report.id.to_string(),
            kind: report.kind.as_str(),
            from: report.from_day.to_string(),
            to: report.to_day.to_string(),
            time_zone: report.time_zone,
            state: report.state.as_str(),
            row_count: report.row_count,
            content_url: report.finished_at.map(|_| format!("/api/v1/reports/{}/content", report.id)),
            finished_at: report.finished_at,
            created_at: report.created_at,
            created_by: report.created_by,
        }
    }
}
