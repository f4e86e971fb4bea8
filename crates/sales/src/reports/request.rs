//! Asking for a report.

use catalog::channels;
use chrono::NaiveDate;
use chrono_tz::Tz;
use kernel::{FieldErrors, Origin, ReportId};
use platform::Context;
use platform::audit::{self, Entry};
use platform::jobs::{self, NewJob};

use super::error::ReportError;
use super::make::MakeReport;
use super::model::{Report, ReportKind, ReportState};
use super::store;

/// A report of more days is several.
const MOST_DAYS: i64 = 366;

/// What a report is to be of.
#[derive(Debug, Clone, Copy)]
pub struct RequestReport {
    /// What it has a row for.
    pub kind: ReportKind,
    /// The first day, in the shop's time zone.
    pub from_day: NaiveDate,
    /// The last day.
    pub to_day: NaiveDate,
}

impl RequestReport {
    fn check(&self) -> Result<(), FieldErrors> {
        match (self.to_day - self.from_day).num_days() {
            ..0 => Err(FieldErrors::of("to", "must not be before `from`")),
            MOST_DAYS.. => Err(FieldErrors::of("to", format!("must be within {MOST_DAYS} days of `from`"))),
            _ => Ok(()),
        }
    }
}

/// Notes that a report is wanted and has a job work it out.
///
/// # Errors
/// `ReportError` names what is wrong; nothing is noted then.
pub async fn request(context: &Context, origin: &Origin, wanted: RequestReport) -> Result<Report, ReportError> {
    wanted.check()?;
    let tx = context.begin(origin).await?;
    let time_zone = channels::find_default(&tx).await?.time_zone;
    if time_zone.parse::<Tz>().is_err() {
        return Err(ReportError::UnknownZone(time_zone));
    }
    let RequestReport { kind, from_day, to_day } = wanted;
    let report = Report {
        id: ReportId::generate(),
        kind,
        from_day,
        to_day,
        time_zone,
        state: ReportState::Queued,
        row_count: None,
        finished_at: None,
        created_at: tx.now(),
        created_by: tx.actor().to_string(),
    };
    store::insert(&tx, &report).await?;
    jobs::enqueue(&tx, NewJob::new(MakeReport::KIND, serde_json::json!(report.id), tx.now())).await?;
    let recorded = serde_json::json!({ "kind": kind, "from": from_day, "to": to_day, "time_zone": &report.time_zone });
    audit::record(&tx, &Entry::of("report.requested", report.id).after(&recorded)).await?;
    tx.commit().await?;
    Ok(report)
}
