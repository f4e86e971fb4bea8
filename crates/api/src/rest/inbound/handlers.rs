//! The routes of messages that come in.

use axum::extract::{Path, State};
use gateway::{
    Anyone, Cache, CommonProblems, Envelope, ErrorBody, FilterKind, List, ListEnvelope, ListParams, ListRoute, ListSpec, NoParams, One,
    PathId, Permitted, Problem, Raw, permission,
};
use http::{HeaderMap, StatusCode};
use kernel::InboundMessageTag;
use notify::inbound::{self, InboundState, Incoming, MOST_BYTES, MessageFilter};
use utoipa::ToSchema;

use super::wire::{InboundMessageBodyView, InboundMessageView, InboundReceiptView};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![receive_inbound, list_inbound_messages, get_inbound_message, retry_inbound_message]
}

/// The list of messages.
struct Messages;

impl ListRoute for Messages {
    const SPEC: ListSpec =
        ListSpec { filters: &[("source", FilterKind::Words), ("state", FilterKind::OneOf(InboundState::WORDS))], ..ListSpec::PLAIN };
}

/// The bytes that were signed.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "documents bytes")]
struct SignedBody(Vec<u8>);

/// Send a message to the shop, signed as the configuration of its source says: by Standard Webhooks (`webhook-id`, `webhook-timestamp`,
/// `webhook-signature`), or by an HMAC of the body in a header.
///
/// It is stored once and answered at once; what follows happens later. The same message again is 200 and nothing else.
#[utoipa::path(
    post, path = "/api/v1/inbound/{source}", tag = "webhooks", operation_id = "receive_inbound", security(()),
    params(("source" = String, Path, description = "The name of the source, as in `[inbound.<name>]`", max_length = 32)),
    request_body(content((SignedBody = "application/octet-stream")), description = "Any bytes, at most 256 KiB"),
    responses(
        CommonProblems,
        (status = 202, description = "It is stored", body = Envelope<InboundReceiptView>),
        (status = 200, description = "It was stored before", body = Envelope<InboundReceiptView>),
        (status = 401, description = "`signature_invalid`: it is not signed with the source's secret within five minutes of now; `unauthenticated`", body = ErrorBody),
        (status = 404, description = "`inbound_source_not_found`", body = ErrorBody),
        (status = 413, description = "`body_too_large`", body = ErrorBody),
    ),
)]
async fn receive_inbound(
    State(shop): State<Shop>,
    _caller: Anyone,
    address: (Path<String>, NoParams),
    headers: HeaderMap,
    Raw(body): Raw<MOST_BYTES>,
) -> Result<(StatusCode, One<InboundReceiptView>), Problem> {
    let (Path(source), NoParams) = address;
    let receipt = inbound::receive(&shop.notify, &source, Incoming { headers: &headers, body: &body }).await?;
    let status = if receipt.is_new { StatusCode::ACCEPTED } else { StatusCode::OK };
    Ok((status, One::plain(receipt.into()).cache(Cache::NoStore)))
}

/// List the messages that came in within the last thirty days, the newest first.
#[utoipa::path(
    get, path = "/api/v1/inbound-messages", tag = "webhooks", operation_id = "list_inbound_messages",
    security(("bearer" = ["webhooks:read"])),
    params(ListParams<Messages>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of messages", body = ListEnvelope<InboundMessageView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_inbound_messages(
    State(shop): State<Shop>,
    _staff: Permitted<permission::WebhooksRead>,
    list: ListParams<Messages>,
) -> Result<List<InboundMessageView>, Problem> {
    let filter = MessageFilter { sources: list.filters.words("source").to_vec(), states: list.filters.parsed("state").unwrap_or_default() };
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = inbound::list(shop.context().db.reader(), &filter, newest_first, &list.page).await?;
    Ok(List::of(page.map(InboundMessageView::from), &list))
}

/// Read a message that came in, with its body.
#[utoipa::path(
    get, path = "/api/v1/inbound-messages/{message_id}", tag = "webhooks", operation_id = "get_inbound_message",
    security(("bearer" = ["webhooks:read"])),
    params(("message_id" = schema::InboundMessageId, Path, description = "The message (`inb_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The message", body = Envelope<InboundMessageBodyView>),
        (status = 404, description = "`inbound_message_not_found`", body = ErrorBody),
    ),
)]
async fn get_inbound_message(
    State(shop): State<Shop>,
    _staff: Permitted<permission::WebhooksRead>,
    PathId(id): PathId<InboundMessageTag>,
    _none: NoParams,
) -> Result<One<InboundMessageBodyView>, Problem> {
    let missing = || Problem::not_found("inbound_message_not_found");
    let message = inbound::find(shop.context().db.reader(), id).await?.ok_or_else(missing)?.into();
    let body = inbound::body_of(shop.context(), id).await?.ok_or_else(missing)?;
    Ok(One::plain(InboundMessageBodyView { message, body: String::from_utf8_lossy(&body).into_owned() }))
}

/// Tell of a message once more: `inbound.received` is recorded again, for whoever lost it.
#[utoipa::path(
    post, path = "/api/v1/inbound-messages/{message_id}/retry", tag = "webhooks", operation_id = "retry_inbound_message",
    security(("bearer" = ["webhooks:write"])),
    params(("message_id" = schema::InboundMessageId, Path, description = "The message (`inb_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The message, which will be told of again", body = Envelope<InboundMessageView>),
        (status = 404, description = "`inbound_message_not_found`", body = ErrorBody),
    ),
)]
async fn retry_inbound_message(
    State(shop): State<Shop>,
    staff: Permitted<permission::WebhooksWrite>,
    PathId(id): PathId<InboundMessageTag>,
    _none: NoParams,
) -> Result<One<InboundMessageView>, Problem> {
    Ok(One::plain(inbound::retry(&shop.notify, &staff.origin(), id).await?.into()))
}
