//! Working a report out: its rows by SQL, its table as CSV.

use chrono_tz::Tz;
use kernel::{Origin, ReportId};
use platform::Context;
use platform::db::DatabaseError;
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};

use super::days::{beginning, days};
use super::model::{Report, ReportKind};
use super::store::{self, Row};

/// Works a report out; one that is ready stays as it is.
#[derive(Debug)]
pub struct MakeReport(pub Context);

impl MakeReport {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("reports.make").on(Queue::Bulk);
}

#[async_trait::async_trait]
impl Handler for MakeReport {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let id: ReportId = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        // Swept meanwhile: then nobody waits for it.
        let Some(report) = store::find(self.0.db.reader(), id).await? else { return Ok(()) };
        let zone: Tz = report.time_zone.parse().map_err(JobError::new)?;
        let rows = rows(&self.0, &report, zone).await?;
        let count = i64::try_from(rows.len()).map_err(JobError::new)?;
        let content = table(report.kind, rows).map_err(JobError::new)?;
        let tx = self.0.begin(&Origin::system()).await?;
        store::finish(&tx, id, count, &content).await?;
        Ok(tx.commit().await?)
    }
}

/// Outside of any transaction: a year of a large shop takes its time, and what is sold meanwhile may be in it or not.
async fn rows(context: &Context, report: &Report, zone: Tz) -> Result<Vec<Row>, DatabaseError> {
    let db = context.db.reader();
    let Some(after_last) = report.to_day.succ_opt() else { return Ok(Vec::new()) };
    let span = (beginning(report.from_day, zone), beginning(after_last, zone));
    match report.kind {
        ReportKind::SalesByDay => store::by_day(db, &days(report.from_day, report.to_day, zone)).await,
        ReportKind::SalesByProduct => store::by_product(db, span).await,
        ReportKind::SalesByCustomer => store::by_customer(db, span).await,
    }
}

/// The names of the columns, and the rows below them; amounts in the currency's smallest unit.
fn table(kind: ReportKind, rows: Vec<Row>) -> Result<String, csv::Error> {
    let (subject, columns): (&[&str], &[&str]) = match kind {
        ReportKind::SalesByDay => (&["day"], &store::ORDER_SUMS),
        ReportKind::SalesByProduct => (&["product_id", "title"], &store::LINE_SUMS),
        ReportKind::SalesByCustomer => (&["customer_id"], &store::ORDER_SUMS),
    };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(subject.iter().chain(columns).chain(&["currency"]))?;
    for Row { subject, sums, currency } in rows {
        let sums = sums.iter().map(ToString::to_string);
        writer.write_record(subject.iter().map(|text| harmless(text)).chain(sums).chain([currency]))?;
    }
    let bytes = writer.into_inner().map_err(|error| error.into_error())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A spreadsheet takes what begins like this for a formula (OWASP, CSV injection); an apostrophe before it says that it is text.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_head_and_no_formulas() {
        let row = Row { subject: vec!["prod_1".into(), "=1+1, \"so\"".into()], sums: vec![1, 2, 300, 57, 357], currency: "EUR".into() };
        let table = table(ReportKind::SalesByProduct, vec![row]).expect("a table");
        let expected = "product_id,title,orders,quantity,net_minor,tax_minor,gross_minor,currency\r\n\
                        prod_1,\"'=1+1, \"\"so\"\"\",1,2,300,57,357,EUR\r\n";
        assert_eq!(table, expected);
    }
}
