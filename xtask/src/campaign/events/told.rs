//! Who follows the events: an endpoint that is told of them in order, and whoever reads the stream.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use raw_client::receiver::{Message, Receiver};
use serde_json::{Value, json};

use super::super::client::Client;
use super::super::shop::Shop;

/// A page that goes on for ever is a fault of its own.
const MOST_PAGES: usize = 10_000;
/// What has not arrived by then never will: an endpoint that failed is tried again within five minutes.
const PATIENCE: Duration = Duration::from_secs(420);

/// An endpoint, and what arrived there.
pub(super) struct Follower {
    receiver: Receiver,
    endpoint: String,
    authorisation: String,
}

/// An event as the stream has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) seq: i64,
    pub(super) id: String,
    pub(super) aggregate: String,
    pub(super) aggregate_seq: i64,
}

impl Follower {
    /// Has the shop tell it of groups, in order.
    pub(super) async fn begin(shop: &Shop) -> Result<Self> {
        let (receiver, authorisation) = (Receiver::start().await?, format!("authorization: Bearer {}\r\n", shop.key));
        let body =
            json!({ "url": format!("http://{}/", receiver.address()), "events": ["customer_group.*"], "in_order": true }).to_string();
        let made = Client::new(shop.address).expect(201, "POST", "/api/v1/webhooks", (&authorisation, &body)).await?;
        let endpoint = made.pointer("/data/id").and_then(Value::as_str).context("an endpoint has an id")?.to_owned();
        Ok(Self { receiver, endpoint, authorisation })
    }

    /// The messages, each as it first arrived, and how many came once more.
    pub(super) fn first_arrivals(&self) -> (Vec<Message>, usize) {
        let messages = self.receiver.messages();
        let mut known = std::collections::BTreeSet::new();
        let first: Vec<Message> = messages.iter().filter(|message| known.insert(message.id.clone())).cloned().collect();
        let again = messages.len() - first.len();
        (first, again)
    }

    /// Waits until so many different messages have arrived; false where they do not.
    pub(super) async fn hears(&self, count: usize) -> bool {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            if self.first_arrivals().0.len() >= count {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        false
    }

    /// Forgets what arrived and has everything of a range told once more; how many messages that will be.
    pub(super) async fn hear_again(&self, shop: &Shop, from_seq: i64, to_seq: i64) -> Result<()> {
        self.receiver.messages().clear();
        let (path, body) = (format!("/api/v1/webhooks/{}/replay", self.endpoint), json!({ "from_seq": from_seq, "to_seq": to_seq }));
        Client::new(shop.address).expect(200, "POST", &path, (&self.authorisation, &body.to_string())).await.map(drop)
    }

    /// The state of each of its deliveries, by the event's place.
    pub(super) async fn deliveries(&self, shop: &Shop) -> Result<Vec<(i64, String)>> {
        let path = format!("/api/v1/webhooks/{}/deliveries?sort=created_at", self.endpoint);
        let rows = pages(shop, &self.authorisation, &path).await?;
        let of = |row: &Value| Some((row.get("event_seq")?.as_i64()?, row.get("state")?.as_str()?.to_owned()));
        rows.iter().map(|row| of(row).with_context(|| format!("no delivery: {row}"))).collect()
    }

    /// All events of groups, in the order of the stream.
    pub(super) async fn stream(&self, shop: &Shop) -> Result<Vec<Seen>> {
        let path = "/api/v1/events?sort=seq&filter[type]=customer_group.created,customer_group.changed";
        let rows = pages(shop, &self.authorisation, path).await?;
        let of = |row: &Value| {
            let aggregate = row.get("aggregate")?;
            Some(Seen {
                seq: row.get("seq")?.as_i64()?,
                id: row.get("id")?.as_str()?.to_owned(),
                aggregate: aggregate.get("id")?.as_str()?.to_owned(),
                aggregate_seq: aggregate.get("seq")?.as_i64()?,
            })
        };
        rows.iter().map(|row| of(row).with_context(|| format!("no event: {row}"))).collect()
    }
}

/// All rows of a list, page by page.
async fn pages(shop: &Shop, authorisation: &str, path: &str) -> Result<Vec<Value>> {
    let (mut client, mut rows, mut cursor) = (Client::new(shop.address), Vec::new(), String::new());
    for _ in 0..MOST_PAGES {
        let path = format!("{path}&limit=100{cursor}");
        let page = client.expect(200, "GET", &path, (authorisation, "")).await?;
        rows.extend(page.get("data").and_then(Value::as_array).cloned().unwrap_or_default());
        match page.pointer("/meta/next_cursor").and_then(Value::as_str) {
            Some(next) => cursor = format!("&after={next}"),
            None => return Ok(rows),
        }
    }
    ensure!(false, "{path} never ends");
    Ok(rows)
}
