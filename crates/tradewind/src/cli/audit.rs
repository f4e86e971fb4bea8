//! `tradewind audit`: who changed what, and whether the record of it still says what it said.

use kernel::{DomainError, Timestamp};
use platform::Context;
use platform::audit::{self, AuditFilter, Outcome, Recorded, Verdict};
use platform::db::Span;
use serde::Serialize;

use super::output::{Output, Shown, moment, or_dash};
use super::setup::Globals;
use super::{Exit, pages};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show records, newest first
    List(ListArguments),
    /// Check every record against its seal and every signed head against the chain; exit code 3 where something was altered
    Verify,
}

#[derive(Debug, clap::Args)]
pub(super) struct ListArguments {
    /// Only what this one did (`user_…`, `key_…`, `cli`, `system`, `anonymous`)
    #[arg(long)]
    actor: Option<String>,
    /// Only this act (`product.updated`)
    #[arg(long)]
    action: Option<String>,
    /// Only what was done to this (`prod_…`)
    #[arg(long)]
    subject: Option<String>,
    /// Only what ended like this: done or refused
    #[arg(long)]
    outcome: Option<Outcome>,
    /// Only from this moment on (2027-01-31T00:00:00Z)
    #[arg(long)]
    since: Option<Timestamp>,
    /// Only before this moment
    #[arg(long)]
    until: Option<Timestamp>,
    /// No more rows than this
    #[arg(long)]
    limit: Option<u64>,
}

#[derive(Debug, Serialize)]
struct RecordRow {
    id: String,
    action: String,
    subject: String,
    actor: String,
    outcome: Outcome,
    changes: serde_json::Value,
    request_id: Option<String>,
    ip: Option<String>,
    user_agent: Option<String>,
    seal: Option<i64>,
    occurred_at: Timestamp,
}

impl From<Recorded> for RecordRow {
    fn from(record: Recorded) -> Self {
        Self {
            id: record.id.to_string(),
            action: record.action,
            subject: record.subject,
            actor: record.actor,
            outcome: record.outcome,
            changes: record.changes,
            request_id: record.request_id,
            ip: record.ip.map(|ip| ip.to_string()),
            user_agent: record.user_agent,
            seal: record.seal,
            occurred_at: record.occurred_at,
        }
    }
}

impl Shown for RecordRow {
    const HEAD: &'static [&'static str] = &["when", "actor", "action", "subject", "outcome", "seal"];

    fn cells(&self) -> Vec<String> {
        let outcome = self.outcome.as_str().to_owned();
        vec![moment(self.occurred_at), self.actor.clone(), self.action.clone(), self.subject.clone(), outcome, or_dash(self.seal)]
    }
}

#[derive(Debug, Serialize)]
struct VerdictRow {
    intact: bool,
    sealed: i64,
    unsealed: i64,
    heads: usize,
    finding: Option<FindingRow>,
}

#[derive(Debug, Serialize)]
struct FindingRow {
    seq: i64,
    record: Option<String>,
    says: String,
}

impl From<Verdict> for VerdictRow {
    fn from(verdict: Verdict) -> Self {
        let finding = verdict.finding.map(|found| FindingRow { seq: found.seq, record: found.record, says: found.says });
        Self { intact: finding.is_none(), sealed: verdict.sealed, unsealed: verdict.unsealed, heads: verdict.heads, finding }
    }
}

impl Shown for VerdictRow {
    const HEAD: &'static [&'static str] = &["intact", "sealed", "unsealed", "heads", "altered"];

    fn cells(&self) -> Vec<String> {
        let altered = self.finding.as_ref().map(|found| {
            let record = found.record.as_ref().map(|record| format!(" ({record})")).unwrap_or_default();
            format!("seal {}{record}: {}", found.seq, found.says)
        });
        let intact = if self.intact { "yes" } else { "no" };
        vec![intact.to_owned(), self.sealed.to_string(), self.unsealed.to_string(), self.heads.to_string(), or_dash(altered)]
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    let context = globals.open().await?;
    match command {
        Command::List(arguments) => list(globals.output(), &context, arguments).await,
        Command::Verify => {
            let verdict = audit::verify(&context).await.map_err(|error| told(&error))?;
            let row = VerdictRow::from(verdict);
            globals.output().one(&row)?;
            Ok(if row.intact { Exit::Ok } else { Exit::Failing })
        }
    }
}

async fn list(output: Output, context: &Context, arguments: ListArguments) -> anyhow::Result<Exit> {
    let mut table = output.table();
    let filter = AuditFilter {
        actors: arguments.actor.into_iter().collect(),
        actions: arguments.action.into_iter().collect(),
        subject: arguments.subject,
        outcome: arguments.outcome,
        occurred_at: Span { at_least: arguments.since, below: arguments.until, ..Span::default() },
    };
    let ask = async |request| audit::list(context.db.reader(), &filter, true, &request).await;
    pages::each(arguments.limit, ask, |rows| table.rows(&rows.into_iter().map(RecordRow::from).collect::<Vec<_>>())).await?;
    Ok(Exit::Ok)
}

/// What cannot be checked is told with its cause: nobody but the operator reads it.
fn told(error: &impl DomainError) -> anyhow::Error {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    anyhow::anyhow!("{error}{cause}")
}
