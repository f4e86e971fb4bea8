//! One WebSocket: what it follows, and everything that ends it.

use std::collections::BTreeMap;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use gateway::{Identity, Permission, Standing};
use http::StatusCode;
use notify::streams::{Feed, Place, Reader, Told};
use platform::config::Streams;
use platform::events::Event;
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, timeout};

use super::messages::{MessageIn, Refused, Subscribe, about, state};
use super::open::Visitor;
use super::topics::{Followed, Topic};
use crate::rest::events::EventView;
use crate::rest::streams::events::filter;
use crate::shop::Shop;

/// A subscription with a token and fifty names of events fits well.
pub(super) const MOST_BYTES: usize = 4 * 1_024;
/// Messages that a client may send in a minute: a page that subscribes to all it may follow, twice.
const MOST_MESSAGES: u32 = 120;
const MINUTE: Duration = Duration::from_secs(60);
/// How often is looked whether the credential still holds.
const CHECK: Duration = Duration::from_secs(1);
/// A client that answers none of so many pings is gone.
const MOST_SILENT_BEATS: u32 = 3;
/// How long the last word may take.
const FAREWELL: Duration = Duration::from_secs(1);
const EVENTS: &str = "events";

/// One WebSocket and what it follows.
pub(super) struct Session {
    shop: Shop,
    place: Place,
    bounds: Streams,
    standing: Standing,
    identity: Option<Identity>,
    followed: BTreeMap<String, Followed>,
    feed: Option<Feed>,
    clocks: Clocks,
}

struct Clocks {
    look: Interval,
    ends_at: Instant,
    heard_at: Instant,
    beat_at: Instant,
    checked_at: Instant,
    minute_began: Instant,
    messages: u32,
}

/// Why a WebSocket ends, as its client is told.
struct End {
    code: u16,
    reason: &'static str,
}

impl End {
    const STOPPING: Self = Self { code: close_code::AWAY, reason: "the server stops; open another WebSocket" };
    const OLD: Self = Self { code: close_code::AWAY, reason: "its time is over; open another WebSocket" };
    const SILENT: Self = Self { code: close_code::POLICY, reason: "pings were not answered" };
    const CREDENTIAL: Self = Self { code: close_code::POLICY, reason: "the credential is over; sign in again" };
    const EAGER: Self = Self { code: close_code::POLICY, reason: "too many messages in a minute" };
    const LARGE: Self = Self { code: close_code::SIZE, reason: "messages have at most 4096 bytes" };
    const SLOW: Self = Self { code: close_code::AGAIN, reason: "messages were not taken in time" };
    const GONE: Self = Self { code: close_code::NORMAL, reason: "" };
}

/// What there is to do next.
enum Next {
    Said(Option<Result<Message, axum::Error>>),
    Told(Option<Told>),
    Look,
    Work,
}

impl Session {
    pub(super) fn new(shop: Shop, visitor: Visitor, place: Place) -> Self {
        let bounds = shop.context().config.streams;
        let Visitor { standing, identity, .. } = visitor;
        Self { shop, place, bounds, standing, identity, followed: BTreeMap::new(), feed: None, clocks: Clocks::of(&bounds) }
    }

    /// Goes on until something ends it.
    pub(super) async fn run(mut self, mut socket: WebSocket) {
        let End { code, reason } = loop {
            if let Err(end) = self.step(&mut socket).await {
                break end;
            }
        };
        let frame = CloseFrame { code, reason: reason.into() };
        // Whoever does not take it is cut off all the same.
        let _ = timeout(FAREWELL, socket.send(Message::Close(Some(frame)))).await;
    }

    async fn step(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        let has_work = self.followed.values().any(Followed::is_due) || self.feed.as_ref().is_some_and(Feed::is_behind);
        let next = tokio::select! {
            said = socket.recv() => Next::Said(said),
            told = self.place.told() => Next::Told(told),
            _ = self.clocks.look.tick() => Next::Look,
            () = std::future::ready(()), if has_work => Next::Work,
        };
        match next {
            Next::Said(None | Some(Ok(Message::Close(_)))) => Err(End::GONE),
            Next::Said(Some(Err(_))) => Err(End::LARGE),
            Next::Said(Some(Ok(message))) => self.listen(socket, message).await,
            Next::Told(None) => Err(End::STOPPING),
            Next::Told(Some(told)) => {
                self.hear(&told);
                Ok(())
            }
            Next::Look => self.look(socket).await,
            Next::Work => self.work(socket).await,
        }
    }

    fn hear(&mut self, told: &Told) {
        self.followed.values_mut().for_each(|followed| followed.hear(told));
        if let Some(feed) = &mut self.feed {
            feed.hear(told);
        }
    }

