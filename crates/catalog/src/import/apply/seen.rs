//! Which products a file has named already, in a few bytes each.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use kernel::{Slug, fold};

use crate::import::outcome::{Note, SourcedRecord};
use crate::import::record::{ProductRecord, Reference};

/// Hashes of the names of products with the rows where they stood: 16 bytes a name, so that a file of a million products
/// stays in memory. Of two names one hash would make, a warning too many is all that comes.
#[derive(Debug, Default)]
pub(super) struct Seen {
    products: HashMap<u64, u64>,
    /// SKUs of variants, with the rows of their products and whether those have names of their own.
    skus: HashMap<u64, (u64, bool)>,
    /// What records may point at; kept in dry runs only, where the shop does not get to know it.
    names: Option<HashMap<u64, ()>>,
}

/// What to do with a record that names a product which the file named before.
pub(super) enum Repeated {
    /// It is applied like any other.
    Warn(Note),
    /// It may well be another product.
    Refuse(Note),
}

impl Seen {
    pub(super) fn new(dry_run: bool) -> Self {
        Self { products: HashMap::new(), skus: HashMap::new(), names: dry_run.then(HashMap::new) }
    }

    /// Looks whether a record is about a product of an earlier one, and remembers it.
    pub(super) fn meet(&mut self, read: &SourcedRecord) -> Option<Repeated> {
        if read.variants_of.is_some() {
            return None;
        }
        let row = read.rows.first_row;
        let names = own_names(&read.record);
        let earlier = names.iter().find_map(|name| self.products.get(&hash(name))).copied();
        for name in &names {
            self.products.entry(hash(name)).or_insert(row);
        }
        let of_sku = self.meet_skus(&read.record, row, !names.is_empty());
        let Some(earlier) = earlier else { return of_sku };
        Some(match names.as_slice() {
            [Name::Title(title)] => Repeated::Refuse(Note::cell(
                row,
                "title",
                title,
                format!("is the title of row {earlier}, too, and there is no ID, SKU or handle to tell the products apart"),
            )),
            _ => Repeated::Warn(same(row, earlier)),
        })
    }

    /// A SKU that two products of a file have would make the second one of them the first one.
    fn meet_skus(&mut self, record: &ProductRecord, row: u64, is_named: bool) -> Option<Repeated> {
        let mut repeated = None;
        for (place, sku) in record.variants.iter().enumerate().filter_map(|(place, variant)| Some((place, variant.sku.get()?.trim()))) {
            if sku.is_empty() {
                continue;
            }
            let (earlier, was_named) = *self.skus.entry(hash(&sku)).or_insert((row, is_named));
            if earlier != row && repeated.is_none() {
                let column = format!("variants.{place}.sku");
                let message = format!("is the SKU of another product, too, in row {earlier}");
                let is_another = is_named && was_named;
                repeated = Some(if is_another {
                    Repeated::Refuse(Note::cell(row, &column, sku, message))
                } else {
                    Repeated::Warn(same(row, earlier))
                });
            }
        }
        repeated
    }

    /// Remembers what others may point at.
    pub(super) fn remember(&mut self, record: &ProductRecord) {
        let Some(known) = &mut self.names else { return };
        let skus = record.variants.iter().filter_map(|variant| variant.sku.get()).map(|sku| hash(&Reference::Sku(sku.trim().to_owned())));
        let of_variants = record.variants.iter().flat_map(|variant| &variant.external_refs);
        let refs = record.external_refs.iter().chain(of_variants);
        let parents = refs.clone().filter(|external| external.source == crate::import::woocommerce::SKU_SOURCE);
        let parents = parents.map(|external| hash(&Reference::Sku(external.id.clone())));
        let refs = refs.map(|external| hash(&Reference::External(external.clone())));
        let slugs = record.slug.iter().map(|slug| hash(&Reference::Slug(slug.clone())));
        known.extend(skus.chain(refs).chain(parents).chain(slugs).map(|name| (name, ())));
    }

    /// True where the file has something of that name.
    pub(super) fn has(&self, name: u64) -> bool {
        self.names.as_ref().is_some_and(|names| names.contains_key(&name))
    }
}

fn same(row: u64, earlier: u64) -> Note {
    Note::row(row, format!("is the same product as row {earlier}, and counts more than that"))
}

#[derive(Hash)]
enum Name<'a> {
    Ref(&'a str, &'a str),
    Slug(&'a str),
    Title(String),
}

/// The names of the product itself: references, else the slug, else the title.
fn own_names(record: &ProductRecord) -> Vec<Name<'_>> {
    let refs: Vec<_> = record.external_refs.iter().map(|external| Name::Ref(&external.source, &external.id)).collect();
    let is_variants = record.variants.iter().any(|variant| variant.sku.get().is_some() || !variant.external_refs.is_empty());
    match (&record.slug, record.title.get()) {
        _ if !refs.is_empty() => refs,
        (Some(slug), _) => vec![Name::Slug(slug.as_str())],
        (None, Some(title)) if !is_variants && Slug::from_title(title).is_ok() => vec![Name::Title(fold(title))],
        (None, _) => Vec::new(),
    }
}

/// The same within one run of the program, which is all that is asked of it.
pub(super) fn hash(name: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::{ExternalRef, Lines, Rows, VariantRecord};

    fn read(row: u64, title: &str, id: Option<&str>) -> SourcedRecord {
        let external_refs = id.map(|id| ExternalRef::new("x", id)).into_iter().collect();
        let record = ProductRecord { title: title.to_owned().into(), external_refs, ..ProductRecord::default() };
        SourcedRecord {
            record,
            variants_of: None,
            rows: Rows { first_row: row, last_row: row, count: 1 },
            lines: Lines::default(),
            warnings: Vec::new(),
        }
    }

    #[test]
    fn two_titles_alone_may_be_two_products_but_two_ids_are_one() {
        let mut seen = Seen::new(false);
        assert!(seen.meet(&read(2, "Mug", None)).is_none() && seen.meet(&read(3, "Mug", Some("1"))).is_none());
        assert!(matches!(seen.meet(&read(4, "mug ", None)), Some(Repeated::Refuse(note)) if note.message.contains("row 2")));
        assert!(matches!(seen.meet(&read(5, "Cup", Some("1"))), Some(Repeated::Warn(note)) if note.message.contains("row 3")));
    }

    #[test]
    fn a_sku_belongs_to_one_named_product() {
        let with_sku = |row: u64, id: Option<&str>| {
            let mut read = read(row, "Mug", id);
            read.record.variants.push(VariantRecord { sku: " X ".to_owned().into(), ..VariantRecord::default() });
            read
        };
        let mut seen = Seen::new(false);
        assert!(seen.meet(&with_sku(2, Some("1"))).is_none());
        assert!(matches!(seen.meet(&with_sku(3, Some("2"))), Some(Repeated::Refuse(note)) if note.to_string() ==
            "row 3, column variants.0.sku, value \"X\": is the SKU of another product, too, in row 2"));
        assert!(matches!(seen.meet(&with_sku(4, Some("1"))), Some(Repeated::Warn(_))), "the same product again");
        assert!(matches!(seen.meet(&with_sku(5, None)), Some(Repeated::Warn(note)) if note.message.contains("row 2")));
    }
}
