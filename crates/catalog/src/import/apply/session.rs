//! Putting one record into the shop.

use std::collections::{BTreeSet, HashMap};

use kernel::{CategoryId, FieldErrors, MediaId, PriceListId, ProductId, Slug, VariantId};
use platform::db::WriteTx;

use super::applied::{Applied, Change, PendingLinks, Put};
use super::error::ApplyError;
use super::known::Known;
use super::links::Links;
use super::merge::one_line;
use super::pictures::{Pictures, Synced};
use super::plan::{Paired, Plan};
use super::prices::{PriceRules, PriceScope};
use super::product::LookedUp;
use super::stock;
use super::variants::UNTAXED;
use crate::assortment::{self, CreateProduct, NewProduct, Saved, WriteProductError};
use crate::import::field::Field;
use crate::import::outcome::{Note, SourcedRecord};
use crate::import::record::{ProductRecord, Reference};
use crate::price_lists::{self, PriceList};
use crate::products::{ProductRef, ProductStatus};
use crate::{categories, channels, description_loss};

/// What records of one transaction are put into the shop with.
pub(super) struct Session {
    scope: PriceScope,
    default_list: PriceListId,
    lists: Vec<PriceList>,
    known: Known,
    /// Categories that are there, by their names from the root.
    categories: HashMap<Vec<String>, CategoryId>,
}

impl Session {
    /// Looks up what these records may mean, in six statements.
    pub(super) async fn open(tx: &WriteTx, scope: PriceScope, records: &[&SourcedRecord]) -> Result<Self, ApplyError> {
        let default_list = channels::find_default(tx).await?.price_list_id;
        let lists = price_lists::for_writing(tx).await?;
        let known = Known::load(tx, records).await?;
        let paths: BTreeSet<&Vec<String>> = records.iter().filter_map(|read| read.record.categories.get()).flatten().collect();
        let paths: Vec<Vec<String>> = paths.into_iter().cloned().collect();
        let lines: Vec<Vec<String>> = paths.iter().map(|path| path.iter().map(|name| one_line(name)).collect()).collect();
        let found = categories::find_paths(tx, &lines).await?;
        let categories = paths.into_iter().zip(found).filter_map(|(path, found)| Some((path, found?))).collect();
        Ok(Self { scope, default_list, lists, known, categories })
    }

    /// The product that a record means; nothing for a new one.
    pub(super) fn find(&self, read: &SourcedRecord) -> Result<Option<ProductId>, ApplyError> {
        let Some(parent) = &read.variants_of else { return Ok(self.known.find(&read.record)) };
        let missing = || ApplyError::of("", format!("belongs to the product {parent}, which is neither in this file nor in the shop"));
        self.known.resolve(parent).map(Some).ok_or_else(missing)
    }

    /// Makes or changes the product of a record, all but its stock, whose figures are answered. The transaction must be
    /// rolled back where this fails.
    pub(super) async fn put(&self, tx: &WriteTx, read: &SourcedRecord, found: Option<ProductId>) -> Result<Put, ApplyError> {
        let record = &read.record;
        let pictures = Pictures::parse(record)?;
        let mut notes = Vec::new();
        let row = read.rows.first_row;
        let (categories, new_categories) = self.categories(tx, record).await?;
        let slug = self.slug(record, found, |message| notes.push(Note::cell(row, "slug", &slug_of(record), message)));
        let links = Links::resolve(&record.relations, &self.known);
        let unresolved = links.unresolved.clone();
        let is_waiting = !unresolved.is_empty();
        let looked_up = LookedUp { slug, categories, links: (!is_waiting).then_some(links), status: None };
        let mut plan = Plan { record, found: looked_up, prices: self.prices(), pictures: HashMap::new() };
        let written = self.write(tx, &mut plan, &pictures, found).await?;
        let asides = Asides { notes, unresolved, categories: new_categories };
        finish(tx, read, written, (found, asides)).await
    }

