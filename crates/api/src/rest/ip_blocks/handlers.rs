//! The routes of blocked addresses.

use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, List, ListEnvelope, ListParams, NoContent, NoParams, One, PathId, Permitted, Problem,
    Valid, permission,
};
use kernel::IpBlockTag;
use platform::ip_blocks;

use super::wire::{IpBlockIn, IpBlockView, IpBlocks, query};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_ip_blocks, block_ip, get_ip_block, unblock_ip]
}

/// List blocked addresses. Blocks that have ended may be among them until the next one is made.
#[utoipa::path(
    get, path = "/api/v1/ip-blocks", tag = "security", operation_id = "list_ip_blocks", security(("bearer" = ["security:read"])),
    params(ListParams<IpBlocks>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of blocks", body = ListEnvelope<IpBlockView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_ip_blocks(
    State(shop): State<Shop>,
    _staff: Permitted<permission::SecurityRead>,
    list: ListParams<IpBlocks>,
) -> Result<List<IpBlockView>, Problem> {
    let page = ip_blocks::list(shop.context().db.reader(), &query(&list)).await?;
    Ok(List::of(page.map(IpBlockView::from), &list))
}

/// Refuse addresses from now on; every node does within a second. Blocked again, they get the new reason and end.
#[utoipa::path(
    post, path = "/api/v1/ip-blocks", tag = "security", operation_id = "block_ip", security(("bearer" = ["security:write"])),
    request_body = IpBlockIn,
    responses(
        CommonProblems,
        (status = 201, description = "The block", body = Envelope<IpBlockView>),
        (status = 409, description = "`too_many_ip_blocks`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `ip_range_too_wide`, `ip_block_covers_caller`, `ip_block_ends_in_the_past`", body = ErrorBody),
    ),
)]
async fn block_ip(
    State(shop): State<Shop>,
    staff: Permitted<permission::SecurityWrite>,
    Valid(body): Valid<IpBlockIn>,
) -> Result<Created<IpBlockView>, Problem> {
    let block = ip_blocks::block(shop.context(), &staff.origin(), body.parse()?).await?;
    let path = format!("/api/v1/ip-blocks/{}", block.id);
    Ok(Created::plain(block.into()).at(path))
}

/// Read a block of addresses.
#[utoipa::path(
    get, path = "/api/v1/ip-blocks/{ip_block_id}", tag = "security", operation_id = "get_ip_block",
    security(("bearer" = ["security:read"])),
    params(("ip_block_id" = schema::IpBlockId, Path, description = "The block (`block_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The block", body = Envelope<IpBlockView>),
        (status = 404, description = "`ip_block_not_found`", body = ErrorBody),
    ),
)]
async fn get_ip_block(
    State(shop): State<Shop>,
    _staff: Permitted<permission::SecurityRead>,
    PathId(id): PathId<IpBlockTag>,
    _none: NoParams,
) -> Result<One<IpBlockView>, Problem> {
    let block = ip_blocks::find(shop.context().db.reader(), id).await?;
    block.map(|block| One::plain(block.into())).ok_or_else(|| Problem::not_found("ip_block_not_found"))
}

/// Let addresses in again; every node does within a second.
#[utoipa::path(
    delete, path = "/api/v1/ip-blocks/{ip_block_id}", tag = "security", operation_id = "unblock_ip",
    security(("bearer" = ["security:delete"])),
    params(("ip_block_id" = schema::IpBlockId, Path, description = "The block (`block_…`)")),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`ip_block_not_found`", body = ErrorBody),
    ),
)]
async fn unblock_ip(
    State(shop): State<Shop>,
    staff: Permitted<permission::SecurityDelete>,
    PathId(id): PathId<IpBlockTag>,
    _none: NoParams,
) -> Result<NoContent, Problem> {
    ip_blocks::unblock(shop.context(), &staff.origin(), id).await?;
    Ok(NoContent)
}
