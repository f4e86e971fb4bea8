//! How often somebody may ask, and how they are told.

mod classes;

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use kernel::Timestamp;
use platform::rate_limits::{Quota, RateLimiter, Verdict, Who};

pub use classes::quotas;
pub(crate) use classes::{Class, of as class_of};

use crate::problem::Problem;

/// What is left, and when all of it is there again (draft-ietf-httpapi-ratelimit-headers-10).
pub(crate) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// What there is.
pub(crate) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The limits of a front door.
#[derive(Debug)]
pub struct Limits {
    limiter: Arc<dyn RateLimiter>,
    /// By class.
    policies: Vec<HeaderValue>,
}

/// A request that was counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counted {
    class: Class,
    verdict: Verdict,
}

/// What an identity is counted against, once it is known.
#[derive(Debug, Clone)]
pub(crate) struct IdentityLimit {
    pub(crate) limits: Arc<Limits>,
    pub(crate) class: Class,
    pub(crate) now: Timestamp,
}

impl Limits {
    /// Limits that are counted there; it counts [`quotas`].
    #[must_use]
    pub fn new(limiter: Arc<dyn RateLimiter>) -> Self {
        let policies = limiter.quotas().iter().map(policy).collect();
        Self { limiter, policies }
    }

    /// Where they are counted.
    #[must_use]
    pub fn limiter(&self) -> &dyn RateLimiter {
        self.limiter.as_ref()
    }

    /// Counts a request.
    pub(crate) async fn count(&self, class: Class, who: Who, now: Timestamp) -> Option<Counted> {
        let verdict = self.limiter.take(class.place(), who, now).verdict().await?;
        Some(Counted { class, verdict })
    }

    /// Puts on an answer what is left.
    pub(crate) fn tell(&self, headers: &mut HeaderMap, counted: &Counted) {
        let Counted { class, verdict } = counted;
        let (Some(policy), Some(quota)) = (self.policies.get(class.place()), self.limiter.quotas().get(class.place())) else { return };
        let (mut left, mut time) = (itoa::Buffer::new(), itoa::Buffer::new());
        // Of what each answer says, this alone is new each time.
        let text = ["\"", quota.class, "\";r=", left.format(verdict.left), ";t=", time.format(seconds(verdict.full_in))].concat();
        if let Ok(left) = HeaderValue::from_maybe_shared(bytes::Bytes::from(text)) {
            headers.insert(RATE_LIMIT, left);
            headers.insert(RATE_LIMIT_POLICY, policy.clone());
        }
    }
}

/// Clears the places that an answer has for what is left.
pub(crate) fn tell_nothing(headers: &mut HeaderMap) {
    headers.remove(RATE_LIMIT);
    headers.remove(RATE_LIMIT_POLICY);
}

impl Counted {
    /// The refusal, where there was nothing left.
    pub(crate) fn refusal(&self) -> Option<Problem> {
        self.verdict.retry_after.map(|wait| Problem::rate_limited(u32::try_from(seconds(wait)).unwrap_or(u32::MAX)))
    }
}

/// Both buckets of a class.
fn policy(quota: &Quota) -> HeaderValue {
    let Quota { class, sustained, burst } = quota;
    let bucket = |rate: &platform::rate_limits::Rate| format!("q={};w={}", rate.limit(), rate.window_s());
    let text = format!("\"{class}\";{}, \"{class}_burst\";{}", bucket(sustained), bucket(burst));
    // Letters and digits of ours.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// Whole seconds; a part of one is one more.
fn seconds(time: std::time::Duration) -> u64 {
    time.as_secs() + u64::from(time.subsec_nanos() > 0)
}