    /// Tells one thing that may have changed, or one page of events: what the client says has its turn in between.
    async fn work(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        let due = self.followed.iter().find(|(_, followed)| followed.is_due()).map(|(name, _)| name.clone());
        if let Some(name) = due {
            return self.tell(socket, &name).await;
        }
        let Some(feed) = &mut self.feed else { return Ok(()) };
        match feed.page().await {
            Ok(events) => {
                for event in events {
                    let text = self.event(event);
                    self.send(socket, text).await?;
                }
            }
            Err(error) => {
                tracing::warn!(error = %error, "events could not be read for a WebSocket; trying again");
                self.clocks.look.tick().await;
            }
        }
        Ok(())
    }

    fn event(&self, event: Event) -> String {
        json!({ "type": "event", "topic": EVENTS, "data": EventView::of(event, &self.shop.notify.kinds) }).to_string()
    }

    /// Tells how something stands, where that is news. What is not there any more, or not for this caller, is followed no more.
    async fn tell(&mut self, socket: &mut WebSocket, name: &str) -> Result<(), End> {
        let Some(followed) = self.followed.get_mut(name) else { return Ok(()) };
        let kind = followed.kind();
        match followed.read(&self.shop, self.identity).await {
            Ok(None) => Ok(()),
            Ok(Some(data)) => self.send(socket, state(kind, name, &data)).await,
            Err(problem) if problem.status() == StatusCode::SERVICE_UNAVAILABLE => {
                self.clocks.look.tick().await;
                Ok(())
            }
            Err(problem) => {
                self.followed.remove(name);
                self.send(socket, Refused::from(problem).text(Some(name))).await
            }
        }
    }

    /// What the clock asks for.
    async fn look(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        if Instant::now() >= self.clocks.ends_at {
            return Err(End::OLD);
        }
        if self.clocks.checked_at.elapsed() >= CHECK {
            self.clocks.checked_at = Instant::now();
            self.check(socket).await?;
        }
        if self.clocks.heard_at.elapsed() >= self.bounds.heartbeat() * MOST_SILENT_BEATS {
            return Err(End::SILENT);
        }
        if self.clocks.beat_at.elapsed() >= self.bounds.heartbeat() {
            self.clocks.beat_at = Instant::now();
            self.send_message(socket, Message::Ping(bytes::Bytes::new())).await?;
        }
        Ok(())
    }

    /// Whether the credential still is what it was. Where nobody can be asked there is nothing to tell, either.
    async fn check(&mut self, socket: &mut WebSocket) -> Result<(), End> {
        if self.identity.is_none() {
            return Ok(());
        }
        match self.standing.identity().await {
            Ok(None) => return Err(End::CREDENTIAL),
            Ok(known) => self.identity = known,
            Err(_) => return Ok(()),
        }
        if self.feed.is_some() && !self.may_follow_events() {
            self.feed = None;
            return self.send(socket, no_events().text(Some(EVENTS))).await;
        }
        Ok(())
    }

    fn may_follow_events(&self) -> bool {
        self.identity.is_some_and(|identity| identity.permissions.has(Permission::EventsRead))
    }

