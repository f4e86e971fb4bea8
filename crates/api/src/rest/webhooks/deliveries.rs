//! What became of each message.

use axum::extract::State;
use gateway::{
    CommonProblems, Envelope, ErrorBody, FilterKind, List, ListEnvelope, ListParams, ListQuery, ListRoute, ListSpec, NoParams, One, PathId,
    Permitted, Problem, permission,
};
use kernel::{EventTag, Prefixed, Timestamp, WebhookDeliveryTag, WebhookEndpointTag};
use notify::webhooks::{self, Attempt, Delivery, DeliveryFilter, DeliveryState};
use platform::events;
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_webhook_deliveries, get_webhook_delivery, redeliver_webhook]
}

/// The list of an endpoint's deliveries.
struct Deliveries;

impl ListRoute for Deliveries {
    const SPEC: ListSpec = ListSpec {
        filters: &[
            ("state", FilterKind::OneOf(DeliveryState::WORDS)),
            ("type", FilterKind::Words),
            ("event", FilterKind::Id(EventTag::PREFIX)),
        ],
        ..ListSpec::PLAIN
    };
}

fn filter(list: &ListQuery) -> DeliveryFilter {
    let filters = &list.filters;
    DeliveryFilter {
        states: filters.parsed("state").unwrap_or_default(),
        types: filters.words("type").to_vec(),
        event_id: filters.text("event").and_then(|id| id.parse().ok()),
    }
}

/// One event on its way to one endpoint.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookDeliveryView {
    /// Its id (`whd_…`).
    #[schema(value_type = schema::WebhookDeliveryId)]
    id: String,
    /// Whom it goes to.
    #[schema(value_type = schema::WebhookEndpointId)]
    webhook_id: String,
    /// Which event: the `webhook-id` of the message, over all tries.
    #[schema(value_type = schema::EventId)]
    event_id: String,
    /// The event's place in the stream.
    event_seq: i64,
    /// The event's name.
    event_type: String,
    /// Where it stands.
    #[schema(value_type = schema::WebhookDeliveryState)]
    state: &'static str,
    /// How often it was tried.
    attempts: i64,
    /// When it is tried next, while it waits.
    #[schema(value_type = Option<String>, format = DateTime)]
    next_attempt_at: Option<Timestamp>,
    /// When it arrived or was given up.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// Since when it is on its way.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl From<Delivery> for WebhookDeliveryView {
    fn from(delivery: Delivery) -> Self {
        Self {
            id: delivery.id.to_string(),
            webhook_id: delivery.endpoint_id.to_string(),
            event_id: delivery.event_id.to_string(),
            event_seq: delivery.event_seq,
            event_type: delivery.event_type,
            state: delivery.state.as_str(),
            attempts: delivery.attempts,
            next_attempt_at: (delivery.state == DeliveryState::Queued).then_some(delivery.run_at),
            finished_at: delivery.finished_at,
            created_at: delivery.created_at,
        }
    }
}

/// How one try went.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookAttemptView {
    /// Which try, from 1.
    number: i64,
    /// Where the message went.
    url: String,
    /// When: also the `webhook-timestamp` of the message, in seconds.
    #[schema(value_type = String, format = DateTime)]
    started_at: Timestamp,
    /// How many milliseconds it took until the answer was read, or there was none.
    latency_ms: i64,
    /// The status of the answer, where there was one.
    status: Option<i64>,
    /// Why there was none.
    error: Option<String>,
    /// The first 4,096 bytes of the answer.
    answer: String,
}

impl From<Attempt> for WebhookAttemptView {
    fn from(Attempt { number, url, started_at, latency_ms, status, error, answer }: Attempt) -> Self {
        Self { number, url, started_at, latency_ms, status, error, answer }
    }
}

