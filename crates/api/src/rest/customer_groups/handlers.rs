//! The routes of groups of customers.

use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One, PathId,
    Permitted, Problem, RequiredVersion, Valid, permission,
};
use kernel::CustomerGroupTag;
use sales::customer_groups::{self, ChangeGroup, DeleteGroup, Group};

use super::wire::{CustomerGroupIn, CustomerGroupPatch, CustomerGroupView, Groups, query};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_customer_groups, create_customer_group, get_customer_group, update_customer_group, delete_customer_group]
}

fn show(group: Group) -> One<CustomerGroupView> {
    let version = group.version;
    One::versioned(group.into(), version)
}

/// List groups of customers.
#[utoipa::path(
    get, path = "/api/v1/customer-groups", tag = "customers", operation_id = "list_customer_groups",
    security(("bearer" = ["customers:read"])),
    params(ListParams<Groups>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of groups", body = ListEnvelope<CustomerGroupView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_customer_groups(
    State(shop): State<Shop>,
    _staff: Permitted<permission::CustomersRead>,
    list: ListParams<Groups>,
) -> Result<List<CustomerGroupView>, Problem> {
    let page = customer_groups::list(shop.context().db.reader(), &query(&list)).await?;
    Ok(List::of(page.map(CustomerGroupView::from), &list))
}

/// Make a group of customers.
#[utoipa::path(
    post, path = "/api/v1/customer-groups", tag = "customers", operation_id = "create_customer_group",
    security(("bearer" = ["customers:write"])),
    request_body = CustomerGroupIn,
    responses(
        CommonProblems,
        (status = 201, description = "The group", body = Envelope<CustomerGroupView>),
        (status = 409, description = "`customer_group_name_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn create_customer_group(
    State(shop): State<Shop>,
    staff: Permitted<permission::CustomersWrite>,
    Valid(body): Valid<CustomerGroupIn>,
) -> Result<Created<CustomerGroupView>, Problem> {
    let group = customer_groups::create(shop.context(), &staff.origin(), body.parse()?).await?;
    let (path, version) = (format!("/api/v1/customer-groups/{}", group.id), group.version);
    Ok(Created::versioned(group.into(), version).at(path))
}

/// Read a group of customers.
#[utoipa::path(
    get, path = "/api/v1/customer-groups/{customer_group_id}", tag = "customers", operation_id = "get_customer_group",
    security(("bearer" = ["customers:read"])),
    params(("customer_group_id" = schema::CustomerGroupId, Path, description = "The group (`group_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The group", body = Envelope<CustomerGroupView>),
        (status = 404, description = "`customer_group_not_found`", body = ErrorBody),
    ),
)]
async fn get_customer_group(
    State(shop): State<Shop>,
    _staff: Permitted<permission::CustomersRead>,
    PathId(id): PathId<CustomerGroupTag>,
    _none: NoParams,
) -> Result<One<CustomerGroupView>, Problem> {
    let group = customer_groups::find(shop.context().db.reader(), id).await?;
    group.map(show).ok_or_else(|| Problem::not_found("customer_group_not_found"))
}

/// Change a group of customers; what is absent stays.
#[utoipa::path(
    patch, path = "/api/v1/customer-groups/{customer_group_id}", tag = "customers", operation_id = "update_customer_group",
    security(("bearer" = ["customers:write"])),
    params(
        ("customer_group_id" = schema::CustomerGroupId, Path, description = "The group (`group_…`)"),
        ExpectedVersion,
    ),
    request_body = CustomerGroupPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The group as it is now", body = Envelope<CustomerGroupView>),
        (status = 404, description = "`customer_group_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `customer_group_name_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_customer_group(
    State(shop): State<Shop>,
    staff: Permitted<permission::CustomersWrite>,
    PathId(id): PathId<CustomerGroupTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<CustomerGroupPatch>,
) -> Result<One<CustomerGroupView>, Problem> {
    let version = expected.or(body.version)?;
    let command = ChangeGroup { id, version, changes: body.parse()? };
    Ok(show(customer_groups::change(shop.context(), &staff.origin(), command).await?))
}

/// Delete a group that no customer is in.
#[utoipa::path(
    delete, path = "/api/v1/customer-groups/{customer_group_id}", tag = "customers", operation_id = "delete_customer_group",
    security(("bearer" = ["customers:delete"])),
    params(
        ("customer_group_id" = schema::CustomerGroupId, Path, description = "The group (`group_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`customer_group_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `customer_group_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_customer_group(
    State(shop): State<Shop>,
    staff: Permitted<permission::CustomersDelete>,
    PathId(id): PathId<CustomerGroupTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    customer_groups::delete(shop.context(), &staff.origin(), DeleteGroup { id, version }).await?;
    Ok(NoContent)
}
