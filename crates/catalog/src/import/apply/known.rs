//! Which product of the shop a record means.

use std::collections::{BTreeSet, HashMap};

use kernel::{ProductId, Slug, fold};
use platform::db::{ConnectionTrait, DatabaseError};

use crate::assortment::Saved;
use crate::import::outcome::SourcedRecord;
use crate::import::record::{ExternalRef, ProductRecord, Reference};
use crate::import::store;
use crate::import::woocommerce::SKU_SOURCE;

/// A product that is known by its slug.
#[derive(Debug, Clone)]
struct Slugged {
    product: ProductId,
    title: String,
    refs: Vec<ExternalRef>,
}

/// What the records of one batch may mean: products by what other systems call them, by slug, by SKU. Asked for once for
/// the whole batch, and kept up with what the batch writes.
#[derive(Debug, Default)]
pub(super) struct Known {
    by_ref: HashMap<ExternalRef, ProductId>,
    /// By what variants are called: another system may number products and variants apart.
    by_variant_ref: HashMap<ExternalRef, ProductId>,
    by_slug: HashMap<String, Slugged>,
    by_sku: HashMap<String, ProductId>,
}

impl Known {
    /// Looks up all names in these records and in what they refer to, in three statements.
    pub(super) async fn load(db: &impl ConnectionTrait, records: &[&SourcedRecord]) -> Result<Self, DatabaseError> {
        let mut names = Names::default();
        for read in records {
            names.add_record(&read.record);
            read.variants_of.iter().for_each(|parent| names.add(parent));
        }
        names.look_up(db).await
    }

    /// The same for references alone.
    pub(super) async fn of_references<'a>(
        db: &impl ConnectionTrait,
        references: impl Iterator<Item = &'a Reference>,
    ) -> Result<Self, DatabaseError> {
        let mut names = Names::default();
        references.for_each(|reference| names.add(reference));
        names.look_up(db).await
    }

    /// By external reference, then slug, then the SKU or external reference of a variant; a record that has none of them is
    /// recognised by a title that says the same.
    pub(super) fn find(&self, record: &ProductRecord) -> Option<ProductId> {
        let by_ref = record.external_refs.iter().find_map(|external| self.by_ref.get(external));
        let by_slug = || record.slug.as_ref().and_then(|slug| self.of_slug(slug, &record.external_refs));
        let by_sku = || record.variants.iter().find_map(|variant| self.by_sku.get(variant.sku.get()?.trim()));
        let variant_refs = || record.variants.iter().flat_map(|variant| &variant.external_refs);
        let by_variant_ref = || variant_refs().find_map(|external| self.by_variant_ref.get(external));
        let by_name = by_ref.copied().or_else(by_slug).or_else(|| by_sku().copied()).or_else(|| by_variant_ref().copied());
        by_name.or_else(|| self.of_title(record))
    }

    /// Two handles may make one slug: a product that the same system calls otherwise is another one.
    fn of_slug(&self, slug: &Slug, refs: &[ExternalRef]) -> Option<ProductId> {
        let found = self.by_slug.get(slug.as_str())?;
        let is_another = |known: &ExternalRef| refs.iter().any(|external| external.source == known.source && external.id != known.id);
        (!found.refs.iter().any(is_another)).then_some(found.product)
    }

    fn of_title(&self, record: &ProductRecord) -> Option<ProductId> {
        if has_name(record) {
            return None;
        }
        let title = record.title.get()?;
        let found = self.by_slug.get(Slug::from_title(title).ok()?.as_str())?;
        (fold(&found.title) == fold(title)).then_some(found.product)
    }

    /// The product that a reference names.
    pub(super) fn resolve(&self, reference: &Reference) -> Option<ProductId> {
        match reference {
            Reference::Sku(sku) => {
                let of_parent = ExternalRef::new(SKU_SOURCE, sku.as_str());
                self.by_sku.get(sku).or_else(|| self.by_ref.get(&of_parent)).copied()
            }
            Reference::Slug(slug) => self.by_slug.get(slug.as_str()).map(|found| found.product),
            // What a product is called counts more than what a variant is called.
            Reference::External(external) => self.by_ref.get(external).or_else(|| self.by_variant_ref.get(external)).copied(),
        }
    }

    /// True where a product other than this one has the slug.
    pub(super) fn has_other(&self, slug: &Slug, own: Option<ProductId>) -> bool {
        self.by_slug.get(slug.as_str()).is_some_and(|found| Some(found.product) != own)
    }

    /// Learns what a product is called after it was written.
    pub(super) fn learn(&mut self, saved: &Saved) {
        let product = saved.product.id;
        self.by_ref.retain(|_, known| *known != product);
        self.by_variant_ref.retain(|_, known| *known != product);
        self.by_slug.retain(|_, known| known.product != product);
        self.by_sku.retain(|_, known| *known != product);
        let of_variants = saved.variants.iter().flat_map(|variant| &variant.content.external_refs);
        let content = &saved.product.content;
        let refs = |known: &crate::products::ExternalRef| ExternalRef::new(known.source.as_str(), known.id.as_str());
        self.by_variant_ref.extend(of_variants.map(|known| (refs(known), product)));
        self.by_ref.extend(content.external_refs.iter().map(|known| (refs(known), product)));
        let slugged = Slugged { product, title: content.title.clone(), refs: content.external_refs.iter().map(refs).collect() };
        self.by_slug.insert(saved.product.slug.to_string(), slugged);
        self.by_sku.extend(saved.variants.iter().filter_map(|variant| Some((variant.content.sku.clone()?, product))));
    }
}

