//! Saying how an import ended.

use catalog::import::{Counts, Fate, Report};
use serde_json::json;

use super::super::output::Output;
use super::follow::{Repeated, Told};

/// An object for programs; for people the counts on standard output and what is wrong beside it.
pub(super) fn tell(output: Output, report: &Report, told: &Told) -> anyhow::Result<()> {
    if output.is_json() {
        let mut object = serde_json::to_value(report)?;
        if let Some(fields) = object.as_object_mut() {
            fields.insert("kind".to_owned(), json!("report"));
            fields.insert("errors".to_owned(), json!(told.errors));
        }
        return output.json(&object);
    }
    for note in &told.errors {
        output.note(format!("error: {note}"));
    }
    for Repeated { first, times } in told.warnings.values() {
        let more = if *times > 1 { format!(" (and {} more like this)", times - 1) } else { String::new() };
        output.note(format!("warning: {first}{more}"));
    }
    for column in report.columns.unmapped().filter(|column| column.filled > 0) {
        let why = match &column.fate {
            Fate::Ignored { reason } => reason,
            Fate::Mapped { .. } | Fate::Metadata { .. } | Fate::Unknown => "is not known",
        };
        output.note(format!("not taken: column {:?} with {} filled cells: {why}", column.header, column.filled));
    }
    let Counts { created, updated, unchanged, failed, warnings } = report.counts;
    let would = if report.dry_run { "would be " } else { "" };
    output.line(format!("{would}created {created}, updated {updated}, unchanged {unchanged}, failed {failed}, warnings {warnings}"))?;
    if !report.finished {
        output.note("Interrupted; give the same command again to go on.");
    }
    Ok(())
}
