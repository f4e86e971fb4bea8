//! Sending a message: it is made now, of what is true now, for whoever may still be told.

use accounts::roles;
use accounts::users::{self, User};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Origin, PushMessageId};
use platform::config::Mode;
use platform::db::DatabaseError;
use platform::events;
use platform::http_client::endpoint_url;
use platform::jobs::{self, Handler, Job, JobError, JobKind, NewJob, Priority, Queue};

use super::encrypt::encrypt;
use super::keys;
use super::model::{PushState, TRIES, Target};
use super::say::{About, say};
use super::service::{Envelope, PushAnswer};
use super::store::{self, Due};
use super::subscribe::origin_of;
use crate::Notify;

/// Makes and sends a message. One that was sent is not sent again; where the process dies between the push service's answer and the commit, it
/// goes out twice under one `Topic` and one `tag`, so that the browser shows it once.
#[derive(Debug, Clone)]
pub struct SendPush(pub Notify);

/// What has to be there for a message, or why there is none.
type Made = Result<Envelope, &'static str>;

impl SendPush {
    /// The kind of its jobs. Who is to be told is found out first: an event may have a thousand browsers.
    pub const KIND: JobKind = JobKind::new("push.send").on(Queue::Push).of_priority(Priority::Low);

    async fn send(&self, due: &Due) -> Result<PushAnswer, DatabaseError> {
        Ok(match self.envelope(due).await? {
            Ok(envelope) => self.0.push.deliver(envelope, self.0.context.now()).await,
            Err(why) => PushAnswer::Refused(why.to_owned()),
        })
    }

    async fn envelope(&self, due: &Due) -> Result<Made, DatabaseError> {
        let context = &self.0.context;
        if !self.may_be_told(due).await? {
            return Ok(Err("its reader asks for it no more, or may not be told"));
        }
        let Some(target) = self.target(due) else {
            return Ok(Err("where the browser is reached cannot be opened; it has to subscribe again"));
        };
        let Some(key) = keys::find(context, &due.public_key).await? else {
            return Ok(Err("the key that the browser subscribed with cannot be opened; it has to subscribe again"));
        };
        let Some(event) = events::find_all(context.db.reader(), &[due.event_seq]).await?.pop() else {
            return Ok(Err("the event is kept no more"));
        };
        let Some(plain) = say(context, &About { kind: due.kind, event: &event, locale: &due.locale }).await? else {
            return Ok(Err("what it tells of is no more"));
        };
        let authorization = key.authorization(&origin_of(&target.endpoint), &self.subject(), context.now());
        let Some((authorization, body)) = authorization.zip(encrypt(&target.keys, &plain)) else {
            return Ok(Err("it cannot be signed or encrypted"));
        };
        let (ttl_s, urgency, topic) = (due.kind.ttl_s(), due.kind.urgency(), URL_SAFE_NO_PAD.encode(due.event_id.as_bytes()));
        Ok(Ok(Envelope { endpoint: target.endpoint, authorization, ttl_s, urgency, topic, body }))
    }

    /// Roles are given and taken, and accounts closed, while messages wait.
    async fn may_be_told(&self, due: &Due) -> Result<bool, DatabaseError> {
        let reader = self.0.context.db.reader();
        if !due.is_asked_for || !users::find(reader, due.user_id).await?.as_ref().is_some_and(User::is_active) {
            return Ok(false);
        }
        let Some(needed) = due.kind.topic().permission() else { return Ok(true) };
        Ok(roles::permissions_of(reader, due.user_id).await?.has(needed))
    }

    /// Where it goes, where a process of this mode may send there: the mode may be another than when the browser subscribed.
    fn target(&self, due: &Due) -> Option<Target> {
        let opened = self.0.context.secrets.open(Target::SEAL, &due.sealed_target).ok()?;
        let target: Target = serde_json::from_slice(&opened).ok()?;
        let strict = self.0.context.config.mode == Mode::Production;
        endpoint_url(&target.endpoint, strict, &self.0.reach).is_ok().then_some(target)
    }

    /// Whom push services turn to.
    fn subject(&self) -> String {
        let config = &self.0.context.config;
        let base = config.server.base_url();
        if !config.push.subject.is_empty() {
            return config.push.subject.clone();
        }
        let address = self.0.mailer.address().filter(|_| !config.mail.from.is_empty() || !base.starts_with("https://"));
        address.map_or(base, |address| format!("mailto:{address}"))
    }

    async fn settle(&self, job: &Job, due: &Due, answer: PushAnswer) -> Result<(), JobError> {
        let tx = self.0.context.begin(&Origin::system()).await?;
        let tries = due.attempts + 1;
        let (state, error, pause) = match answer {
            PushAnswer::Taken => (PushState::Sent, None, None),
            PushAnswer::Gone => {
                tracing::info!(push.subscription.id = %due.subscription_id, "a browser is subscribed no more");
                store::forget(&tx, due.subscription_id).await?;
                (PushState::Failed, None, None)
            }
            PushAnswer::Refused(why) => (PushState::Failed, Some(why), None),
            PushAnswer::Later(why, asked) => match TRIES.pause_after(tries, asked) {
                None => (PushState::Failed, Some(why), None),
                Some(pause) => (PushState::Queued, Some(why), Some(pause)),
            },
        };
        let is_still_there = store::settle(&tx, due.id, state, error.as_deref()).await?;
        if let Some(pause) = pause.filter(|_| is_still_there) {
            let next = NewJob::new(Self::KIND, serde_json::json!(due.id), tx.now() + pause);
            jobs::enqueue(&tx, next.unique(format!("{}:{}:{tries}", Self::KIND, due.id))).await?;
        }
        if let Some(error) = error.filter(|_| state == PushState::Failed && is_still_there) {
            tracing::warn!(push.message.id = %due.id, push.message.kind = %due.kind, error, "a push message is given up");
        }
        job.complete_in(&tx).await?;
        Ok(tx.commit().await?)
    }
}

#[async_trait::async_trait]
impl Handler for SendPush {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let id: PushMessageId = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let Some(due) = store::due(self.0.context.db.reader(), id).await? else { return Ok(()) };
        let answer = self.send(&due).await?;
        self.settle(job, &due, answer).await
    }
}
