//! Running one body on a fresh database: make it, run the body, look for what it left behind, clean up.

use std::panic::{AssertUnwindSafe, resume_unwind};
use std::time::Duration;

use futures_util::FutureExt;
use tokio::runtime::{Builder, Runtime};
use tokio::time::timeout;

use super::shop::TestShop;
use super::{TestResult, leftovers, postgres, sqlite};

/// What waits for something that never comes fails by its name, instead of holding up all the others.
const LONGEST: Duration = Duration::from_mins(15);
/// The same where somebody asked for thousands of rounds.
const LONGEST_OF_MANY_ROUNDS: Duration = Duration::from_hours(6);

/// Says how often races are run.
pub(crate) const ROUNDS: &str = "TRADEWIND_RACE_ROUNDS";

/// Runs the body on a SQLite file of its own.
pub(crate) fn run_on_sqlite<Body, Running>(_name: &'static str, body: Body) -> TestResult
where
    Body: FnOnce(TestShop) -> Running,
    Running: Future<Output = TestResult>,
{
    // Made outside of this test's runtime, because it needs one of its own.
    let template = sqlite::template();
    runtime()?.block_on(async {
        let folder = tempfile::tempdir()?;
        let url = sqlite::copy(template, folder.path())?;
        run_in(TestShop::open(folder, &url).await?, body).await
    })
}

/// Runs the body on a PostgreSQL database of its own.
pub(crate) fn run_on_postgres<Body, Running>(name: &'static str, body: Body) -> TestResult
where
    Body: FnOnce(TestShop) -> Running,
    Running: Future<Output = TestResult>,
{
    runtime()?.block_on(async {
        let database = postgres::Database::make(name).await?;
        let shop = TestShop::open(tempfile::tempdir()?, database.url()).await?;
        let outcome = AssertUnwindSafe(run_in(shop, body)).catch_unwind().await;
        database.remove().await?;
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    })
}

fn runtime() -> std::io::Result<Runtime> {
    Builder::new_multi_thread().worker_threads(2).enable_all().build()
}

async fn run_in<Body, Running>(shop: TestShop, body: Body) -> TestResult
where
    Body: FnOnce(TestShop) -> Running,
    Running: Future<Output = TestResult>,
{
    let longest = if std::env::var_os(ROUNDS).is_some() { LONGEST_OF_MANY_ROUNDS } else { LONGEST };
    timeout(longest, body(shop.clone())).await.map_err(|_| format!("it hangs: not done after {longest:?}"))??;
    shop.settle().await?;
    leftovers::refuse(shop.context()).await?;
    shop.close().await;
    Ok(())
}
