//! What the customer sends back.

use axum::extract::State;
use gateway::{CommonProblems, ErrorBody, FilterKind, List, ListEnvelope, ListParams, ListRoute, ListSpec, Problem, SignedIn};
use sales::returns::{self, ReturnFilter, ReturnStatus};

use crate::rest::returns::ReturnView;
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_my_returns]
}

/// The list of one's returns.
struct MyReturns;

impl ListRoute for MyReturns {
    const SPEC: ListSpec = ListSpec {
        sorts: &["created_at"],
        default_sort: "-created_at",
        filters: &[("status", FilterKind::OneOf(ReturnStatus::WORDS))],
        ..ListSpec::PLAIN
    };
}

/// List the returns of one's orders, the newest first.
#[utoipa::path(
    get, path = "/api/v1/me/returns", tag = "me", operation_id = "list_my_returns", security(("bearer" = [])),
    params(ListParams<MyReturns>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of returns", body = ListEnvelope<ReturnView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_my_returns(State(shop): State<Shop>, me: SignedIn, list: ListParams<MyReturns>) -> Result<List<ReturnView>, Problem> {
    let statuses = list.filters.parsed("status").unwrap_or_default();
    let filter = ReturnFilter { user: Some(me.user()), statuses, ..ReturnFilter::default() };
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = returns::list(shop.context().db.reader(), &filter, newest_first, &list.page).await?;
    Ok(List::of(page.map(|back| ReturnView::for_buyer(&back)), &list))
}
