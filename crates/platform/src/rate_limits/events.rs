//! What happened to limits, and under which ids, which name nobody.

use std::sync::OnceLock;

use kernel::RateLimitTag;
use serde::Serialize;
use uuid::{Builder, Uuid};
use xxhash_rust::xxh3::xxh3_128_with_seed;

use super::model::Who;
use crate::cache::Tag;
use crate::outbox::{Fact, ToSchema};
use crate::secrets::{Secrets, SecretsError};

/// A fact about what somebody has used of the limits.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum RateLimitEvent {
    /// It is forgotten.
    Reset {
        /// A number that stands for who it is: an address says too much of a person for a fact. Nil: everybody.
        subject: Uuid,
    },
}

impl Fact for RateLimitEvent {
    type Subject = RateLimitTag;
    const AGGREGATE: &'static str = "rate_limit";
    const NAMES: &'static [(&'static str, &'static str)] =
        &[("rate_limit.reset", "what somebody, or everybody, has used of the limits is forgotten")];

    fn name(&self) -> &'static str {
        match self {
            Self::Reset { .. } => "rate_limit.reset",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Reset { subject } => *subject,
        }
    }
}

/// Makes the numbers that stand for people. They follow from the shop's master key, so that all nodes make the same ones and
/// nobody without it can try addresses until one fits.
pub(super) struct SubjectIds {
    secrets: Secrets,
    seed: OnceLock<u64>,
}

impl SubjectIds {
    pub(super) const fn of(secrets: Secrets) -> Self {
        Self { secrets, seed: OnceLock::new() }
    }

    /// The fact that forgets what these have used; `None`: everybody.
    pub(super) fn reset(&self, who: Option<Who>) -> Result<RateLimitEvent, SecretsError> {
        let subject = who.map_or(Ok(Uuid::nil()), |who| self.id(who))?;
        Ok(RateLimitEvent::Reset { subject })
    }

    /// What forgets these: a fact about them, or about everybody. Without a master key nobody records the former.
    pub(super) fn tags(&self, who: Who) -> [Tag; 2] {
        let id = self.id(who).unwrap_or_default();
        [Tag::thing::<RateLimitEvent>(id), Tag::thing::<RateLimitEvent>(Uuid::nil())]
    }

    /// The number that stands for somebody.
    pub(super) fn id(&self, who: Who) -> Result<Uuid, SecretsError> {
        let seed = match self.seed.get() {
            Some(seed) => *seed,
            None => {
                let mac = self.secrets.mac("rate_limits", b"subjects")?;
                *self.seed.get_or_init(|| mac.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes)))
            }
        };
        let hash = xxh3_128_with_seed(who.to_string().as_bytes(), seed);
        Ok(Builder::from_custom_bytes(hash.to_be_bytes()).into_uuid())
    }
}
