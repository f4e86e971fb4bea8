//! Giving people what the shop knows of them.

use chrono::TimeDelta;
use kernel::{Origin, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::model::{Export, ExportStatus};
use super::place::Places;
use super::store;
use crate::Context;
use crate::audit::{self, Entry};
use crate::db::{DatabaseError, Reader};
use crate::jobs::{self, Handler, Job, JobError, JobKind, NewJob, Queue};

/// How long an archive can be fetched.
const KEPT: TimeDelta = TimeDelta::days(7);

/// The job that puts an archive together; doing it again replaces what it made.
#[derive(Debug)]
pub struct ExportPersonalData {
    context: Context,
    places: Places,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    export: Uuid,
    user: UserId,
}

impl ExportPersonalData {
    const KIND: JobKind = JobKind::new("privacy.export").on(Queue::Bulk);

    /// The handler of this process.
    #[must_use]
    pub const fn new(context: Context, places: Places) -> Self {
        Self { context, places }
    }
}

#[async_trait::async_trait]
impl Handler for ExportPersonalData {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let Payload { export, user } = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let archive = archive(&self.context, &self.places, user).await?;
        let tx = self.context.begin(&Origin::system()).await?;
        store::finish(&tx, export, &archive.to_string()).await?;
        job.complete_in(&tx).await?;
        Ok(tx.commit().await?)
    }
}

/// What every place knows of this person.
async fn archive(context: &Context, places: &Places, user: UserId) -> Result<Value, DatabaseError> {
    let mut data = Map::new();
    for place in places.iter() {
        data.insert(place.name().to_owned(), place.export(context.db.reader(), user).await?);
    }
    Ok(json!({"user_id": user, "exported_at": context.now(), "data": Value::Object(data)}))
}

/// What the shop knows of this person, at once; kept nowhere but in the audit log, that it was asked for.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn export(context: &Context, origin: &Origin, places: &Places, user: UserId) -> Result<Value, DatabaseError> {
    let archive = archive(context, places, user).await?;
    let tx = context.begin(origin).await?;
    audit::record(&tx, &Entry::of("user.data_exported", user)).await?;
    tx.commit().await?;
    Ok(archive)
}

/// Has an archive put together of what the shop knows of this person; one that is under way already is answered again.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn request_export(context: &Context, origin: &Origin, user: UserId) -> Result<Export, DatabaseError> {
    let tx = context.begin(origin).await?;
    crate::db::lock_name(&tx, &format!("privacy-export {user}")).await?;
    if let Some(pending) = store::latest(&tx, user, tx.now()).await?.filter(|export| export.status == ExportStatus::Pending) {
        // On SQLite it may be of the same group, and not durable yet.
        tx.commit().await?;
        return Ok(pending);
    }
    store::forget_expired(&tx).await?;
    let (id, now) = (Uuid::now_v7(), tx.now());
    let export = Export { id, status: ExportStatus::Pending, archive: None, created_at: now, ready_at: None, expires_at: now + KEPT };
    store::insert(&tx, &export, user).await?;
    let payload = serde_json::to_value(Payload { export: id, user }).map_err(|_| DatabaseError::corrupt("a payload"))?;
    jobs::enqueue(&tx, NewJob::new(ExportPersonalData::KIND, payload, now).unique(format!("privacy.export:{id}"))).await?;
    audit::record(&tx, &Entry::of("user.data_exported", user)).await?;
    tx.commit().await?;
    Ok(export)
}

/// The archive that this person asked for last, while it can be fetched.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn latest_export(db: &Reader, user: UserId, now: kernel::Timestamp) -> Result<Option<Export>, DatabaseError> {
    store::latest(db, user, now).await
}