/// A delivery with its message and all its tries.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookDeliveryLogView {
    /// The delivery.
    #[serde(flatten)]
    delivery: WebhookDeliveryView,
    /// The body of the message; null where the event is kept no more.
    message: Option<String>,
    /// How each try went, the first one first.
    log: Vec<WebhookAttemptView>,
}

/// List what became of each message to a webhook endpoint, the newest event first.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{webhook_id}/deliveries", tag = "webhooks", operation_id = "list_webhook_deliveries",
    security(("bearer" = ["webhooks:read"])),
    params(
        ("webhook_id" = schema::WebhookEndpointId, Path, description = "The endpoint (`whe_…`)"),
        ListParams<Deliveries>,
    ),
    responses(
        CommonProblems,
        (status = 200, description = "One page of deliveries", body = ListEnvelope<WebhookDeliveryView>),
        (status = 404, description = "`webhook_not_found`", body = ErrorBody),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_webhook_deliveries(
    State(shop): State<Shop>,
    _staff: Permitted<permission::WebhooksRead>,
    PathId(id): PathId<WebhookEndpointTag>,
    list: ListParams<Deliveries>,
) -> Result<List<WebhookDeliveryView>, Problem> {
    let reader = shop.context().db.reader();
    webhooks::find(reader, id).await?.ok_or_else(|| Problem::not_found("webhook_not_found"))?;
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = webhooks::list_deliveries(reader, id, &filter(&list), newest_first, &list.page).await?;
    Ok(List::of(page.map(WebhookDeliveryView::from), &list))
}

/// Read what became of a message, try by try.
#[utoipa::path(
    get, path = "/api/v1/webhooks/deliveries/{delivery_id}", tag = "webhooks", operation_id = "get_webhook_delivery",
    security(("bearer" = ["webhooks:read"])),
    params(("delivery_id" = schema::WebhookDeliveryId, Path, description = "The delivery (`whd_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The delivery, its message and its tries", body = Envelope<WebhookDeliveryLogView>),
        (status = 404, description = "`webhook_delivery_not_found`", body = ErrorBody),
    ),
)]
async fn get_webhook_delivery(
    State(shop): State<Shop>,
    _staff: Permitted<permission::WebhooksRead>,
    PathId(id): PathId<WebhookDeliveryTag>,
    _none: NoParams,
) -> Result<One<WebhookDeliveryLogView>, Problem> {
    let reader = shop.context().db.reader();
    let delivery = webhooks::find_delivery(reader, id).await?.ok_or_else(|| Problem::not_found("webhook_delivery_not_found"))?;
    let event = events::find_all(reader, &[delivery.event_seq]).await?.pop();
    let message = event.map(|event| webhooks::message(&event, &shop.notify.kinds));
    let log = webhooks::attempts_of(reader, id).await?.into_iter().map(WebhookAttemptView::from).collect();
    Ok(One::plain(WebhookDeliveryLogView { delivery: delivery.into(), message, log }))
}

/// Send a message once more, at once and with all its tries, whatever became of it. It keeps its `webhook-id`.
#[utoipa::path(
    post, path = "/api/v1/webhooks/deliveries/{delivery_id}/redeliver", tag = "webhooks", operation_id = "redeliver_webhook",
    security(("bearer" = ["webhooks:write"])),
    params(("delivery_id" = schema::WebhookDeliveryId, Path, description = "The delivery (`whd_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The delivery, on its way again", body = Envelope<WebhookDeliveryView>),
        (status = 404, description = "`webhook_delivery_not_found`", body = ErrorBody),
        (status = 409, description = "`webhook_disabled`", body = ErrorBody),
    ),
)]
async fn redeliver_webhook(
    State(shop): State<Shop>,
    staff: Permitted<permission::WebhooksWrite>,
    PathId(id): PathId<WebhookDeliveryTag>,
    _none: NoParams,
) -> Result<One<WebhookDeliveryView>, Problem> {
    Ok(One::plain(webhooks::redeliver(&shop.notify, &staff.origin(), id).await?.into()))
}
