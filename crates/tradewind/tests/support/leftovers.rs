//! What a quiet shop has none of: facts on their way out, jobs to do or given up, broken invariants.

use kernel::PageRequest;
use platform::Context;
use platform::db::{fetch_scalar, violations};
use platform::jobs::{self, JobFilter, JobState};

use super::{TestResult, told};

/// More events than any test makes.
const MANY: i64 = 1_000;
/// More waiting jobs than any test makes.
const MOST_JOBS: u32 = 1_000;

/// Fails where the test left something behind.
pub(crate) async fn refuse(context: &Context) -> TestResult {
    let db = context.db.reader();
    let outbox: i64 = fetch_scalar(db, "SELECT CAST(COUNT(*) AS BIGINT) FROM outbox", vec![]).await?.unwrap_or(0);
    if outbox > 0 {
        return Err(format!("{outbox} facts are left in the outbox").into());
    }
    refuse_unknown_facts(context).await?;
    let unfinished = jobs::unfinished(db, context.now()).await?;
    if !unfinished.is_empty() {
        return Err(format!("jobs are left that are due, running or given up: {unfinished:?}").into());
    }
    let available = JobFilter { states: vec![JobState::Available], ..JobFilter::default() };
    let waiting = jobs::list(db, &available, true, &PageRequest::first(MOST_JOBS)).await?.items;
    if let Some(failed) = waiting.iter().find(|job| job.last_error.is_some()) {
        return Err(format!("a job failed and waits to be tried again: {failed:?}").into());
    }
    let broken = violations(db, &tradewind::wiring::invariants(), context.now()).await?;
    if !broken.is_empty() {
        return Err(format!("invariants are broken: {broken:#?}").into());
    }
    let (_, differences) = tradewind::wiring::rebuilt(db).await?;
    if !differences.is_empty() {
        return Err(format!("events tell something else than the tables: {differences:#?}").into());
    }
    Ok(())
}

/// Whatever the shop tells is in the contract, and looks as it says; facts of things that only a test knows are that test's business.
async fn refuse_unknown_facts(context: &Context) -> TestResult {
    let known = tradewind::wiring::facts();
    for event in platform::events::since(context.db.reader(), 0, MANY).await? {
        let Some(kind) = known.iter().find(|kind| kind.aggregate == event.aggregate_type) else { continue };
        if !kind.names.iter().any(|(name, _)| *name == event.r#type) {
            return Err(format!("{} is not among the names of its fact", event.r#type).into());
        }
        told::check(kind, &event)?;
    }
    Ok(())
}
