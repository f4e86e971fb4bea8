//! Finding what was made under an operation of ours whose answer was lost, by its metadata.

use kernel::Timestamp;
use serde::de::DeserializeOwned;

use super::answers::{Intent, Listed, Metadata, Refund, Session};
use super::books::Charge;
use super::client::Client;
use super::form::Form;
use super::refusal::Refusal;
use super::requests::is_of;
use crate::providers::Call;

/// The most that Stripe tells at once.
const PAGE: usize = 100;
/// So many pages are read; whoever is not among them is asked for again under the same key, which makes no second one.
const MOST_PAGES: usize = 5;
/// More are not read in one go; whoever has so many compares shorter spans.
const MOST_OBJECTS: usize = 500_000;
/// So far may their clock be behind ours.
const CLOCKS_APART_S: i64 = 300;

/// What carries an id of theirs and ids of ours.
pub(super) trait Marked {
    fn id(&self) -> &str;
    fn metadata(&self) -> &Metadata;
}

macro_rules! marked {
    ($($object:ty),+) => {
        $(impl Marked for $object {
            fn id(&self) -> &str {
                &self.id
            }

            fn metadata(&self) -> &Metadata {
                &self.metadata
            }
        })+
    };
}

marked!(Intent, Session, Refund, Charge);

/// Those that were made since the call was written down.
pub(super) fn since(call: &Call) -> Form {
    created_since(call.asked_at)
}

/// Those that were made since then, by whichever clock.
pub(super) fn created_since(time: Timestamp) -> Form {
    let earliest = time.timestamp().saturating_sub(CLOCKS_APART_S);
    Form::default().with_nested("created", Form::default().with("gte", earliest))
}

impl Client {
    /// The one of a list that carries the ids of this call, read from the newest on.
    pub(super) async fn find<T: Marked + DeserializeOwned>(&self, path: &str, which: &Form, call: &Call) -> Result<Option<T>, Refusal> {
        let mut last: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let page: Listed<T> = self.page(path, which, last.as_deref()).await?;
            last = page.data.last().map(|object| object.id().to_owned());
            if let Some(found) = page.data.into_iter().find(|object| is_of(object.metadata().as_ref(), call)) {
                return Ok(Some(found));
            }
            if !page.has_more || last.is_none() {
                break;
            }
        }
        Ok(None)
    }

    /// All of a list, the newest first.
    pub(super) async fn all<T: Marked + DeserializeOwned>(&self, path: &str, which: &Form) -> Result<Vec<T>, Refusal> {
        let mut all: Vec<T> = Vec::new();
        loop {
            let page: Listed<T> = self.page(path, which, all.last().map(Marked::id)).await?;
            let is_last = !page.has_more || page.data.is_empty();
            all.extend(page.data);
            if is_last {
                return Ok(all);
            }
            if all.len() > MOST_OBJECTS {
                return Err(Refusal::Unclear { why: format!("{path} has more than {MOST_OBJECTS} of them"), again: false });
            }
        }
    }

    async fn page<T: DeserializeOwned>(&self, path: &str, which: &Form, after: Option<&str>) -> Result<Listed<T>, Refusal> {
        let query = which.clone().with("limit", PAGE);
        let query = match after {
            Some(id) => query.with("starting_after", id),
            None => query,
        };
        self.get(path, query).await
    }
}
