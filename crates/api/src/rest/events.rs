//! The stream of what happened.

use axum::extract::State;
use gateway::{
    CommonProblems, ErrorBody, FilterKind, Filters, List, ListEnvelope, ListParams, ListRoute, ListSpec, Permitted, Problem, permission,
};
use kernel::{AnyId, EventId, FieldErrors, IdError, Timestamp};
use platform::events::{self, Event, EventFilter};
use platform::outbox::FactKinds;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_events]
}

/// The list of events.
struct Events;

impl ListRoute for Events {
    const SPEC: ListSpec = ListSpec {
        sorts: &[events::SORT],
        default_sort: "-seq",
        filters: &[
            ("type", FilterKind::Words),
            ("aggregate_id", FilterKind::Text),
            ("occurred_at", FilterKind::Period),
            ("seq", FilterKind::Range),
        ],
        ..ListSpec::PLAIN
    };
}

fn filter(filters: &Filters, kinds: &FactKinds) -> Result<EventFilter, Problem> {
    Ok(EventFilter {
        types: filters.words("type").to_vec(),
        occurred_at: filters.period("occurred_at"),
        seq: filters.range("seq"),
        ..about(filters.text("aggregate_id"), kinds).map_err(|error| FieldErrors::of("filter[aggregate_id]", error))?
    })
}

/// What happens to the thing with this id; to anything, where none is named.
pub(super) fn about(id: Option<&str>, kinds: &FactKinds) -> Result<EventFilter, IdError> {
    let Some(thing) = id.map(AnyId::parse).transpose()? else { return Ok(EventFilter::default()) };
    Ok(EventFilter { aggregates: kinds.with_prefix(thing.prefix).collect(), aggregate_id: Some(thing.uuid), ..EventFilter::default() })
}

/// Something that happened; it never changes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EventView {
    /// Its id (`evt_…`), the same over every delivery.
    #[schema(value_type = schema::EventId)]
    id: String,
    /// Its place in the stream; later events have higher ones.
    seq: i64,
    /// What happened: `order.placed`.
    r#type: String,
    /// The version of `data`.
    version: i64,
    /// What it happened to.
    aggregate: EventSubjectView,
    /// What is known of it: ids, states and amounts, never personal data.
    #[schema(value_type = Object)]
    data: Value,
    /// By whom: an id, `cli`, `system` or `anonymous`.
    actor: String,
    /// In which request.
    request_id: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    occurred_at: Timestamp,
}

/// What an event happened to.
#[derive(Debug, Serialize, ToSchema)]
struct EventSubjectView {
    /// What kind of thing: `order`.
    r#type: String,
    /// Which one.
    #[schema(value_type = schema::EventSubjectId)]
    id: String,
    /// The event's place among those of that thing, from 1, without gaps.
    seq: i64,
}

impl EventView {
    pub(super) fn of(event: Event, kinds: &FactKinds) -> Self {
        let id = kinds.id_text(&event.aggregate_type, event.aggregate_id);
        Self {
            id: EventId::from_uuid(event.id).to_string(),
            seq: event.seq,
            r#type: event.r#type,
            version: event.version,
            aggregate: EventSubjectView { r#type: event.aggregate_type, id, seq: event.aggregate_seq },
            data: event.payload,
            actor: event.actor,
            request_id: event.request_id,
            occurred_at: event.occurred_at,
        }
    }
}

/// List what happened, the newest first. `sort=seq` with cursors reads it from the first event on, without a gap and without an end.
#[utoipa::path(
    get, path = "/api/v1/events", tag = "events", operation_id = "list_events", security(("bearer" = ["events:read"])),
    params(ListParams<Events>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of events", body = ListEnvelope<EventView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_events(
    State(shop): State<Shop>,
    _staff: Permitted<permission::EventsRead>,
    list: ListParams<Events>,
) -> Result<List<EventView>, Problem> {
    let (kinds, descending) = (&shop.notify.kinds, list.sort.first().is_none_or(|key| key.descending));
    let page = events::list(shop.context().db.reader(), &filter(&list.filters, kinds)?, descending, &list.page).await?;
    Ok(List::of(page.map(|event| EventView::of(event, kinds)), &list))
}
