//! Following what browsers are told of, and what ends that.

use chrono::TimeDelta;
use kernel::Timestamp;
use platform::db::{DatabaseError, WriteTx};
use platform::events::{EventHead, Subscriber};
use platform::jobs;
use uuid::Uuid;

use super::model::PushKind;
use super::store;
use super::tell::TellBrowsers;

/// What happened longer ago is no news on a screen.
const NEWS: TimeDelta = TimeDelta::days(1);
/// Events of one transaction: each asks for a job at most.
const MOST_AT_ONCE: usize = 100;

/// Follows what messages tell of; whom they go to is looked up by a job. Whoever signs out of a browser, or whose account is closed, is told no
/// more.
#[derive(Debug)]
pub struct TellNews;

/// The things of these names among what happened.
fn ended(events: &[EventHead], names: &[&str]) -> Vec<Uuid> {
    events.iter().filter(|event| names.contains(&event.r#type.as_str())).map(|event| event.aggregate_id).collect()
}

fn is_news(event: &EventHead, now: Timestamp) -> bool {
    !PushKind::of_event(&event.r#type).is_empty() && now - event.occurred_at < NEWS
}

#[async_trait::async_trait]
impl Subscriber for TellNews {
    fn name(&self) -> &'static str {
        "push"
    }

    fn kinds(&self) -> &[&'static str] {
        &["order", "session", "stock", "user"]
    }

    fn most_at_once(&self) -> usize {
        MOST_AT_ONCE
    }

    async fn take(&self, tx: &WriteTx, events: &[EventHead]) -> Result<(), DatabaseError> {
        store::forget_sessions(tx, &ended(events, &["session.revoked"])).await?;
        store::forget_closed(tx, &ended(events, &["user.deactivated", "user.erased"])).await?;
        let news: Vec<&EventHead> = events.iter().filter(|event| is_news(event, tx.now())).collect();
        // Most shops have nobody to tell, and pay one statement for that.
        if news.is_empty() || !store::is_anybody_subscribed(tx).await? {
            return Ok(());
        }
        jobs::enqueue_all(tx, news.into_iter().map(|event| TellBrowsers::job(event, tx.now())).collect()).await
    }
}