/// By what records of one run may take each other for the same product, or point at each other.
pub(super) fn names_of(record: &ProductRecord) -> Vec<Reference> {
    let of_variants = record.variants.iter().flat_map(|variant| &variant.external_refs);
    let refs = record.external_refs.iter().chain(of_variants);
    let slug = || record.title.get().and_then(|title| Slug::from_title(title).ok());
    let slug = record.slug.clone().or_else(slug);
    let skus = record.variants.iter().filter_map(|variant| variant.sku.get().map(|sku| sku.trim().to_owned()));
    let parents = refs.clone().filter(|external| external.source == SKU_SOURCE).map(|external| external.id.clone());
    let skus = skus.chain(parents).filter(|sku| !sku.is_empty()).map(Reference::Sku);
    skus.chain(slug.map(Reference::Slug)).chain(refs.cloned().map(Reference::External)).collect()
}

fn has_name(record: &ProductRecord) -> bool {
    let of_variants = record
        .variants
        .iter()
        .any(|variant| !variant.external_refs.is_empty() || variant.sku.get().is_some_and(|sku| !sku.trim().is_empty()));
    record.slug.is_some() || !record.external_refs.is_empty() || of_variants
}

/// Names to be looked up, each once.
#[derive(Default)]
struct Names<'a> {
    refs: BTreeSet<(&'a str, &'a str)>,
    slugs: BTreeSet<String>,
    skus: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    fn add_record(&mut self, record: &'a ProductRecord) {
        let of_variants = record.variants.iter().flat_map(|variant| &variant.external_refs);
        self.refs.extend(record.external_refs.iter().chain(of_variants).map(|external| (external.source.as_str(), external.id.as_str())));
        self.skus.extend(record.variants.iter().filter_map(|variant| variant.sku.get().map(|sku| sku.trim())));
        match &record.slug {
            Some(slug) => drop(self.slugs.insert(slug.to_string())),
            None if has_name(record) => {}
            None => self.slugs.extend(record.title.get().and_then(|title| Slug::from_title(title).ok()).map(String::from)),
        }
        let relations = [&record.relations.grouped, &record.relations.upsell, &record.relations.cross_sell];
        relations.into_iter().filter_map(|list| list.get()).flatten().for_each(|reference| self.add(reference));
    }

    fn add(&mut self, reference: &'a Reference) {
        match reference {
            Reference::Sku(sku) => {
                self.skus.insert(sku);
                self.refs.insert((SKU_SOURCE, sku));
            }
            Reference::Slug(slug) => drop(self.slugs.insert(slug.to_string())),
            Reference::External(external) => drop(self.refs.insert((&external.source, &external.id))),
        }
    }

    async fn look_up(self, db: &impl ConnectionTrait) -> Result<Known, DatabaseError> {
        let mut known = Known::default();
        for row in store::by_refs(db, &self.refs.into_iter().collect::<Vec<_>>()).await? {
            let refs = if row.entity == "product" { &mut known.by_ref } else { &mut known.by_variant_ref };
            refs.insert(ExternalRef::new(row.source, row.external_id), ProductId::from_uuid(row.product_id));
        }
        for row in store::by_slugs(db, &self.slugs.iter().map(String::as_str).collect::<Vec<_>>()).await? {
            let blank = Slugged { product: ProductId::from_uuid(row.id), title: row.title, refs: Vec::new() };
            let slugged = known.by_slug.entry(row.slug).or_insert(blank);
            slugged.refs.extend(row.source.zip(row.external_id).map(|(source, id)| ExternalRef::new(source, id)));
        }
        for row in store::by_skus(db, &self.skus.into_iter().collect::<Vec<_>>()).await? {
            known.by_sku.insert(row.sku, ProductId::from_uuid(row.product_id));
        }
        Ok(known)
    }
}
