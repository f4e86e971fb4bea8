//! The routes of jobs.

use axum::extract::State;
use gateway::{CommonProblems, Envelope, ErrorBody, List, ListEnvelope, ListParams, NoParams, One, PathId, Permitted, Problem, permission};
use kernel::JobTag;
use platform::jobs;

use super::wire::{JobView, Jobs, filter};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_jobs, get_job, retry_job, cancel_job]
}

/// List jobs, the newest first. What is done is kept for a week, what was given up for three months.
#[utoipa::path(
    get, path = "/api/v1/jobs", tag = "jobs", operation_id = "list_jobs", security(("bearer" = ["jobs:read"])),
    params(ListParams<Jobs>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of jobs", body = ListEnvelope<JobView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_jobs(
    State(shop): State<Shop>,
    _staff: Permitted<permission::JobsRead>,
    list: ListParams<Jobs>,
) -> Result<List<JobView>, Problem> {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = jobs::list(shop.context().db.reader(), &filter(&list), newest_first, &list.page).await?;
    Ok(List::of(page.map(JobView::from), &list))
}

/// Read a job.
#[utoipa::path(
    get, path = "/api/v1/jobs/{job_id}", tag = "jobs", operation_id = "get_job", security(("bearer" = ["jobs:read"])),
    params(("job_id" = schema::JobId, Path, description = "The job (`job_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The job", body = Envelope<JobView>),
        (status = 404, description = "`job_not_found`", body = ErrorBody),
    ),
)]
async fn get_job(
    State(shop): State<Shop>,
    _staff: Permitted<permission::JobsRead>,
    PathId(id): PathId<JobTag>,
    _none: NoParams,
) -> Result<One<JobView>, Problem> {
    let job = jobs::find(shop.context().db.reader(), id).await?;
    job.map(|job| One::plain(job.into())).ok_or_else(|| Problem::not_found("job_not_found"))
}

/// Bring a job back that was given up or called off, with all its attempts.
#[utoipa::path(
    post, path = "/api/v1/jobs/{job_id}/retry", tag = "jobs", operation_id = "retry_job", security(("bearer" = ["jobs:write"])),
    params(("job_id" = schema::JobId, Path, description = "The job (`job_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The job, which waits again", body = Envelope<JobView>),
        (status = 404, description = "`job_not_found`", body = ErrorBody),
        (status = 409, description = "`job_not_over`; `job_doubled`: another one that does the same waits or runs", body = ErrorBody),
    ),
)]
async fn retry_job(
    State(shop): State<Shop>,
    staff: Permitted<permission::JobsWrite>,
    PathId(id): PathId<JobTag>,
    _none: NoParams,
) -> Result<One<JobView>, Problem> {
    Ok(One::plain(jobs::retry(shop.context(), &staff.origin(), id).await?.into()))
}

/// Call a job off: one that waits at once, one that runs when its handler looks, which some never do.
#[utoipa::path(
    post, path = "/api/v1/jobs/{job_id}/cancel", tag = "jobs", operation_id = "cancel_job", security(("bearer" = ["jobs:write"])),
    params(("job_id" = schema::JobId, Path, description = "The job (`job_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The job: `cancelled`, or `running` and asked to end", body = Envelope<JobView>),
        (status = 404, description = "`job_not_found`", body = ErrorBody),
        (status = 409, description = "`job_over`", body = ErrorBody),
    ),
)]
async fn cancel_job(
    State(shop): State<Shop>,
    staff: Permitted<permission::JobsWrite>,
    PathId(id): PathId<JobTag>,
    _none: NoParams,
) -> Result<One<JobView>, Problem> {
    Ok(One::plain(jobs::cancel(shop.context(), &staff.origin(), id).await?.into()))
}
