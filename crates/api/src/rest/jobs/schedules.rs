//! The routes of what starts by the clock.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use gateway::{CommonProblems, Envelope, ErrorBody, List, ListEnvelope, ListParams, NoParams, One, Permitted, Problem, permission};
use kernel::Origin;
use platform::db;
use platform::jobs::{self, ScheduleCommand};

use super::wire::{ByName, JobScheduleView};
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_schedules, get_schedule, run_schedule, pause_schedule, resume_schedule]
}

fn missing() -> Problem {
    Problem::not_found("schedule_not_found")
}

/// List what starts by the clock, with when it last did and when it will.
#[utoipa::path(
    get, path = "/api/v1/schedules", tag = "jobs", operation_id = "list_schedules", security(("bearer" = ["jobs:read"])),
    params(ListParams<ByName>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of schedules", body = ListEnvelope<JobScheduleView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_schedules(
    State(shop): State<Shop>,
    _staff: Permitted<permission::JobsRead>,
    list: ListParams<ByName>,
) -> Result<List<JobScheduleView>, Problem> {
    let schedules = jobs::list_schedules(shop.context(), &shop.schedules).await?;
    let descending = list.sort.first().is_some_and(|key| key.descending);
    let page = db::page_of_short(schedules, &list.page, descending, |view| view.name.to_owned())?;
    Ok(List::of(page.map(JobScheduleView::from), &list))
}

/// Read a schedule.
#[utoipa::path(
    get, path = "/api/v1/schedules/{name}", tag = "jobs", operation_id = "get_schedule", security(("bearer" = ["jobs:read"])),
    params(("name" = String, Path, description = "The schedule (`jobs.sweep`)", max_length = 64)),
    responses(
        CommonProblems,
        (status = 200, description = "The schedule", body = Envelope<JobScheduleView>),
        (status = 404, description = "`schedule_not_found`", body = ErrorBody),
    ),
)]
async fn get_schedule(
    State(shop): State<Shop>,
    _staff: Permitted<permission::JobsRead>,
    name: Result<Path<String>, PathRejection>,
    _none: NoParams,
) -> Result<One<JobScheduleView>, Problem> {
    let Path(name) = name.map_err(|_| missing())?;
    Ok(One::plain(jobs::find_schedule(shop.context(), &shop.schedules, &name).await?.into()))
}

async fn command(
    shop: &Shop,
    origin: &Origin,
    name: Result<Path<String>, PathRejection>,
    command: ScheduleCommand,
) -> Result<One<JobScheduleView>, Problem> {
    let Path(name) = name.map_err(|_| missing())?;
    Ok(One::plain(jobs::command_schedule(shop.context(), origin, &shop.schedules, &name, command).await?.into()))
}

/// Have a schedule's job done now, whether it is held or not. While one waits or runs there is no second one.
#[utoipa::path(
    post, path = "/api/v1/schedules/{name}/run", tag = "jobs", operation_id = "run_schedule", security(("bearer" = ["jobs:write"])),
    params(("name" = String, Path, description = "The schedule (`jobs.sweep`)", max_length = 64)),
    responses(
        CommonProblems,
        (status = 200, description = "The schedule, whose job waits", body = Envelope<JobScheduleView>),
        (status = 404, description = "`schedule_not_found`", body = ErrorBody),
    ),
)]
async fn run_schedule(
    State(shop): State<Shop>,
    staff: Permitted<permission::JobsWrite>,
    name: Result<Path<String>, PathRejection>,
    _none: NoParams,
) -> Result<One<JobScheduleView>, Problem> {
    command(&shop, &staff.origin(), name, ScheduleCommand::Run).await
}

/// Have nothing come of a schedule any more.
#[utoipa::path(
    post, path = "/api/v1/schedules/{name}/pause", tag = "jobs", operation_id = "pause_schedule", security(("bearer" = ["jobs:write"])),
    params(("name" = String, Path, description = "The schedule (`jobs.sweep`)", max_length = 64)),
    responses(
        CommonProblems,
        (status = 200, description = "The schedule, which is held", body = Envelope<JobScheduleView>),
        (status = 404, description = "`schedule_not_found`", body = ErrorBody),
    ),
)]
async fn pause_schedule(
    State(shop): State<Shop>,
    staff: Permitted<permission::JobsWrite>,
    name: Result<Path<String>, PathRejection>,
    _none: NoParams,
) -> Result<One<JobScheduleView>, Problem> {
    command(&shop, &staff.origin(), name, ScheduleCommand::Pause).await
}

/// Let a schedule go on with its next moment; those that went by while it was held are over.
#[utoipa::path(
    post, path = "/api/v1/schedules/{name}/resume", tag = "jobs", operation_id = "resume_schedule", security(("bearer" = ["jobs:write"])),
    params(("name" = String, Path, description = "The schedule (`jobs.sweep`)", max_length = 64)),
    responses(
        CommonProblems,
        (status = 200, description = "The schedule, which goes on", body = Envelope<JobScheduleView>),
        (status = 404, description = "`schedule_not_found`", body = ErrorBody),
    ),
)]
async fn resume_schedule(
    State(shop): State<Shop>,
    staff: Permitted<permission::JobsWrite>,
    name: Result<Path<String>, PathRejection>,
    _none: NoParams,
) -> Result<One<JobScheduleView>, Problem> {
    command(&shop, &staff.origin(), name, ScheduleCommand::Resume).await
}
