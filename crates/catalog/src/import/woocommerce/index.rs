//! Where the variations of each product stand, so that they can be read together with it however far away they are.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use csv::Position;
use csv::StringRecord;

use super::columns::Column;
use super::kind::{RowType, Structure};
use super::references::{self, SOURCE};
use crate::import::columns::Header;
use crate::import::detect::OpenError;
use crate::import::formula::unescape_formula;
use crate::import::record::{ExternalRef, Reference};

/// 24 bytes each: 48 MiB at most.
const MAX_VARIATIONS: usize = 2_000_000;

/// Positions of variations by the hash of their parent's reference; a few dozen bytes a row, whatever the rows hold.
#[derive(Debug, Default)]
pub(crate) struct Index {
    variations: HashMap<u64, Vec<Position>>,
    parents: HashSet<u64>,
    count: usize,
}

impl Index {
    /// Looks at one row of the first pass.
    pub(crate) fn look(&mut self, header: &Header<Column>, record: &csv::ByteRecord) {
        let cells = StringRecord::from_byte_record_lossy(record.clone());
        match structure(header, &cells) {
            Structure::Variation => {
                if let (Some(parent), Some(position)) = (parent(header, &cells), record.position()) {
                    self.count += 1;
                    if self.count <= MAX_VARIATIONS {
                        self.variations.entry(key(&parent)).or_default().push(position.clone());
                    }
                }
            }
            Structure::Variable => self.parents.extend(names(header, &cells).iter().map(key)),
            Structure::Simple | Structure::Grouped | Structure::External | Structure::Other => {}
        }
    }

    /// Ends the first pass.
    pub(crate) fn finish(&mut self) -> Result<(), OpenError> {
        self.parents.retain(|parent| self.variations.contains_key(parent));
        self.parents.shrink_to_fit();
        if self.count > MAX_VARIATIONS { Err(OpenError::TooManyVariations(MAX_VARIATIONS)) } else { Ok(()) }
    }

    /// True where the file has this product.
    pub(crate) fn has_parent(&self, parent: &Reference) -> bool {
        self.parents.contains(&key(parent))
    }

    /// All variations that name their product by one of these, in the order of the file; each is given out once.
    pub(crate) fn take(&mut self, parents: &[Reference]) -> Vec<Position> {
        let mut found: Vec<Position> = parents.iter().filter_map(|parent| self.variations.remove(&key(parent))).flatten().collect();
        found.sort_by_key(Position::byte);
        found
    }
}

fn key(reference: &Reference) -> u64 {
    let mut hasher = DefaultHasher::new();
    reference.hash(&mut hasher);
    hasher.finish()
}

fn word<'a>(header: &Header<Column>, cells: &'a StringRecord, column: Column) -> &'a str {
    header.place(column).and_then(|place| cells.get(place)).map_or("", |cell| unescape_formula(cell).trim())
}

/// How a row belongs to a product.
pub(crate) fn structure(header: &Header<Column>, cells: &StringRecord) -> Structure {
    RowType::parse(word(header, cells, Column::Type)).structure
}

/// The product that a variation names.
pub(crate) fn parent(header: &Header<Column>, cells: &StringRecord) -> Option<Reference> {
    references::parse(word(header, cells, Column::Parent))
}

/// The names by which variations may call this product.
pub(crate) fn names(header: &Header<Column>, cells: &StringRecord) -> Vec<Reference> {
    let id = Some(word(header, cells, Column::Id)).filter(|id| !id.is_empty());
    let id = id.map(|id| Reference::External(ExternalRef::new(SOURCE, id)));
    let sku = Some(word(header, cells, Column::Sku)).filter(|sku| !sku.is_empty());
    id.into_iter().chain(sku.map(|sku| Reference::Sku(sku.to_owned()))).collect()
}
