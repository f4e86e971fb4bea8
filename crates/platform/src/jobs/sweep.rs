//! Forgetting what is long over, some of it at a time.

use futures_util::future::BoxFuture;
use kernel::Origin;

use super::kind::JobKind;
use super::model::{Handler, Job, JobError};
use crate::Context;
use crate::config::Config;
use crate::db::{DatabaseError, WriteTx};

/// Rows of one transaction: few enough to hold SQLite's writer for milliseconds.
const AT_ONCE: i64 = 500;
/// Transactions of one run; the next one goes on.
const MOST_ROUNDS: usize = 2_000;

/// Forgets some of what is long over, so many rows at most; how many.
type Round = for<'t> fn(&'t Config, &'t WriteTx, i64) -> BoxFuture<'t, Result<u64, DatabaseError>>;

/// How a slice forgets: as often as one likes, in transactions that nobody else waits for. Declared as a constant of the slice.
#[derive(Debug, Clone, Copy)]
pub struct Sweep {
    kind: JobKind,
    round: Round,
}

impl Sweep {
    /// Jobs of this kind do rounds until one finds nothing.
    #[must_use]
    pub const fn new(kind: JobKind, round: Round) -> Self {
        Self { kind, round }
    }

    /// The kind of its jobs.
    #[must_use]
    pub const fn kind(&self) -> JobKind {
        self.kind
    }

    /// What runs its jobs.
    #[must_use]
    pub fn of(self, context: &Context) -> Sweeper {
        Sweeper { context: context.clone(), sweep: self }
    }
}

/// Runs the jobs of one [`Sweep`].
#[derive(Debug)]
pub struct Sweeper {
    context: Context,
    sweep: Sweep,
}

#[async_trait::async_trait]
impl Handler for Sweeper {
    fn kind(&self) -> JobKind {
        self.sweep.kind
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        for _ in 0..MOST_ROUNDS {
            let tx = self.context.begin(&Origin::system()).await?;
            let swept = (self.sweep.round)(&self.context.config, &tx, AT_ONCE).await?;
            tx.commit().await?;
            if swept == 0 || job.is_cancelled() {
                break;
            }
        }
        Ok(())
    }
}
