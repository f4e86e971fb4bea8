//! Places that know of persons, and the list of all of them.

use std::sync::Arc;

use kernel::UserId;
use serde_json::Value;

use super::store::OwnPlace;
use crate::db::{DatabaseError, Reader, WriteTx};

/// A table and those of its columns that tell of a person.
pub type Columns = (&'static str, &'static [&'static str]);

/// A place that knows of persons: some tables of one slice.
#[async_trait::async_trait]
pub trait PersonalPlace: Send + Sync {
    /// What its part of an archive is called.
    fn name(&self) -> &'static str;

    /// Where in the schema it knows of persons. A test holds the columns of all places, and those that are declared to
    /// tell of nobody, against the schema: none may be left out.
    fn columns(&self) -> &'static [Columns];

    /// What it knows of this person, in a form that a program reads.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    async fn export(&self, db: &Reader, user: UserId) -> Result<Value, DatabaseError>;

    /// Forgets this person, and keeps of what has to be kept nothing that tells who it was.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    async fn erase(&self, tx: &WriteTx, user: UserId) -> Result<(), DatabaseError>;
}

/// All places of the shop that know of persons, in the order in which they are asked.
#[derive(Clone)]
pub struct Places(Arc<Vec<Box<dyn PersonalPlace>>>);

impl Places {
    /// These places, and those of this floor.
    #[must_use]
    pub fn new(mut places: Vec<Box<dyn PersonalPlace>>) -> Self {
        places.push(Box::new(OwnPlace));
        Self(Arc::new(places))
    }

    /// The places.
    pub fn iter(&self) -> impl Iterator<Item = &dyn PersonalPlace> {
        self.0.iter().map(AsRef::as_ref)
    }
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter().map(PersonalPlace::name)).finish()
    }
}
