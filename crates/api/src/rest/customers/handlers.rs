//! The routes of customers.

use axum::extract::State;
use gateway::{
    CommonProblems, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoParams, One, PathId, Permitted, Problem, Valid,
    permission,
};
use kernel::CustomerTag;
use sales::customers::{self, ChangeCustomer, Customer};

use super::list::{Customers, query};
use super::wire::{CustomerPatch, CustomerView};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_customers, get_customer, update_customer]
}

fn show(customer: Customer) -> One<CustomerView> {
    let version = customer.version;
    One::versioned(customer.into(), version)
}

/// List everybody who bought something or has an account, guests included.
///
/// `filter[text]` is what an address or a name begins with. `filter[spent]` and the sort by `spent` are in `filter[currency]`, or else in
/// the currency of the default channel, and know only those who ordered in it; the sort by `last_order_at` knows only those who ordered.
/// What was ordered, paid or given back counts here a moment later.
#[utoipa::path(
    get, path = "/api/v1/customers", tag = "customers", operation_id = "list_customers", security(("bearer" = ["customers:read"])),
    params(ListParams<Customers>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of customers", body = ListEnvelope<CustomerView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_customers(
    State(shop): State<Shop>,
    _staff: Permitted<permission::CustomersRead>,
    list: ListParams<Customers>,
) -> Result<List<CustomerView>, Problem> {
    let db = shop.context().db.reader();
    let page = customers::list(db, &query(db, &list).await?).await?;
    Ok(List::of(page.map(CustomerView::from), &list))
}

/// Read a customer.
#[utoipa::path(
    get, path = "/api/v1/customers/{customer_id}", tag = "customers", operation_id = "get_customer",
    security(("bearer" = ["customers:read"])),
    params(("customer_id" = schema::CustomerId, Path, description = "The customer (`cust_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The customer", body = Envelope<CustomerView>),
        (status = 404, description = "`customer_not_found`: also a guest who turned out to have an account", body = ErrorBody),
    ),
)]
async fn get_customer(
    State(shop): State<Shop>,
    _staff: Permitted<permission::CustomersRead>,
    PathId(id): PathId<CustomerTag>,
    _none: NoParams,
) -> Result<One<CustomerView>, Problem> {
    let customer = customers::find(shop.context().db.reader(), id).await?;
    customer.map(show).ok_or_else(|| Problem::not_found("customer_not_found"))
}

/// Change tags, group, note or consent of a customer; what is absent stays.
#[utoipa::path(
    patch, path = "/api/v1/customers/{customer_id}", tag = "customers", operation_id = "update_customer",
    security(("bearer" = ["customers:write"])),
    params(
        ("customer_id" = schema::CustomerId, Path, description = "The customer (`cust_…`)"),
        ExpectedVersion,
    ),
    request_body = CustomerPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The customer as it is now", body = Envelope<CustomerView>),
        (status = 404, description = "`customer_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: also a group that does not exist", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_customer(
    State(shop): State<Shop>,
    staff: Permitted<permission::CustomersWrite>,
    PathId(id): PathId<CustomerTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<CustomerPatch>,
) -> Result<One<CustomerView>, Problem> {
    let version = expected.or(body.version)?;
    let command = ChangeCustomer { id, version, changes: body.parse()? };
    Ok(show(customers::change(shop.context(), &staff.origin(), command).await?))
}
