//! The routes of reports.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, List, ListEnvelope, ListParams, NoParams, One, PathId, Permitted, Problem, Valid,
    permission,
};
use http::header;
use kernel::ReportTag;
use sales::reports::{self, Report, ReportError};

use super::wire::{ReportIn, ReportView, Reports};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_reports, request_report, get_report, get_report_content]
}

/// List the reports of the last thirty days.
#[utoipa::path(
    get, path = "/api/v1/reports", tag = "reports", operation_id = "list_reports", security(("bearer" = ["reports:read"])),
    params(ListParams<Reports>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of reports", body = ListEnvelope<ReportView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_reports(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ReportsRead>,
    list: ListParams<Reports>,
) -> Result<List<ReportView>, Problem> {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = reports::list(shop.context().db.reader(), newest_first, &list.page).await?;
    Ok(List::of(page.map(ReportView::from), &list))
}

/// Ask for a report of what was sold: orders that are confirmed or completed, by the day on which they were placed. It is worked out after
/// the answer; ask for it until it is `ready`.
#[utoipa::path(
    post, path = "/api/v1/reports", tag = "reports", operation_id = "request_report", security(("bearer" = ["reports:write"])),
    request_body = ReportIn,
    responses(
        CommonProblems,
        (status = 201, description = "The report, which is not ready yet", body = Envelope<ReportView>),
        (status = 409, description = "`time_zone_unknown`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn request_report(
    State(shop): State<Shop>,
    staff: Permitted<permission::ReportsWrite>,
    Valid(body): Valid<ReportIn>,
) -> Result<Created<ReportView>, Problem> {
    let report = reports::request(shop.context(), &staff.origin(), body.parse()?).await?;
    let path = format!("/api/v1/reports/{}", report.id);
    Ok(Created::plain(report.into()).at(path))
}

/// Read a report.
#[utoipa::path(
    get, path = "/api/v1/reports/{report_id}", tag = "reports", operation_id = "get_report", security(("bearer" = ["reports:read"])),
    params(("report_id" = schema::ReportId, Path, description = "The report (`report_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The report", body = Envelope<ReportView>),
        (status = 404, description = "`report_not_found`", body = ErrorBody),
    ),
)]
async fn get_report(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ReportsRead>,
    PathId(id): PathId<ReportTag>,
    _none: NoParams,
) -> Result<One<ReportView>, Problem> {
    let report = reports::find(shop.context().db.reader(), id).await?.ok_or(ReportError::NotFound)?;
    Ok(One::plain(report.into()))
}

/// Fetch the table of a report: CSV with a head, amounts in the currency's smallest unit.
#[utoipa::path(
    get, path = "/api/v1/reports/{report_id}/content", tag = "reports", operation_id = "get_report_content",
    security(("bearer" = ["reports:read"])),
    params(("report_id" = schema::ReportId, Path, description = "The report (`report_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The table", body = String, content_type = "text/csv"),
        (status = 404, description = "`report_not_found`", body = ErrorBody),
        (status = 409, description = "`report_not_ready`", body = ErrorBody),
    ),
)]
async fn get_report_content(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ReportsRead>,
    PathId(id): PathId<ReportTag>,
    _none: NoParams,
) -> Result<Response, Problem> {
    let db = shop.context().db.reader();
    let report = reports::find(db, id).await?.ok_or(ReportError::NotFound)?;
    let content = reports::content(db, id).await?.ok_or(ReportError::NotReady)?;
    let saved_as = format!("attachment; filename=\"{}\"", file_name(&report));
    Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (header::CONTENT_DISPOSITION, saved_as)], content).into_response())
}

fn file_name(report: &Report) -> String {
    format!("{}-{}-{}.csv", report.kind, report.from_day, report.to_day)
}
