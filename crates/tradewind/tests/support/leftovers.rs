//! What a quiet shop has none of: facts on their way out, jobs to do or given up, broken invariants.

use platform::Context;
use platform::db::{fetch_scalar, violations};
use platform::jobs::{self, JobFilter, JobState};

use super::TestResult;

/// More waiting jobs than any test makes.
const MANY: i64 = 1_000;

/// Fails where the test left something behind.
pub(crate) async fn refuse(context: &Context) -> TestResult {
    let db = context.db.reader();
    let outbox: i64 = fetch_scalar(db, "SELECT CAST(COUNT(*) AS BIGINT) FROM outbox", vec![]).await?.unwrap_or(0);
    if outbox > 0 {
        return Err(format!("{outbox} facts are left in the outbox").into());
    }
    let unfinished = jobs::unfinished(db, context.now()).await?;
    if !unfinished.is_empty() {
        return Err(format!("jobs are left that are due, running or given up: {unfinished:?}").into());
    }
    let waiting = jobs::list(db, &JobFilter { state: Some(JobState::Available), kind: None }, MANY).await?;
    if let Some(failed) = waiting.iter().find(|job| job.last_error.is_some()) {
        return Err(format!("a job failed and waits to be tried again: {failed:?}").into());
    }
    let broken = violations(db, &tradewind::wiring::invariants(), context.now()).await?;
    if !broken.is_empty() {
        return Err(format!("invariants are broken: {broken:#?}").into());
    }
    Ok(())
}