    /// A record of a new product that needs nothing to be made for it, with what is to be said of it; nothing for any other.
    pub(super) fn fresh<'a>(&self, read: &'a SourcedRecord) -> Option<Fresh<'a>> {
        let record = &read.record;
        if !self.find(read).is_ok_and(|found| found.is_none()) {
            return None;
        }
        let pictures = Pictures::parse(record).ok()?;
        let mut notes = Vec::new();
        let slug = self.slug(record, None, |message| notes.push(Note::cell(read.rows.first_row, "slug", &slug_of(record), message)));
        let links = Links::resolve(&record.relations, &self.known);
        let unresolved = links.unresolved.clone();
        let links = unresolved.is_empty().then_some(links);
        let looked_up = LookedUp { slug, categories: self.known_categories(record)?, links, status: None };
        let mut plan = Plan { record, found: looked_up, prices: self.prices(), pictures: HashMap::new() };
        let mut is_draft = false;
        let product = match self.compose(&plan, &pictures)? {
            Err(WriteProductError::NotSellable) => {
                is_draft = true;
                plan.found.status = Some(ProductStatus::Draft);
                self.compose(&plan, &pictures)?.ok()?
            }
            composed => composed.ok()?,
        };
        Some(Fresh { read, pictures, product, is_draft, asides: Asides { notes, unresolved, categories: Vec::new() } })
    }

    fn compose(&self, plan: &Plan<'_>, pictures: &Pictures) -> Option<Result<NewProduct, WriteProductError>> {
        let (product, variants) = plan.new_product().ok()?;
        Some(NewProduct::compose(CreateProduct { product, variants }, pictures.of_new(), self.default_list, &self.lists))
    }

    /// The categories of a record; nothing where one of them has to be made.
    fn known_categories(&self, record: &ProductRecord) -> Option<Option<Vec<CategoryId>>> {
        match &record.categories {
            Field::Keep => Some(None),
            Field::Clear => Some(Some(Vec::new())),
            Field::Set(paths) => {
                let paths = paths.iter().filter(|path| !path.is_empty());
                paths.map(|path| self.categories.get(path).copied()).collect::<Option<Vec<_>>>().map(Some)
            }
        }
    }

    /// Learns what a record wrote, once that is sure to stay.
    pub(super) fn learn(&mut self, put: &Put) {
        self.known.learn(&put.saved);
        self.categories.extend(put.categories.iter().cloned());
    }

    fn prices(&self) -> PriceRules<'_> {
        PriceRules { default: self.default_list, lists: &self.lists, scope: self.scope }
    }

    /// The categories of a record, found or made.
    async fn categories(
        &self,
        tx: &WriteTx,
        record: &ProductRecord,
    ) -> Result<(Option<Vec<CategoryId>>, Vec<(Vec<String>, CategoryId)>), ApplyError> {
        let paths = match &record.categories {
            Field::Keep => return Ok((None, Vec::new())),
            Field::Clear => &[][..],
            Field::Set(paths) => paths,
        };
        let (mut ids, mut new) = (Vec::new(), Vec::new());
        for path in paths.iter().filter(|path| !path.is_empty()) {
            let id = match self.categories.get(path) {
                Some(id) => *id,
                None => {
                    let lines: Vec<String> = path.iter().map(|name| one_line(name)).collect();
                    let names: Vec<&str> = lines.iter().map(String::as_str).collect();
                    let id = categories::find_or_create_path(tx, &names).await?;
                    new.push((path.clone(), id));
                    id
                }
            };
            ids.push(id);
        }
        Ok((Some(ids), new))
    }

    /// The slug to ask for. One that was only made of another system's word is not forced on a product that is there, and
    /// one that another product has is not asked for where the record is known by another name.
    fn slug(&self, record: &ProductRecord, found: Option<ProductId>, warn: impl FnOnce(&str)) -> Option<Option<String>> {
        let slug = record.slug.as_ref()?;
        let was_made =
            record.external_refs.iter().any(|external| external.id != slug.as_str() && Slug::from_title(&external.id).as_ref() == Ok(slug));
        if was_made && found.is_some() {
            return None;
        }
        if self.known.has_other(slug, found) && !record.external_refs.is_empty() {
            warn(if found.is_some() {
                "is the slug of another product; the product keeps its own"
            } else {
                "is the slug of another product; one is made of the title"
            });
            return None;
        }
        Some(Some(slug.to_string()))
    }

    /// Writes product, variants and pictures; as a draft where nothing of it can be sold.
    async fn write(&self, tx: &WriteTx, plan: &mut Plan<'_>, pictures: &Pictures, found: Option<ProductId>) -> Result<Written, ApplyError> {
        let mut synced = Synced::default();
        if let Some(product) = found.filter(|_| pictures.are_named()) {
            synced = pictures.sync(tx, product).await?;
            plan.pictures = std::mem::take(&mut synced.by_url);
        }
        let mut is_draft = false;
        let (mut saved, paired) = match save(tx, plan, found).await {
            Err(WriteProductError::NotSellable) => {
                is_draft = true;
                plan.found.status = Some(ProductStatus::Draft);
                save(tx, plan, found).await?
            }
            saved => saved?,
        };
        let mut changes = std::mem::take(&mut saved.changes);
        if found.is_none() {
            synced = pictures.add_to_new(tx, saved.product.id).await?;
            crate::variants::show_new(tx, &show(&mut saved, plan.record, &synced)).await?;
        }
        changes.extend(synced.change);
        Ok(Written { saved, paired, changes, is_draft })
    }
}

