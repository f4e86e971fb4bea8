//! What becomes of each column of a file, so that nothing is lost without being named.

use std::collections::HashMap;
use std::hash::Hash;

use serde::Serialize;

/// What becomes of the columns of one file, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ColumnReport {
    /// One entry for each column.
    pub columns: Vec<ColumnUse>,
}

impl ColumnReport {
    /// Columns whose filled cells do not reach the shop: unknown or ignored ones.
    pub fn unmapped(&self) -> impl Iterator<Item = &ColumnUse> {
        self.columns.iter().filter(|column| matches!(column.fate, Fate::Unknown | Fate::Ignored { .. }))
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnUse {
    /// The header as the file has it.
    pub header: String,
    /// What becomes of it.
    #[serde(flatten)]
    pub fate: Fate,
    /// How many cells read so far are not empty.
    pub filled: u64,
}

/// What becomes of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "use", rename_all = "snake_case")]
pub enum Fate {
    /// It is a field.
    Mapped {
        /// The field of the record.
        field: &'static str,
    },
    /// It has no field and is kept as metadata.
    Metadata {
        /// The key.
        key: String,
    },
    /// It is known and not taken.
    Ignored {
        /// Why.
        reason: &'static str,
    },
    /// It is not known.
    Unknown,
}

/// Whose metadata a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The product's, wherever it stands.
    Product,
    /// The variant's.
    Variant,
    /// Of whatever the row is about.
    Row,
}

/// What a format knows about one header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Use<C> {
    Field { column: C, field: &'static str },
    Metadata(MetadataColumn),
    Ignored(&'static str),
    Unknown,
}

/// A column that is kept as metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MetadataColumn {
    pub(crate) key: String,
    pub(crate) scope: Scope,
    /// A value that says nothing and is not kept.
    pub(crate) default: &'static str,
}

impl<C> Use<C> {
    pub(crate) fn metadata(scope: Scope, key: impl Into<String>) -> Self {
        Self::Metadata(MetadataColumn { key: key.into(), scope, default: "" })
    }
}

/// The header row of a CSV file, understood.
#[derive(Debug)]
pub(crate) struct Header<C> {
    names: Vec<String>,
    uses: Vec<Use<C>>,
    places: HashMap<C, usize>,
    filled: Vec<u64>,
}

impl<C: Copy + Eq + Hash> Header<C> {
    /// Understands each header by the name that the format knows it by.
    pub(crate) fn new(names: Vec<String>, recognise: impl Fn(&str) -> Use<C>) -> Self {
        let mut places = HashMap::new();
        let mut keys = std::collections::HashSet::new();
        let mut uses = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            let mut found = recognise(name);
            let repeated = match &found {
                Use::Field { column, .. } => places.insert(*column, index).is_some_and(|first| places.insert(*column, first).is_some()),
                Use::Metadata(column) => !keys.insert(column.key.clone()),
                Use::Ignored(_) | Use::Unknown => false,
            };
            if repeated {
                found = Use::Ignored("repeats an earlier column");
            } else if name.is_empty() {
                found = Use::Ignored("has no header");
            }
            uses.push(found);
        }
        Self { filled: vec![0; names.len()], names, uses, places }
    }

    /// Where a column stands, if the file has it.
    pub(crate) fn place(&self, column: C) -> Option<usize> {
        self.places.get(&column).copied()
    }

    pub(crate) fn has(&self, column: C) -> bool {
        self.places.contains_key(&column)
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", String::as_str)
    }

    /// All columns that are fields.
    pub(crate) fn fields(&self) -> impl Iterator<Item = C> {
        self.uses.iter().filter_map(|found| match found {
            Use::Field { column, .. } => Some(*column),
            Use::Metadata(_) | Use::Ignored(_) | Use::Unknown => None,
        })
    }

    /// All columns that are kept as metadata, with their places.
    pub(crate) fn metadata(&self) -> impl Iterator<Item = (usize, &MetadataColumn)> {
        self.uses.iter().enumerate().filter_map(|(index, found)| match found {
            Use::Metadata(column) => Some((index, column)),
            Use::Field { .. } | Use::Ignored(_) | Use::Unknown => None,
        })
    }

    /// Counts the filled cells of a row.
    pub(crate) fn count<'a>(&mut self, cells: impl Iterator<Item = &'a [u8]>) {
        for (filled, cell) in self.filled.iter_mut().zip(cells) {
            *filled += u64::from(!cell.trim_ascii().is_empty());
        }
    }

    pub(crate) fn report(&self) -> ColumnReport {
        let fate = |found: &Use<C>| match found {
            Use::Field { field, .. } => Fate::Mapped { field },
            Use::Metadata(column) => Fate::Metadata { key: column.key.clone() },
            Use::Ignored(reason) => Fate::Ignored { reason },
            Use::Unknown => Fate::Unknown,
        };
        let columns = self.names.iter().zip(&self.uses).zip(&self.filled);
        let columns = columns.map(|((name, found), filled)| ColumnUse { header: name.clone(), fate: fate(found), filled: *filled });
        ColumnReport { columns: columns.collect() }
    }
}
