//! Forgetting, where all nodes count together, what somebody has used.

use redis::Cmd;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::shared::key;
use crate::Context;
use crate::db::{DatabaseError, WriteTx};
use crate::jobs::{self, Handler, Job, JobError, JobKind, NewJob};
use crate::redis::Redis;

/// The keys that are asked for at a time.
const BATCH: usize = 1_000;

#[derive(Serialize, Deserialize)]
struct Payload {
    /// A number that stands for who it is; nil: everybody.
    subject: Uuid,
}

/// Forgets what somebody, or everybody, has used; doing it again forgets what was used since.
#[derive(Debug)]
pub struct ForgetShared {
    context: Context,
    /// The classes' names.
    classes: Vec<&'static str>,
}

impl ForgetShared {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("rate_limits.forget");

    /// The handler of this process, which knows these classes.
    #[must_use]
    pub const fn new(context: Context, classes: Vec<&'static str>) -> Self {
        Self { context, classes }
    }

    async fn forget_one(&self, redis: &Redis, subject: Uuid) -> Option<()> {
        let mut unlink = Cmd::new();
        unlink.arg("UNLINK");
        for class in &self.classes {
            unlink.arg(key(redis, class, subject));
        }
        redis.run(&unlink).await
    }
}

async fn forget_all(redis: &Redis) -> Option<()> {
    let pattern = redis.key("limits:*");
    let mut cursor = "0".to_owned();
    loop {
        let mut scan = Cmd::new();
        scan.arg("SCAN").arg(&cursor).arg("MATCH").arg(&pattern).arg("COUNT").arg(BATCH);
        let (next, keys): (String, Vec<String>) = redis.run(&scan).await?;
        if !keys.is_empty() {
            let mut unlink = Cmd::new();
            unlink.arg("UNLINK").arg(keys);
            redis.run::<()>(&unlink).await?;
        }
        if next == "0" {
            return Some(());
        }
        cursor = next;
    }
}

/// Has it forgotten after the commit.
pub(super) async fn forget_later(tx: &WriteTx, subject: Uuid) -> Result<(), DatabaseError> {
    let payload = serde_json::json!(Payload { subject });
    jobs::enqueue(tx, NewJob::new(ForgetShared::KIND, payload, tx.now())).await
}

#[async_trait::async_trait]
impl Handler for ForgetShared {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let Payload { subject } = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let Some(redis) = &self.context.redis else { return Ok(()) };
        let done = if subject.is_nil() { forget_all(redis).await } else { self.forget_one(redis, subject).await };
        done.ok_or_else(|| JobError::new("Redis is away"))
    }
}
