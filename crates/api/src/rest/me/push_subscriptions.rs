//! One's browsers that are told of what happens.

use axum::extract::State;
use gateway::{
    Cache, CommonProblems, Envelope, ErrorBody, List, ListEnvelope, ListParams, ListRoute, ListSpec, NoContent, NoParams, One, PathId,
    Problem, SignedIn, Valid,
};
use http::StatusCode;
use kernel::{FieldErrors, PushSubscriptionTag, Timestamp};
use notify::push::{self, PushSubscription, PushTopic, Subscribe};
use platform::db;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_my_push_subscriptions, subscribe_my_browser, remove_my_push_subscription]
}

/// The list of browsers.
struct Browsers;

impl ListRoute for Browsers {
    const SPEC: ListSpec = ListSpec::PLAIN;
}

/// A browser as it describes itself (`PushSubscription.toJSON()`), and what it is to be told of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PushSubscriptionIn {
    /// Where it is reached: HTTPS, and an address that anybody on the internet may have.
    #[schema(max_length = 2_000, example = "https://push.example.com/send/c1KrmpTuRm")]
    endpoint: String,
    /// When the browser ends it; taken and not needed: its push service says when it is gone.
    #[serde(default, rename = "expirationTime")]
    #[schema(value_type = Option<f64>)]
    _expiration_time: Option<serde_json::Number>,
    /// What it reads by.
    keys: PushKeysIn,
    /// What it is to be told of: `orders` (one's own), and for staff `new_orders` (with `orders:read`) and `low_stock` (with `stock:read`).
    #[schema(value_type = Vec<schema::PushTopic>, min_items = 1, max_items = 3)]
    topics: Vec<String>,
    /// In which language: what is not written in is told in English. Absent: that of the default channel.
    #[schema(value_type = Option<schema::MailLocale>)]
    locale: Option<String>,
}

/// What a browser reads by.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PushKeysIn {
    /// Its public key: a point of P-256 in base64url.
    #[schema(max_length = 100, example = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4")]
    p256dh: String,
    /// Its secret: 16 bytes in base64url.
    #[schema(max_length = 24, example = "BTBZMqHH6r4Tts7J_aSIgg")]
    auth: String,
}

impl PushSubscriptionIn {
    fn into_request(self, me: &SignedIn) -> Result<Subscribe, FieldErrors> {
        let mut errors = FieldErrors::new();
        let parse = |(place, raw): (usize, &String)| errors.take(format!("topics.{place}"), raw.parse::<PushTopic>());
        let topics: Vec<PushTopic> = self.topics.iter().enumerate().filter_map(parse).collect();
        let PushKeysIn { p256dh, auth } = self.keys;
        let (user, session, held) = (me.user(), me.session(), me.permissions());
        errors.finish(|| Some(Subscribe { user, session, held, endpoint: self.endpoint, p256dh, auth, topics, locale: self.locale }))
    }
}

/// A browser that is told of what happens. Where exactly it is reached is shown to nobody.
#[derive(Debug, Serialize, ToSchema)]
struct PushSubscriptionView {
    /// Its id.
    #[schema(value_type = schema::PushSubscriptionId)]
    id: String,
    /// Whose push service it has.
    #[schema(example = "https://fcm.googleapis.com")]
    origin: String,
    /// What it is told of.
    #[schema(value_type = Vec<schema::PushTopic>)]
    topics: Vec<&'static str>,
    /// In which language.
    #[schema(value_type = schema::MailLocale)]
    locale: String,
    /// When it was subscribed.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was subscribed again.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<PushSubscription> for PushSubscriptionView {
    fn from(PushSubscription { id, origin, topics, locale, created_at, updated_at }: PushSubscription) -> Self {
        let topics = topics.into_iter().map(PushTopic::as_str).collect();
        Self { id: id.to_string(), origin, topics, locale: locale.to_string(), created_at, updated_at }
    }
}

/// List one's browsers that are told of what happens.
#[utoipa::path(
    get, path = "/api/v1/me/push-subscriptions", tag = "me", operation_id = "list_my_push_subscriptions", security(("bearer" = [])),
    params(ListParams<Browsers>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of browsers", body = ListEnvelope<PushSubscriptionView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_my_push_subscriptions(
    State(shop): State<Shop>,
    me: SignedIn,
    list: ListParams<Browsers>,
) -> Result<List<PushSubscriptionView>, Problem> {
    let all = push::list(shop.context().db.reader(), me.user()).await?;
    let descending = list.sort.first().is_none_or(|key| key.descending);
    let page = db::page_of_short(all, &list.page, descending, |one| one.id.uuid())?;
    Ok(List::of(page.map(PushSubscriptionView::from), &list))
}

/// Have a browser told of what happens from now on.
///
/// A browser that one subscribed before is known by its `endpoint` and replaced. It is told until it is removed here, until its push service says
/// that it is gone, or until one signs out of the session that subscribed it.
#[utoipa::path(
    post, path = "/api/v1/me/push-subscriptions", tag = "me", operation_id = "subscribe_my_browser", security(("bearer" = [])),
    request_body = PushSubscriptionIn,
    responses(
        CommonProblems,
        (status = 201, description = "The browser", body = Envelope<PushSubscriptionView>),
        (status = 200, description = "The browser, which was subscribed before", body = Envelope<PushSubscriptionView>),
        (status = 403, description = "`push_topic_forbidden`: what one may not see, one is not told of; `forbidden`", body = ErrorBody),
        (status = 409, description = "`too_many_push_subscriptions`: twenty is the most", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn subscribe_my_browser(
    State(shop): State<Shop>,
    me: SignedIn,
    Valid(body): Valid<PushSubscriptionIn>,
) -> Result<(StatusCode, One<PushSubscriptionView>), Problem> {
    let subscribed = push::subscribe(&shop.notify, &me.origin(), body.into_request(&me)?).await?;
    let status = if subscribed.is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, One::plain(subscribed.subscription.into()).cache(Cache::NoStore)))
}

/// Have a browser told no more.
#[utoipa::path(
    delete, path = "/api/v1/me/push-subscriptions/{push_subscription_id}", tag = "me", operation_id = "remove_my_push_subscription",
    security(("bearer" = [])),
    params(("push_subscription_id" = schema::PushSubscriptionId, Path, description = "The browser (`psub_…`)")),
    responses(
        CommonProblems,
        (status = 204, description = "It is forgotten, and so is what was on its way to it"),
        (status = 404, description = "`push_subscription_not_found`: also for another's", body = ErrorBody),
    ),
)]
async fn remove_my_push_subscription(
    State(shop): State<Shop>,
    me: SignedIn,
    PathId(id): PathId<PushSubscriptionTag>,
    _none: NoParams,
) -> Result<NoContent, Problem> {
    push::remove(shop.context(), &me.origin(), me.user(), id).await?;
    Ok(NoContent)
}
