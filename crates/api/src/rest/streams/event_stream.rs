//! Events on their way to one reader: a page of them is held at most, and the next is read when this one was taken.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;

use accounts::permissions::Permission;
use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use gateway::{Problem, Standing};
use http::{HeaderName, HeaderValue, header};
use notify::streams::{Feed, Place};
use platform::events::Event;
use platform::outbox::FactKinds;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use crate::rest::events::EventView;
use crate::shop::Shop;

/// How often is looked whether the credential still holds.
const CHECK: Duration = Duration::from_secs(1);
/// Browsers wait so long before they come back, each another time, so that they do not come all at once.
const RETRY_MS: std::ops::Range<u32> = 1_000..5_000;
/// Proxies that gather answers are asked not to.
const UNBUFFERED: HeaderName = HeaderName::from_static("x-accel-buffering");

/// One reader's stream. It is driven by whoever sends it: where the reader takes nothing, nothing is read from the database, and the
/// connection is cut off by the gateway's own time limit for writes.
pub(super) struct EventStream {
    feed: Feed,
    place: Place,
    standing: Standing,
    kinds: FactKinds,
    heartbeat: Duration,
    look: Interval,
    ends_at: Instant,
    sent_at: Option<Instant>,
    checked_at: Instant,
}

/// What comes next.
enum Next {
    Text(String),
    Nothing,
    End,
}

impl EventStream {
    pub(super) fn new(shop: &Shop, feed: Feed, place: Place, standing: Standing) -> Self {
        let bounds = shop.context().config.streams;
        let mut look = interval(bounds.heartbeat().min(CHECK));
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (kinds, heartbeat, now) = (shop.notify.kinds.clone(), bounds.heartbeat(), Instant::now());
        Self { feed, place, standing, kinds, heartbeat, look, ends_at: now + bounds.lifetime(), sent_at: None, checked_at: now }
    }

    pub(super) fn into_response(self) -> Response {
        let parts = stream::unfold(self, |mut stream| async move {
            let text = stream.next().await?;
            Some((Ok::<_, Infallible>(Bytes::from(text)), stream))
        });
        let mut response = Response::new(Body::from_stream(parts));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(UNBUFFERED, HeaderValue::from_static("no"));
        response
    }

    /// The next piece of text; `None` where the stream is over.
    async fn next(&mut self) -> Option<String> {
        if self.sent_at.is_none() {
            self.sent_at = Some(Instant::now());
            return Some(self.opening());
        }
        loop {
            match self.step().await {
                Next::Text(text) => {
                    self.sent_at = Some(Instant::now());
                    return Some(text);
                }
                Next::Nothing => {}
                Next::End => return None,
            }
        }
    }

    /// From here on whoever comes back misses nothing, even if nothing has happened by then.
    fn opening(&self) -> String {
        format!("retry: {}\nid: {}\n\n", rand::random_range(RETRY_MS), self.feed.cursor())
    }

    async fn step(&mut self) -> Next {
        if self.is_over().await {
            return Next::End;
        }
        if self.feed.is_behind() {
            match self.feed.page().await {
                Ok(events) if events.is_empty() => return Next::Nothing,
                Ok(events) => return Next::Text(events.into_iter().map(|event| frame(event, &self.kinds)).collect()),
                // It goes on when the database does; the reader need not know.
                Err(error) => {
                    tracing::warn!(error = %error, "events could not be read for a stream; trying again");
                    self.look.tick().await;
                }
            }
        }
        tokio::select! {
            told = self.place.told() => match told {
                Some(told) => self.feed.hear(&told),
                None => return Next::End,
            },
            _ = self.look.tick() => {}
        }
        match self.sent_at {
            // Its id spares whoever comes back all that was of no interest.
            Some(at) if at.elapsed() >= self.heartbeat && !self.feed.is_behind() => {
                Next::Text(format!(":\nid: {}\n\n", self.feed.cursor()))
            }
            _ => Next::Nothing,
        }
    }

    async fn is_over(&mut self) -> bool {
        if self.place.is_stopped() || Instant::now() >= self.ends_at {
            return true;
        }
        if self.checked_at.elapsed() < CHECK {
            return false;
        }
        self.checked_at = Instant::now();
        self.is_refused().await
    }

    /// True where the credential is over, or opens this no more. Where nobody can be asked there is nothing to send, either.
    async fn is_refused(&self) -> bool {
        let known = self.standing.identity().await;
        let is_over = |identity: Option<gateway::Identity>| identity.is_none_or(|held| !held.permissions.has(Permission::EventsRead));
        known.map(is_over).unwrap_or_else(|_: Problem| false)
    }
}

/// JSON has no line breaks of its own, so that it is one line.
fn frame(event: Event, kinds: &FactKinds) -> String {
    let (seq, name) = (event.seq, event.r#type.clone());
    // A view of texts and numbers always serialises.
    let data = serde_json::to_string(&EventView::of(event, kinds)).unwrap_or_default();
    let mut text = String::with_capacity(data.len() + 64);
    // Writing to a text does not fail.
    let _ = write!(text, "id: {seq}\nevent: {name}\ndata: {data}\n\n");
    text
}