    async fn listen(&mut self, socket: &mut WebSocket, message: Message) -> Result<(), End> {
        self.clocks.heard_at = Instant::now();
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return self.send(socket, Refused::new("malformed_message", "send JSON as text").text(None)).await,
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(()),
        };
        if text.len() > MOST_BYTES {
            return Err(End::LARGE);
        }
        if self.clocks.is_too_eager() {
            return Err(End::EAGER);
        }
        match MessageIn::parse(&text) {
            Err(refused) => self.send(socket, refused.text(None)).await,
            Ok(MessageIn::Ping {}) => self.send(socket, json!({ "type": "pong" }).to_string()).await,
            Ok(MessageIn::Authenticate { token }) => self.authenticate(socket, &token).await,
            Ok(MessageIn::Unsubscribe { topic }) => self.unsubscribe(socket, &topic).await,
            Ok(MessageIn::Subscribe(wanted)) => self.subscribe(socket, wanted).await,
        }
    }

    async fn authenticate(&mut self, socket: &mut WebSocket, token: &str) -> Result<(), End> {
        let text = match self.recognise(token).await {
            Ok(()) => json!({ "type": "authenticated" }).to_string(),
            Err(refused) => refused.text(None),
        };
        self.send(socket, text).await
    }

    /// Somebody is whom a token names. A token that is about to end is replaced by a new one of the same person.
    async fn recognise(&mut self, token: &str) -> Result<(), Refused> {
        let standing = self.standing.with_token(token)?;
        let wrong = || Refused::new("unauthenticated", "the token is unknown, expired or revoked; sign in again");
        let identity = standing.identity().await?.ok_or_else(wrong)?;
        if self.identity.is_some_and(|known| known.actor != identity.actor) {
            return Err(Refused::new("another_identity", "this WebSocket is somebody else's; open another one"));
        }
        let moved = self.place.move_to(Reader::Known(identity.actor));
        moved.map_err(|full| Refused::new(kernel::DomainError::code(&full), full.to_string()))?;
        (self.standing, self.identity) = (standing, Some(identity));
        Ok(())
    }

    async fn unsubscribe(&mut self, socket: &mut WebSocket, topic: &str) -> Result<(), End> {
        let was_followed = if topic == EVENTS { self.feed.take().is_some() } else { self.followed.remove(topic).is_some() };
        let not_followed = || Refused::new("not_subscribed", "this topic is not followed").text(None);
        self.send(socket, if was_followed { about("unsubscribed", topic) } else { not_followed() }).await
    }

    async fn subscribe(&mut self, socket: &mut WebSocket, wanted: Subscribe) -> Result<(), End> {
        let name = wanted.topic.clone();
        let subscribed = match Topic::parse(&name).and_then(|topic| self.refuse_too_many(&name).map(|()| topic)) {
            Ok(Topic::Events) => {
                self.follow_events(wanted).await.map(|after| json!({ "type": "subscribed", "topic": EVENTS, "after": after }).to_string())
            }
            Ok(Topic::Order(id)) => self.follow(&name, Followed::order(id, wanted.cart_token)).await,
            Ok(Topic::Availability(id)) => self.follow(&name, Followed::product(&self.shop, id)).await,
            Err(refused) => Err(refused),
        };
        match subscribed {
            // Nothing of a client's own goes back that is not a topic of ours.
            Err(refused) => {
                let name = Topic::parse(&name).is_ok().then_some(name.as_str());
                self.send(socket, refused.text(name)).await
            }
            Ok(text) => self.send(socket, text).await,
        }
    }

    fn refuse_too_many(&self, name: &str) -> Result<(), Refused> {
        let followed = self.followed.len() + usize::from(self.feed.is_some());
        if followed < self.bounds.most_topics || self.followed.contains_key(name) {
            return Ok(());
        }
        let message = format!("a WebSocket follows at most {} topics; unsubscribe from one first", self.bounds.most_topics);
        Err(Refused::new("too_many_topics", message))
    }

    /// Follows something from how it stands now on, which is told with the answer.
    async fn follow(&mut self, name: &str, mut followed: Followed) -> Result<String, Refused> {
        let data = followed.read(&self.shop, self.identity).await?;
        let kind = followed.kind();
        self.followed.insert(name.to_owned(), followed);
        Ok(json!({ "type": "subscribed", "topic": name, kind: data }).to_string())
    }

    async fn follow_events(&mut self, wanted: Subscribe) -> Result<i64, Refused> {
        if !self.may_follow_events() {
            return Err(if self.identity.is_some() { no_events() } else { gateway::Problem::unauthenticated().into() });
        }
        let filter = filter(wanted.types, wanted.aggregate_id.as_deref(), &self.shop.notify.kinds).map_err(|errors| {
            let details = kernel::DomainError::details(&errors).into_values().flatten().collect::<Vec<_>>();
            Refused::new("validation_failed", details.join("; "))
        })?;
        let feed = Feed::start(self.shop.context().clone(), filter, wanted.after.map(|after| after.max(0))).await;
        let feed = feed.map_err(gateway::Problem::from)?;
        let after = feed.cursor();
        self.feed = Some(feed);
        Ok(after)
    }

    async fn send(&mut self, socket: &mut WebSocket, text: String) -> Result<(), End> {
        self.send_message(socket, Message::Text(text.into())).await
    }

    /// Sends one message and waits until it is taken, but not for ever: nothing else is gathered meanwhile.
    async fn send_message(&mut self, socket: &mut WebSocket, message: Message) -> Result<(), End> {
        match timeout(self.bounds.patience(), socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::GONE),
            Err(_) => Err(End::SLOW),
        }
    }
}

fn no_events() -> Refused {
    Refused::new("forbidden", format!("this needs the permission {}", Permission::EventsRead.name()))
}

impl Clocks {
    fn of(bounds: &Streams) -> Self {
        let mut look = interval(bounds.heartbeat().min(CHECK));
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let now = Instant::now();
        let ends_at = now + bounds.lifetime();
        Self { look, ends_at, heard_at: now, beat_at: now, checked_at: now, minute_began: now, messages: 0 }
    }

    /// Counts a message; true where there were too many in this minute.
    fn is_too_eager(&mut self) -> bool {
        if self.minute_began.elapsed() >= MINUTE {
            (self.minute_began, self.messages) = (Instant::now(), 0);
        }
        self.messages += 1;
        self.messages > MOST_MESSAGES
    }
}