/// What is known of a record beside what is written of it.
pub(super) struct Asides {
    notes: Vec<Note>,
    unresolved: Vec<Reference>,
    categories: Vec<(Vec<String>, CategoryId)>,
}

/// A new product, ready to be made together with others.
pub(super) struct Fresh<'a> {
    pub(super) read: &'a SourcedRecord,
    pictures: Pictures,
    product: NewProduct,
    is_draft: bool,
    asides: Asides,
}

/// Makes new products together; all but their stock, whose figures are answered.
///
/// # Errors
/// What one of them refuses; the transaction must be rolled back then, and the records be put in one by one.
pub(super) async fn put_all(tx: &WriteTx, run: &[Fresh<'_>]) -> Result<Vec<Put>, ApplyError> {
    let made = assortment::create_all_in(tx, &run.iter().map(|fresh| &fresh.product).collect::<Vec<_>>()).await?;
    let (mut puts, mut shown) = (Vec::with_capacity(run.len()), Vec::new());
    for (fresh, (mut saved, media)) in run.iter().zip(made) {
        let synced = fresh.pictures.synced(&[], &media);
        shown.extend(show(&mut saved, &fresh.read.record, &synced));
        let mut changes = std::mem::take(&mut saved.changes);
        changes.extend(synced.change);
        let written = Written { saved, paired: Paired::default(), changes, is_draft: fresh.is_draft };
        let Asides { notes, unresolved, .. } = &fresh.asides;
        let asides = Asides { notes: notes.clone(), unresolved: unresolved.clone(), categories: Vec::new() };
        puts.push(finish(tx, fresh.read, written, (None, asides)).await?);
    }
    crate::variants::show_new(tx, &shown).await?;
    Ok(puts)
}

/// What is left to do for a record that is written, and to say of it.
async fn finish(tx: &WriteTx, read: &SourcedRecord, mut written: Written, known: (Option<ProductId>, Asides)) -> Result<Put, ApplyError> {
    let (found, Asides { mut notes, unresolved, categories }) = known;
    let (record, row) = (&read.record, read.rows.first_row);
    let is_waiting = !unresolved.is_empty();
    let pairs = written.paired.variants(record, &written.saved);
    let mut counts = stock::counts(tx, &pairs, found.is_none()).await?;
    notes.extend(written.notes(read, is_waiting));
    notes.extend(counts.uncounted.iter().map(|(place, pieces)| {
        let column = format!("variants.{place}.on_hand");
        Note::cell(row, &column, &pieces.to_string(), "is not taken: the stock of this variant is not counted")
    }));
    written.changes.append(&mut counts.changes);
    let change = match found {
        None => Change::Created,
        Some(_) if written.changes.is_empty() => Change::Unchanged,
        Some(_) => Change::Updated,
    };
    let links = is_waiting.then(|| PendingLinks { row, relations: record.relations.clone(), unresolved, activate: written.is_draft });
    let Written { saved, changes, .. } = written;
    let applied = Applied { product_id: saved.product.id, slug: saved.product.slug.clone(), change, changes, notes };
    Ok(Put { applied, saved, counts: counts.wanted, links, categories })
}

struct Written {
    saved: Saved,
    paired: Paired,
    changes: Vec<assortment::FieldChange>,
    is_draft: bool,
}

impl Written {
    /// What was not taken as it stands.
    fn notes(&self, read: &SourcedRecord, is_waiting: bool) -> Vec<Note> {
        let row = read.rows.first_row;
        let unpriced = || Note::cell(row, "status", "active", "stays a draft: nothing of it has a price");
        let archived = |title: &String| Note::cell(row, "options", title, "does not fit the options any more; the variant is archived");
        let untaxed = read.record.variants.iter().enumerate().filter(|(_, variant)| variant.taxable == Field::Set(false));
        let classes = untaxed.filter_map(|(place, variant)| Some((place, variant.tax_class.get()?)));
        let classes = classes.filter(|(_, class)| !matches!(class.trim(), "" | "standard" | UNTAXED));
        let not_kept = |(place, class): (usize, &String)| {
            Note::cell(row, &format!("variants.{place}.tax_class"), class, "is not kept: what is not taxed has no class")
        };
        let raw = read.record.description.get();
        let lost = raw.and_then(|raw| Some((raw, description_loss::lost(raw, &self.saved.product.content.description)?)));
        let mut notes: Vec<Note> = (self.is_draft && !is_waiting).then(unpriced).into_iter().collect();
        notes.extend(self.paired.archived.iter().map(archived));
        notes.extend(classes.map(not_kept));
        notes.extend(lost.map(|(raw, names)| Note::cell(row, "description", raw, format!("is cleaned of {names}"))));
        notes
    }
}

fn slug_of(record: &ProductRecord) -> String {
    record.slug.as_ref().map(ToString::to_string).unwrap_or_default()
}

async fn save(tx: &WriteTx, plan: &Plan<'_>, found: Option<ProductId>) -> Result<(Saved, Paired), WriteProductError> {
    let Some(product) = found else {
        let (product, variants) = plan.new_product()?;
        return Ok((assortment::create_in(tx, CreateProduct { product, variants }).await?, Paired::default()));
    };
    let mut paired = Paired::default();
    let changes = |stored: &_, variants: &_| {
        let (changes, pairs) = plan.changes(stored, variants)?;
        paired = pairs;
        Ok::<_, FieldErrors>(changes)
    };
    let saved = assortment::amend_in(tx, &ProductRef::Id(product), changes).await?;
    Ok((saved, paired))
}

/// A new product has its pictures only now; its variants are shown by theirs.
fn show(saved: &mut Saved, record: &ProductRecord, synced: &Synced) -> Vec<(VariantId, MediaId)> {
    let mut shown = Vec::new();
    for (wanted, variant) in record.variants.iter().zip(&mut saved.variants) {
        variant.content.media_id = wanted.media_url.get().and_then(|url| synced.by_url.get(url)).copied();
        shown.extend(variant.content.media_id.map(|picture| (variant.id, picture)));
    }
    shown
}
