//! What happened to redirects.

use kernel::{RedirectId, RedirectTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::model::Redirect;

/// A fact about a redirect.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum RedirectEvent {
    /// There is a new one.
    Created(RedirectSnapshot),
    /// It leads from or to somewhere else, or in another way.
    Updated(RedirectSnapshot),
    /// It is gone.
    Deleted(RedirectSnapshot),
}

/// How the redirect stood after the fact (before it, where it was deleted).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RedirectSnapshot {
    /// Which one.
    pub redirect_id: RedirectId,
    /// The path that leads elsewhere.
    pub from: String,
    /// Where it leads.
    pub to: String,
    /// For good (301), or for now (302).
    pub is_permanent: bool,
    /// Its version.
    pub redirect_version: i64,
}

impl From<&Redirect> for RedirectSnapshot {
    fn from(redirect: &Redirect) -> Self {
        Self {
            redirect_id: redirect.id,
            from: redirect.from.as_str().to_owned(),
            to: redirect.to.as_str().to_owned(),
            is_permanent: redirect.is_permanent,
            redirect_version: redirect.version,
        }
    }
}

impl Fact for RedirectEvent {
    type Subject = RedirectTag;
    const AGGREGATE: &'static str = "redirect";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("redirect.created", "a path of the storefront leads elsewhere"),
        ("redirect.updated", "a path leads to somewhere else, or in another way"),
        ("redirect.deleted", "a path leads nowhere any more"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Created(_) => "redirect.created",
            Self::Updated(_) => "redirect.updated",
            Self::Deleted(_) => "redirect.deleted",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Created(of) | Self::Updated(of) | Self::Deleted(of) => of.redirect_id.uuid(),
        }
    }
}
