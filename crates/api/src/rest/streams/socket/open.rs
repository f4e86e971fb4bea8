//! The route that opens a WebSocket.

use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, State};
use axum::response::Response;
use gateway::{Anyone, Asker, CommonProblems, ErrorBody, Facts, Identity, NoParams, Pages, Problem, Standing};
use http::header;
use http::request::Parts;
use notify::streams::Reader;

use super::session::{MOST_BYTES, Session};
use crate::routes::{Routes, routes};
use crate::shop::Shop;

/// Larger messages end the connection without a word.
const HARD_BYTES: usize = 64 * 1_024;
/// What is written and not yet taken; one message, and the last word.
const MOST_UNSENT: usize = 256 * 1_024;

pub(in crate::rest::streams) fn routes() -> Routes {
    routes![open_socket]
}

/// Who opens a WebSocket, from a page that may.
pub(super) struct Visitor {
    pub(super) standing: Standing,
    pub(super) identity: Option<Identity>,
    pub(super) reader: Reader,
}

impl FromRequestParts<Shop> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Problem> {
        let asker = Pages::of(&shop.context().config.server).admit(&parts.headers);
        if !matches!(asker, Ok(Asker::Own)) {
            parts.headers.remove(header::COOKIE);
        }
        Anyone::from_request_parts(parts, shop).await?;
        asker?;
        let standing = Standing::from_request_parts(parts, shop).await?;
        let identity = standing.identity().await?;
        let Ok(Facts(facts)) = Facts::from_request_parts(parts, shop).await;
        Ok(Self { standing, identity, reader: reader_of(identity, facts.address()) })
    }
}

fn reader_of(identity: Option<Identity>, address: Option<std::net::IpAddr>) -> Reader {
    identity.map_or(Reader::Stranger(address), |identity| Reader::Known(identity.actor))
}

/// A request that can become a WebSocket.
struct Upgrade(WebSocketUpgrade);

impl FromRequestParts<Shop> for Upgrade {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Self, Problem> {
        WebSocketUpgrade::from_request_parts(parts, shop).await.map(Self).map_err(|_| Problem::upgrade_required())
    }
}

/// Open a WebSocket, to follow orders (`order:{id}`: one's own, those of a cart whose token is shown, or any with `orders:read`), what can be
/// had of a product (`product:{id}:availability`) and events (`events`, with `events:read`).
///
/// Messages are small JSON objects: `{"type":"subscribe","topic":"…"}` is answered `subscribed` or `error`. A token is sent in the header,
/// or as `{"type":"authenticate","token":"…"}`, never in the address. Pages of other sites are refused unless `server.cors_origins` names them.
#[utoipa::path(
    get, path = "/api/v1/ws", tag = "events", operation_id = "open_socket", security(()),
    responses(
        CommonProblems,
        (status = 101, description = "A WebSocket"),
        (status = 403, description = "`origin_refused`: a page of another site asks; `ip_blocked`", body = ErrorBody),
        (status = 426, description = "`upgrade_required`: this is for WebSockets", body = ErrorBody),
        (status = 429, description = "`rate_limited`, `too_many_streams`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `request_timed_out`, `streams_full`, `unavailable`", body = ErrorBody),
    ),
)]
async fn open_socket(State(shop): State<Shop>, visitor: Visitor, _none: NoParams, Upgrade(upgrade): Upgrade) -> Result<Response, Problem> {
    let place = shop.notify.streams.open(visitor.reader)?;
    let upgrade = upgrade.max_message_size(HARD_BYTES).max_frame_size(HARD_BYTES).read_buffer_size(MOST_BYTES);
    let upgrade = upgrade.write_buffer_size(0).max_write_buffer_size(MOST_UNSENT);
    let session = Session::new(shop, visitor, place);
    Ok(upgrade.on_upgrade(move |socket| session.run(socket)))
}
