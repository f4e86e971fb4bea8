//! The routes of channels.

use axum::extract::State;
use catalog::channels::{self, Channel, UpdateChannel};
use gateway::{
    Anyone, CommonProblems, Envelope, ErrorBody, ExpectedVersion, IdOr, List, ListEnvelope, ListParams, NoParams, One, PathId, PathIdOr,
    Permitted, Problem, Valid, permission,
};
use kernel::ChannelTag;

use super::wire::{ChannelPatch, ChannelPut, ChannelView, Channels, query};
use crate::routes::{Routes, routes};
use crate::shop::Shop;
use crate::{schema, shown};

/// How long a storefront may go on with a channel that was changed.
const MAX_AGE_SECONDS: u32 = 60;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_channels, get_channel, replace_channel, update_channel]
}

fn show(channel: Channel) -> One<ChannelView> {
    let version = channel.version;
    One::versioned(channel.into(), version)
}

/// List channels: currency, countries and how prices are shown, which is what a storefront begins with.
#[utoipa::path(
    get, path = "/api/v1/channels", tag = "channels", operation_id = "list_channels", security(()),
    params(ListParams<Channels>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of channels", body = ListEnvelope<ChannelView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_channels(State(shop): State<Shop>, caller: Anyone, list: ListParams<Channels>) -> Result<List<ChannelView>, Problem> {
    let page = channels::list(shop.context().db.reader(), &query(&list)).await?;
    Ok(List::of(page.map(ChannelView::from), &list).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown::channels()))
}

/// Read a channel.
#[utoipa::path(
    get, path = "/api/v1/channels/{channel_id}", tag = "channels", operation_id = "get_channel", security(()),
    params(("channel_id" = String, Path, description = "The channel, by id (`chan_…`) or code")),
    responses(
        CommonProblems,
        (status = 200, description = "The channel", body = Envelope<ChannelView>),
        (status = 404, description = "`channel_not_found`", body = ErrorBody),
    ),
)]
async fn get_channel(
    State(shop): State<Shop>,
    caller: Anyone,
    PathIdOr(name): PathIdOr<ChannelTag>,
    _none: NoParams,
) -> Result<One<ChannelView>, Problem> {
    let db = shop.context().db.reader();
    let channel = match name {
        IdOr::Id(id) => channels::find(db, id).await?,
        IdOr::Name(code) => channels::find_by_code(db, &code).await?,
    };
    let channel = channel.ok_or_else(|| Problem::not_found("channel_not_found"))?;
    Ok(show(channel).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown::channels()))
}

/// Replace what may change of a channel. Another currency becomes its price list's, too.
#[utoipa::path(
    put, path = "/api/v1/channels/{channel_id}", tag = "channels", operation_id = "replace_channel",
    security(("bearer" = ["settings:write"])),
    params(
        ("channel_id" = schema::ChannelId, Path, description = "The channel (`chan_…`)"),
        ExpectedVersion,
    ),
    request_body = ChannelPut,
    responses(
        CommonProblems,
        (status = 200, description = "The channel as it is now", body = Envelope<ChannelView>),
        (status = 404, description = "`channel_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `currency_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn replace_channel(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    PathId(id): PathId<ChannelTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<ChannelPut>,
) -> Result<One<ChannelView>, Problem> {
    let version = expected.or(body.version)?;
    let command = UpdateChannel { id, version, changes: body.parse()? };
    Ok(show(channels::update(shop.context(), &staff.origin(), command).await?))
}

/// Change a channel; what is absent stays. Another currency becomes its price list's, too.
#[utoipa::path(
    patch, path = "/api/v1/channels/{channel_id}", tag = "channels", operation_id = "update_channel",
    security(("bearer" = ["settings:write"])),
    params(
        ("channel_id" = schema::ChannelId, Path, description = "The channel (`chan_…`)"),
        ExpectedVersion,
    ),
    request_body = ChannelPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The channel as it is now", body = Envelope<ChannelView>),
        (status = 404, description = "`channel_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `currency_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_channel(
    State(shop): State<Shop>,
    staff: Permitted<permission::SettingsWrite>,
    PathId(id): PathId<ChannelTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<ChannelPatch>,
) -> Result<One<ChannelView>, Problem> {
    let version = expected.or(body.version)?;
    let command = UpdateChannel { id, version, changes: body.parse()? };
    Ok(show(channels::update(shop.context(), &staff.origin(), command).await?))
}
