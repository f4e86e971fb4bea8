//! `tradewind payments`: the shop's books beside those of its providers.

use ::payments::reconciliation::{Finding, Reconciliation};
use chrono::{DateTime, TimeDelta, Utc};
use sales::settlement;
use serde::Serialize;
use serde_json::Value;

use super::output::{Shown, amount, or_dash};
use super::setup::{Globals, origin};
use super::{Exit, Stop};
use crate::wiring;

/// What is compared where nothing else is said.
const COMPARED: TimeDelta = TimeDelta::days(2);

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Compare what was moved with the books of each provider, and show what is wrong
    ///
    /// Nothing is changed. Ends with 3 where the books differ. The shop does the same every night.
    Reconcile {
        /// What was moved since this moment, as 2026-01-31T00:00:00Z; without it, of the last two days
        #[arg(long)]
        since: Option<DateTime<Utc>>,
    },
}

#[derive(Debug, Serialize)]
struct FindingRow {
    provider: String,
    kind: String,
    operation_id: Option<String>,
    provider_reference: Option<String>,
    expected: Option<Value>,
    found: Option<Value>,
    #[serde(skip)]
    shown: [String; 2],
}

impl FindingRow {
    fn of(provider: &str, finding: &Finding) -> Self {
        Self {
            provider: provider.to_owned(),
            kind: finding.kind.to_string(),
            operation_id: finding.operation_id.map(|id| id.to_string()),
            provider_reference: finding.reference.clone(),
            expected: finding.expected.map(amount),
            found: finding.found.map(amount),
            shown: [or_dash(finding.expected), or_dash(finding.found)],
        }
    }
}

impl Shown for FindingRow {
    const HEAD: &'static [&'static str] = &["provider", "wrong", "operation", "reference", "expected", "found"];

    fn cells(&self) -> Vec<String> {
        let [expected, found] = self.shown.clone();
        let (operation, reference) = (or_dash(self.operation_id.as_ref()), or_dash(self.provider_reference.as_ref()));
        vec![self.provider.clone(), self.kind.clone(), operation, reference, expected, found]
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    let Command::Reconcile { since } = command;
    let context = globals.open().await?;
    let since = since.unwrap_or_else(|| context.now() - COMPARED);
    let made = settlement::reconcile(&wiring::sales(context), &origin(), since).await.map_err(Stop::refused)?;
    let output = globals.output();
    if made.is_empty() {
        output.note("no provider of this shop keeps books that can be compared");
    }
    made.iter().for_each(|one| output.note(summary(one)));
    let rows: Vec<FindingRow> =
        made.iter().flat_map(|one| one.findings.iter().map(|finding| FindingRow::of(&one.provider, finding))).collect();
    output.table().rows(&rows)?;
    Ok(if rows.is_empty() { Exit::Ok } else { Exit::Failing })
}

fn summary(made: &Reconciliation) -> String {
    let Reconciliation { provider, compared, findings, .. } = made;
    format!("{provider}: {compared} movements compared, {} wrong", findings.len())
}
