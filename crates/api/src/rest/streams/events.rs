//! The route that sends events as they happen, as server-sent events.

use axum::extract::{FromRequestParts, State};
use axum::response::Response;
use gateway::{CommonProblems, ErrorBody, Params, Permitted, Problem, Standing, permission};
use http::HeaderName;
use http::request::Parts;
use kernel::FieldErrors;
use notify::streams::{Feed, Reader};
use notify::webhooks::EventPatterns;
use platform::events::EventFilter;
use platform::outbox::FactKinds;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::event_stream::EventStream;
use crate::rest::events::about;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![stream_events]
}

/// Which events are sent, and where they begin.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StreamParams {
    /// Names, parted by commas; `order.*` stands for all about orders.
    #[serde(rename = "filter[type]")]
    #[param(value_type = String, required = false, nullable = false, max_length = 2_000, example = "order.placed,payment.*")]
    types: Option<String>,
    /// What happened to this thing.
    #[serde(rename = "filter[aggregate_id]")]
    #[param(value_type = schema::EventSubjectId, required = false, nullable = false)]
    aggregate_id: Option<String>,
    /// The event's `seq` after which it begins; `Last-Event-ID` outranks it. 0: with the first event there is.
    #[param(value_type = i64, required = false, nullable = false, minimum = 0)]
    after: Option<i64>,
}

/// What `filter[type]` and `filter[aggregate_id]` ask for.
pub(super) fn filter(types: Vec<String>, aggregate_id: Option<&str>, kinds: &FactKinds) -> Result<EventFilter, FieldErrors> {
    let thing = about(aggregate_id, kinds).map_err(|error| FieldErrors::of("filter[aggregate_id]", error))?;
    if types.is_empty() {
        return Ok(thing);
    }
    let patterns = EventPatterns::parse(types, kinds).map_err(|message| FieldErrors::of("filter[type]", message))?;
    Ok(EventFilter { types: kinds.names().filter(|name| patterns.want(name)).map(str::to_owned).collect(), ..thing })
}

/// The event that a browser read last, where it comes back.
struct LastEventId(Option<i64>);

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

impl<S: Sync> FromRequestParts<S> for LastEventId {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(LAST_EVENT_ID) else { return Ok(Self(None)) };
        let seq = value.to_str().ok().and_then(|text| text.parse().ok()).filter(|seq| *seq >= 0);
        seq.map(|seq| Self(Some(seq))).ok_or_else(|| Problem::invalid_query().detail("Last-Event-ID", "must be the seq of an event"))
    }
}

/// One event after the other, as `text/event-stream`.
#[derive(ToSchema)]
#[schema(value_type = String)]
#[expect(dead_code, reason = "documents a text")]
struct EventStreamText(String);

/// Follow what happens: one server-sent event for each event, with its `seq` as `id`, its name as `event`, and as `data` what the list
/// of events says of it.
///
/// It begins with what happens from now on, or after the event that `Last-Event-ID` or `after` names, without a gap and without telling
/// anything twice. A comment is sent where nothing happens. The stream ends when the credential does, when the server stops and after an
/// hour; browsers come back by themselves.
#[utoipa::path(
    get, path = "/api/v1/events/stream", tag = "events", operation_id = "stream_events", security(("bearer" = ["events:read"])),
    params(StreamParams, ("Last-Event-ID" = Option<i64>, Header, description = "The last event that was read", nullable = false, minimum = 0)),
    responses(
        CommonProblems,
        (status = 200, description = "Events, for as long as it goes on", content((EventStreamText = "text/event-stream"))),
        (status = 422, description = "`event_not_yet`: no event has that number; `validation_failed`", body = ErrorBody),
        (status = 429, description = "`rate_limited`, `too_many_streams`", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `request_timed_out`, `streams_full`, `unavailable`", body = ErrorBody),
    ),
)]
async fn stream_events(
    State(shop): State<Shop>,
    staff: Permitted<permission::EventsRead>,
    standing: Standing,
    Params(params): Params<StreamParams>,
    LastEventId(last): LastEventId,
) -> Result<Response, Problem> {
    if params.after.is_some_and(i64::is_negative) {
        return Err(Problem::invalid_query().detail("after", "must be the seq of an event, or 0"));
    }
    let types = params.types.as_deref().unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    let filter = filter(types.map(str::to_owned).collect(), params.aggregate_id.as_deref(), &shop.notify.kinds)?;
    // The place first: whatever happens from here on is heard of.
    let place = shop.notify.streams.open(Reader::Known(staff.actor()))?;
    let feed = Feed::start(shop.context().clone(), filter, last.or(params.after)).await?;
    Ok(EventStream::new(&shop, feed, place, standing).into_response())
}
