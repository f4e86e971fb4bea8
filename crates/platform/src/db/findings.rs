//! What is known of lists without asking again: what somebody asked a moment ago and nothing has changed since.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::page::Total;
use super::value::Value;
use crate::cache::{Cache, Kept, Purges, Tag, Turn, Weighed, expiry};

/// Bounds what no fact tells, and how long a list that has become shorter may still be called long.
const LIFETIME: Duration = Duration::from_secs(60);
/// Whoever makes up filters shall not fill the memory.
const MOST_BYTES: u64 = 4 * 1_024 * 1_024;

/// What a question about a list came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// So many rows.
    Total(Total),
    /// These things and no others, in the order that was asked for.
    Few(Vec<Uuid>),
    /// More things than are worth naming.
    Many,
    /// About so many rows, which only says by which way others are found.
    Size(i64),
}

impl Weighed for Finding {
    fn bytes(&self) -> usize {
        match self {
            Self::Few(things) => size_of::<Self>() + things.capacity() * size_of::<Uuid>(),
            Self::Total(_) | Self::Many | Self::Size(_) => size_of::<Self>(),
        }
    }
}

/// What this process has found; clones are the same. A finding is true until something purges one of its tags; one without tags is
/// believed for a while.
#[derive(Debug, Clone)]
pub struct Findings {
    found: Cache<Finding>,
    purges: Purges,
    names: Arc<RandomState>,
}

/// The beginning of a question to the database, noted before it is asked: what came of it is true while nothing was purged since then.
#[derive(Debug)]
pub struct Asking<'a> {
    findings: &'a Findings,
    stamp: u64,
}

impl Findings {
    /// Nothing is known yet.
    pub(super) fn new(purges: Purges) -> Self {
        Self { found: Cache::new(purges.clone(), MOST_BYTES), purges, names: Arc::default() }
    }

    /// What a question is known by: its text and the values that it binds.
    #[must_use]
    pub fn name(&self, question: &str, values: &[Value]) -> String {
        format!("{:016x}", self.names.hash_one((question, format!("{values:?}"))))
    }

    /// What is known.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Finding> {
        self.found.find(name, self.purges.now()).map(|kept| kept.value().clone())
    }

    /// To be called before the database is asked.
    #[must_use]
    pub fn ask(&self) -> Asking<'_> {
        Asking { findings: self, stamp: self.purges.last() }
    }

    /// What is known, or what comes of asking: with the tags of what it depends on. Whoever asks what is being asked waits for that answer.
    ///
    /// # Errors
    /// Those of `asked`, which are not kept.
    pub async fn find_or<E>(&self, name: &str, asked: impl Future<Output = Result<(Finding, Vec<Tag>), E>>) -> Result<Finding, E> {
        let now = self.purges.now();
        if let Some(kept) = self.found.find(name, now) {
            return Ok(kept.value().clone());
        }
        match self.found.turn(name, now).await {
            Turn::Made(kept) => Ok(kept.value().clone()),
            Turn::Yours(lead) => {
                let (finding, tags) = asked.await?;
                Ok(lead.keep(finding, tags, now, LIFETIME).value().clone())
            }
            Turn::Alone => asked.await.map(|(finding, _)| finding),
        }
    }
}

impl Asking<'_> {
    /// Keeps how many there are. That there are more than are counted is believed for a while, whatever happens; what is exact depends on
    /// these tags, and nothing is kept of it where there are none.
    pub fn learn_total(&self, name: &str, total: Total, tags: Vec<Tag>) {
        match (total.is_estimate, tags.is_empty()) {
            (true, _) => self.learn(name, Finding::Total(total), Vec::new()),
            (false, false) => self.learn(name, Finding::Total(total), tags),
            (false, true) => {}
        }
    }

    /// Keeps the size of a source, which is believed for a while.
    pub(super) fn learn_size(&self, name: &str, size: i64) {
        self.learn(name, Finding::Size(size), Vec::new());
    }

    /// Keeps what came of it, with the tags of what it depends on.
    fn learn(&self, name: &str, finding: Finding, tags: Vec<Tag>) {
        let Findings { found, purges, .. } = self.findings;
        found.keep(name, Kept::new(finding, tags, self.stamp, expiry(purges.now(), LIFETIME)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Bind as _;

    const KIND: &str = "product";

    fn purge(purges: &Purges) {
        let touched = purges.touch();
        touched.note(KIND, [Uuid::from_u128(1)]);
        touched.purge();
    }

    fn findings() -> (Findings, Purges, Vec<Tag>) {
        let purges = Purges::new(&[KIND]);
        (Findings::new(purges.clone()), purges, vec![Tag::every_of(KIND)])
    }

    #[tokio::test]
    async fn what_was_found_is_known_until_something_changes() {
        let (findings, purges, tags) = findings();
        let name = findings.name("in both", &[7_i64.bind()]);
        assert_ne!(name, findings.name("in both", &[8_i64.bind()]));
        let few = Finding::Few(vec![Uuid::from_u128(7)]);
        let found = findings.find_or(&name, async { Ok::<_, ()>((few.clone(), tags.clone())) }).await;
        assert_eq!(found, Ok(few.clone()));
        let again = findings.find_or(&name, async { Err("it is not asked again") }).await;
        assert_eq!(again, Ok(few));
        purge(&purges);
        assert_eq!(findings.find(&name), None);
        assert_eq!(findings.find_or(&name, async { Err("it is asked again") }).await, Err("it is asked again"));
        assert_eq!(findings.find(&name), None, "an error is not kept");
    }

    #[test]
    fn what_changed_while_it_was_asked_is_not_believed() {
        let (findings, purges, tags) = findings();
        let three = Total::of(3);
        let asking = findings.ask();
        purge(&purges);
        asking.learn_total("exact", three, tags.clone());
        asking.learn_total("long", Total::LONG, tags.clone());
        assert_eq!((findings.find("exact"), findings.find("long")), (None, Some(Finding::Total(Total::LONG))));
        findings.ask().learn_total("exact", three, tags);
        findings.ask().learn_total("by nothing that is known", three, Vec::new());
        assert_eq!((findings.find("exact"), findings.find("by nothing that is known")), (Some(Finding::Total(three)), None));
    }
}
