//! Making things happen: groups of customers whose descriptions change and change.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::super::client::Client;
use super::super::shop::Shop;

/// Things that one writer makes things happen to.
const GROUPS: usize = 5;
/// Nobody is helped by knocking at a closed door all the time.
const AFTER_FAILURE: Duration = Duration::from_millis(10);
const PATH: &str = "/api/v1/customer-groups";

/// What a writer knows of a group.
#[derive(Debug, Clone, Default)]
pub(super) struct Group {
    /// Its version: as many events are there of it.
    pub(super) version: i64,
    /// The last version that was acknowledged.
    pub(super) acknowledged: i64,
    /// Answers that never came.
    pub(super) unclear: usize,
}

/// Groups by their ids.
pub(super) type Told = BTreeMap<String, Group>;

/// A client with groups of its own.
pub(super) struct Writer {
    client: Client,
    authorisation: String,
    groups: Vec<(String, Group)>,
    turn: usize,
}

impl Writer {
    /// Makes its groups.
    pub(super) async fn begin(shop: &Shop, number: usize) -> Result<Self> {
        let (mut client, authorisation) = (Client::new(shop.address), format!("authorization: Bearer {}\r\n", shop.key));
        let mut groups = Vec::new();
        for group in 0..GROUPS {
            let body = json!({ "name": format!("Group {number}.{group}") }).to_string();
            let made = client.expect(201, "POST", PATH, (&authorisation, &body)).await?;
            let id = made.pointer("/data/id").and_then(Value::as_str).context("a group has an id")?;
            groups.push((id.to_owned(), Group { version: 1, acknowledged: 1, unclear: 0 }));
        }
        Ok(Self { client, authorisation, groups, turn: 0 })
    }

    /// Changes the next group; where no answer comes, or somebody was faster (itself, before the answer was lost), it looks. How many changes
    /// were acknowledged.
    pub(super) async fn write(&mut self) -> usize {
        self.turn += 1;
        let place = self.turn % GROUPS;
        let Some((id, group)) = self.groups.get_mut(place) else { return 0 };
        let path = format!("{PATH}/{id}");
        let headers = format!("{}if-match: \"{}\"\r\n", self.authorisation, group.version);
        let body = json!({ "description": format!("Change {}", self.turn) }).to_string();
        match self.client.ask("PATCH", &path, &headers, &body).await {
            Ok(reply) if reply.status == 200 => {
                group.version += 1;
                group.acknowledged = group.version;
                1
            }
            Ok(_) | Err(_) => {
                group.unclear += 1;
                tokio::time::sleep(AFTER_FAILURE).await;
                if let Ok(version) = version(&mut self.client, &path, &self.authorisation).await {
                    group.version = version;
                }
                0
            }
        }
    }

    /// Looks at all of them a last time.
    pub(super) async fn told(mut self) -> Result<Told> {
        for (id, group) in &mut self.groups {
            group.version = version(&mut self.client, &format!("{PATH}/{id}"), &self.authorisation).await?;
        }
        Ok(self.groups.into_iter().collect())
    }
}

async fn version(client: &mut Client, path: &str, authorisation: &str) -> Result<i64> {
    let group = client.expect(200, "GET", path, (authorisation, "")).await?;
    group.pointer("/data/version").and_then(Value::as_i64).context("a group has a version")
}
