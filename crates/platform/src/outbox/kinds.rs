//! Every kind of fact that the program tells.

use std::sync::Arc;

use kernel::{AnyId, Prefixed as _};
use serde_json::Value;
use uuid::Uuid;

use super::record::Fact;
use super::schema;

/// What is known of the facts about one kind of thing.
#[derive(Debug, Clone, Copy)]
pub struct FactKind {
    /// What kind of thing: `order`.
    pub aggregate: &'static str,
    /// What the ids of such things begin with.
    pub id_prefix: &'static str,
    /// Every name with what it says.
    pub names: &'static [(&'static str, &'static str)],
    /// Whether they may be forgotten after a time.
    pub expires: bool,
    schema: fn(&str) -> Value,
    version: fn(&str) -> i64,
}

impl FactKind {
    /// What is known of these facts.
    #[must_use]
    pub const fn of<F: Fact>() -> Self {
        Self {
            aggregate: F::AGGREGATE,
            id_prefix: F::Subject::PREFIX,
            names: F::NAMES,
            expires: F::EXPIRES,
            schema: schema::of::<F>,
            version: F::version,
        }
    }

    /// What is told of the fact with this name, as JSON Schema.
    #[must_use]
    pub fn schema(&self, name: &str) -> Value {
        (self.schema)(name)
    }

    /// Which version of that shape it is.
    #[must_use]
    pub fn version(&self, name: &str) -> i64 {
        (self.version)(name)
    }
}

/// All of them; clones share the list.
#[derive(Debug, Clone)]
pub struct FactKinds(Arc<[FactKind]>);

impl FactKinds {
    /// These kinds.
    #[must_use]
    pub fn new(kinds: Vec<FactKind>) -> Self {
        Self(kinds.into())
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &FactKind> {
        self.0.iter()
    }

    /// Every name of a fact.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().flat_map(|kind| kind.names.iter().map(|(name, _)| *name))
    }

    /// The id of a thing of this kind as everybody writes it; as a UUID where no fact of the program is about such things.
    #[must_use]
    pub fn id_text(&self, aggregate: &str, id: Uuid) -> String {
        let kind = self.0.iter().find(|kind| kind.aggregate == aggregate);
        kind.map_or_else(|| id.to_string(), |kind| AnyId { prefix: kind.id_prefix, uuid: id }.to_string())
    }

    /// The kinds of things that have such ids.
    pub fn with_prefix(&self, prefix: &str) -> impl Iterator<Item = &'static str> {
        self.0.iter().filter(move |kind| kind.id_prefix == prefix).map(|kind| kind.aggregate)
    }
}
