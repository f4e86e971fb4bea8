//! What browsers subscribe to push messages with.

use axum::extract::State;
use gateway::{Anyone, CommonProblems, Envelope, NoParams, One, Problem};
use notify::push;
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::shop::Shop;

/// How long a page may go on with a key: it changes where the shop's master key is lost, and never else.
const MAX_AGE_SECONDS: u32 = 300;

pub(super) fn routes() -> Routes {
    routes![get_push_key]
}

/// The public half of the shop's key (VAPID, RFC 8292).
#[derive(Debug, Serialize, ToSchema)]
struct PushKeyView {
    /// What `pushManager.subscribe` is given as `applicationServerKey`: a point of P-256 in base64url.
    #[schema(pattern = "^[A-Za-z0-9_-]{87}$")]
    public_key: String,
}

/// Read the key that browsers subscribe to push messages with.
#[utoipa::path(
    get, path = "/api/v1/push/key", tag = "push", operation_id = "get_push_key", security(()),
    responses(CommonProblems, (status = 200, description = "The key", body = Envelope<PushKeyView>)),
)]
async fn get_push_key(State(shop): State<Shop>, caller: Anyone, _none: NoParams) -> Result<One<PushKeyView>, Problem> {
    let public_key = push::public_key(shop.context()).await?;
    Ok(One::plain(PushKeyView { public_key }).cache(caller.cache(MAX_AGE_SECONDS)))
}
