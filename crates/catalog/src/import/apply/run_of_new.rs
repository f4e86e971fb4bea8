//! Records of new products that follow each other and are written together.

use std::collections::HashSet;

use super::known::names_of;
use super::links::references;
use super::session::Fresh;
use crate::import::outcome::SourcedRecord;
use crate::import::record::Reference;

/// Such records, none of which another one of them means or points at.
#[derive(Default)]
pub(super) struct Run<'a> {
    fresh: Vec<Fresh<'a>>,
    names: HashSet<Reference>,
}

impl<'a> Run<'a> {
    /// True where a record may mean a product of this run, or points at one: that has to be written first.
    pub(super) fn knows(&self, read: &SourcedRecord) -> bool {
        let record = &read.record;
        let is_known = |name: &Reference| self.names.contains(name);
        names_of(record).iter().any(is_known) || references(&record.relations).chain(&read.variants_of).any(is_known)
    }

    pub(super) fn add(&mut self, fresh: Fresh<'a>) {
        self.names.extend(names_of(&fresh.read.record));
        self.fresh.push(fresh);
    }

    /// All of them, to be written now.
    pub(super) fn take(&mut self) -> Vec<Fresh<'a>> {
        self.names.clear();
        std::mem::take(&mut self.fresh)
    }
}
