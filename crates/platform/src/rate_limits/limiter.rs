//! Where requests are counted: behind one trait, so that it can be here or in a place that all nodes share.

use std::fmt;

use futures_util::future::BoxFuture;
use kernel::Timestamp;

use super::model::{Quota, Verdict, Who};

/// Counts requests. Every implementation gives the same answers to the same questions.
pub trait RateLimiter: fmt::Debug + Send + Sync {
    /// Takes one request of a class (its place among [`Self::quotas`]) out of both buckets of somebody, or out of neither.
    fn take(&self, class: usize, who: Who, now: Timestamp) -> Taking;

    /// The classes that it counts.
    fn quotas(&self) -> &[Quota];

    /// Those who have used the most, so many at most.
    fn standings(&self, most: usize, now: Timestamp) -> BoxFuture<'_, Vec<Standing>>;
}

/// A request being counted: at once in memory, on its way where others count along.
pub enum Taking {
    /// It is counted. `None`: there is no such class.
    Done(Option<Verdict>),
    /// It is asked elsewhere.
    UnderWay(BoxFuture<'static, Option<Verdict>>),
}

impl Taking {
    /// How it ended.
    pub async fn verdict(self) -> Option<Verdict> {
        match self {
            Self::Done(verdict) => verdict,
            Self::UnderWay(verdict) => verdict.await,
        }
    }
}

impl fmt::Debug for Taking {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(verdict) => f.debug_tuple("Done").field(verdict).finish(),
            Self::UnderWay(_) => f.write_str("UnderWay(…)"),
        }
    }
}

/// What somebody has used of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The name of the class.
    pub class: &'static str,
    /// Who.
    pub who: Who,
    /// How many requests it allows.
    pub limit: u64,
    /// How many of them are left.
    pub left: u64,
    /// When all of them are there again.
    pub full_at: Timestamp,
}
