//! The routes of what invoices have their numbers from.

use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoParams, One, PathId, Permitted,
    Problem, Valid, permission,
};
use kernel::InvoiceRangeTag;
use sales::invoices::{self, ChangeInvoiceRange, InvoiceRange};

use super::range_wire::{InvoiceRangeIn, InvoiceRangePatch, InvoiceRangeView, InvoiceRanges};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_invoice_ranges, create_invoice_range, get_invoice_range, update_invoice_range]
}

fn show(range: InvoiceRange) -> One<InvoiceRangeView> {
    let version = range.version;
    One::versioned(range.into(), version)
}

/// List what invoices and credit notes have their numbers from.
#[utoipa::path(
    get, path = "/api/v1/invoice-ranges", tag = "invoices", operation_id = "list_invoice_ranges",
    security(("bearer" = ["invoices:read"])),
    params(ListParams<InvoiceRanges>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of ranges", body = ListEnvelope<InvoiceRangeView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_invoice_ranges(
    State(shop): State<Shop>,
    _staff: Permitted<permission::InvoicesRead>,
    list: ListParams<InvoiceRanges>,
) -> Result<List<InvoiceRangeView>, Problem> {
    let newest_first = list.sort.first().is_some_and(|key| key.descending);
    let page = invoices::list_ranges(shop.context().db.reader(), newest_first, &list.page).await?;
    Ok(List::of(page.map(InvoiceRangeView::from), &list))
}

/// Give a channel numbers of its own. Documents that it has keep theirs.
#[utoipa::path(
    post, path = "/api/v1/invoice-ranges", tag = "invoices", operation_id = "create_invoice_range",
    security(("bearer" = ["invoices:write"])),
    request_body = InvoiceRangeIn,
    responses(
        CommonProblems,
        (status = 201, description = "The range", body = Envelope<InvoiceRangeView>),
        (status = 409, description = "`invoice_range_exists`, `invoice_prefix_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn create_invoice_range(
    State(shop): State<Shop>,
    staff: Permitted<permission::InvoicesWrite>,
    Valid(body): Valid<InvoiceRangeIn>,
) -> Result<Created<InvoiceRangeView>, Problem> {
    let range = invoices::create_range(shop.context(), &staff.origin(), body.parse()?).await?;
    let (path, version) = (format!("/api/v1/invoice-ranges/{}", range.id), range.version);
    Ok(Created::versioned(range.into(), version).at(path))
}

/// Read a range.
#[utoipa::path(
    get, path = "/api/v1/invoice-ranges/{range_id}", tag = "invoices", operation_id = "get_invoice_range",
    security(("bearer" = ["invoices:read"])),
    params(("range_id" = schema::InvoiceRangeId, Path, description = "The range (`irange_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The range", body = Envelope<InvoiceRangeView>),
        (status = 404, description = "`invoice_range_not_found`", body = ErrorBody),
    ),
)]
async fn get_invoice_range(
    State(shop): State<Shop>,
    _staff: Permitted<permission::InvoicesRead>,
    PathId(id): PathId<InvoiceRangeTag>,
    _none: NoParams,
) -> Result<One<InvoiceRangeView>, Problem> {
    let range = invoices::find_range(shop.context().db.reader(), id).await?;
    range.map(show).ok_or_else(|| Problem::not_found("invoice_range_not_found"))
}

/// Change how the numbers of a range are written from now on; what is absent stays. They go on where they are.
#[utoipa::path(
    patch, path = "/api/v1/invoice-ranges/{range_id}", tag = "invoices", operation_id = "update_invoice_range",
    security(("bearer" = ["invoices:write"])),
    params(
        ("range_id" = schema::InvoiceRangeId, Path, description = "The range (`irange_…`)"),
        ExpectedVersion,
    ),
    request_body = InvoiceRangePatch,
    responses(
        CommonProblems,
        (status = 200, description = "The range as it is now", body = Envelope<InvoiceRangeView>),
        (status = 404, description = "`invoice_range_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `invoice_prefix_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_invoice_range(
    State(shop): State<Shop>,
    staff: Permitted<permission::InvoicesWrite>,
    PathId(id): PathId<InvoiceRangeTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<InvoiceRangePatch>,
) -> Result<One<InvoiceRangeView>, Problem> {
    let command = ChangeInvoiceRange { id, version: expected.or(body.version)?, form: body.into_input() };
    Ok(show(invoices::change_range(shop.context(), &staff.origin(), command).await?))
}
