//! The routes of the queues in which jobs wait.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use gateway::{CommonProblems, Envelope, ErrorBody, List, ListEnvelope, ListParams, NoParams, One, Permitted, Problem, permission};
use platform::db;
use platform::jobs::{self, Queue};

use super::wire::{ByName, JobQueueView};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_job_queues, pause_job_queue, resume_job_queue]
}

/// The queue that a path names.
fn queue(path: Result<Path<String>, PathRejection>) -> Result<Queue, Problem> {
    path.ok().and_then(|Path(name)| name.parse().ok()).ok_or_else(|| Problem::not_found("job_queue_not_found"))
}

/// List the queues and what is in them.
#[utoipa::path(
    get, path = "/api/v1/job-queues", tag = "jobs", operation_id = "list_job_queues", security(("bearer" = ["jobs:read"])),
    params(ListParams<ByName>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of queues", body = ListEnvelope<JobQueueView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_job_queues(
    State(shop): State<Shop>,
    _staff: Permitted<permission::JobsRead>,
    list: ListParams<ByName>,
) -> Result<List<JobQueueView>, Problem> {
    let queues = jobs::queues(shop.context().db.reader(), shop.context().now()).await?;
    let descending = list.sort.first().is_some_and(|key| key.descending);
    let page = db::page_of_short(queues, &list.page, descending, |view| view.queue.to_string())?;
    Ok(List::of(page.map(JobQueueView::from), &list))
}

/// Have nothing of a queue begun any more, by any node; what runs is finished.
#[utoipa::path(
    post, path = "/api/v1/job-queues/{queue}/pause", tag = "jobs", operation_id = "pause_job_queue",
    security(("bearer" = ["jobs:write"])),
    params(("queue" = schema::JobQueue, Path, description = "The queue")),
    responses(
        CommonProblems,
        (status = 200, description = "The queue, which is held", body = Envelope<JobQueueView>),
        (status = 404, description = "`job_queue_not_found`", body = ErrorBody),
    ),
)]
async fn pause_job_queue(
    State(shop): State<Shop>,
    staff: Permitted<permission::JobsWrite>,
    path: Result<Path<String>, PathRejection>,
    _none: NoParams,
) -> Result<One<JobQueueView>, Problem> {
    Ok(One::plain(jobs::pause(shop.context(), &staff.origin(), queue(path)?).await?.into()))
}

/// Let a queue go on.
#[utoipa::path(
    post, path = "/api/v1/job-queues/{queue}/resume", tag = "jobs", operation_id = "resume_job_queue",
    security(("bearer" = ["jobs:write"])),
    params(("queue" = schema::JobQueue, Path, description = "The queue")),
    responses(
        CommonProblems,
        (status = 200, description = "The queue, which goes on", body = Envelope<JobQueueView>),
        (status = 404, description = "`job_queue_not_found`", body = ErrorBody),
    ),
)]
async fn resume_job_queue(
    State(shop): State<Shop>,
    staff: Permitted<permission::JobsWrite>,
    path: Result<Path<String>, PathRejection>,
    _none: NoParams,
) -> Result<One<JobQueueView>, Problem> {
    Ok(One::plain(jobs::resume(shop.context(), &staff.origin(), queue(path)?).await?.into()))
}
