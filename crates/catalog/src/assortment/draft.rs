//! What a product is to become: the stored one, the changes, and the rules that hold across both. Pure.

use std::collections::{BTreeMap, HashSet};

use kernel::{FieldErrors, Slug, VariantId};

use super::error::WriteProductError;
use crate::products::{Product, ProductChanges, ProductContent, ProductStatus};
use crate::variants::{KnownPriceLists, Variant, VariantChanges, VariantContent, VariantKind};

/// More combinations than people choose from.
pub(super) const MOST_VARIANTS: usize = 250;

/// What is to become of the variants.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum VariantsChange {
    /// They stay.
    #[default]
    Keep,
    /// Those that are named are changed or added, all others stay.
    Merge(Vec<VariantChanges>),
    /// Those that are named are all there are: what is absent of them gets its default, the others are removed.
    Replace(Vec<VariantChanges>),
}

/// A product as the database has it.
pub(super) struct Stored {
    pub(super) product: Product,
    pub(super) variants: Vec<Variant>,
}

/// Which slug a product is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SlugWish {
    /// This one and no other.
    Exactly(Slug),
    /// One made of the title.
    OfTitle,
}

/// A variant to be: a stored one, or a new one.
#[derive(Debug, Clone)]
pub(super) struct DraftVariant {
    pub(super) id: Option<VariantId>,
    pub(super) content: VariantContent,
}

/// A product to be.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) slug: SlugWish,
    pub(super) content: ProductContent,
    pub(super) variants: Vec<DraftVariant>,
    pub(super) removed: Vec<VariantId>,
}

/// Whether what is absent stays or gets its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    Stays,
    IsDefault,
}

impl Draft {
    /// Puts the changes on what is stored, and checks what one field says of another.
    pub(super) fn compose(
        stored: Option<&Stored>,
        changes: (ProductChanges, VariantsChange),
        absent: Absent,
        known: &KnownPriceLists,
    ) -> Result<Self, WriteProductError> {
        let (product, variants) = changes;
        let before = stored.map(|stored| &stored.product);
        let slug = match (product.slug(), before) {
            (Some(Some(slug)), _) => SlugWish::Exactly(slug.clone()),
            (None, Some(before)) => SlugWish::Exactly(before.slug.clone()),
            (Some(None), _) | (None, None) => SlugWish::OfTitle,
        };
        let base = before.filter(|_| absent == Absent::Stays).map(|before| before.content.clone());
        let content = product.apply_to(base.unwrap_or_default());
        let stored_variants = stored.map_or(&[][..], |stored| &stored.variants);
        let composed = Composition { options: &content, stored: stored_variants, known }.compose(variants)?;
        let draft = Self { slug, content, variants: composed.0, removed: composed.1 };
        draft.check(known)?;
        Ok(draft)
    }

    /// The stored product with one variant changed, or one more.
    pub(super) fn with_variant(
        stored: &Stored,
        id: Option<VariantId>,
        change: VariantChanges,
        known: &KnownPriceLists,
    ) -> Result<Self, WriteProductError> {
        let before = stored.variants.iter().find(|variant| Some(variant.id) == id);
        let content = change.apply_to(before.map(|before| before.content.clone()), known)?;
        let composition = Composition { options: &stored.product.content, stored: &stored.variants, known };
        let variant = composition.resolve(DraftVariant { id, content }).map_err(|inner| inner.under("options"))?;
        let mut variants: Vec<DraftVariant> = stored.variants.iter().map(as_is).collect();
        match variants.iter_mut().find(|known| id.is_some() && known.id == id) {
            Some(place) => *place = variant,
            None => variants.push(variant),
        }
        Self::of_variants(stored, variants, known)
    }

    /// The stored product without one of its variants.
    pub(super) fn without_variant(stored: &Stored, id: VariantId, known: &KnownPriceLists) -> Result<Self, WriteProductError> {
        Self::of_variants(stored, stored.variants.iter().filter(|variant| variant.id != id).map(as_is).collect(), known)
    }

    fn of_variants(stored: &Stored, variants: Vec<DraftVariant>, known: &KnownPriceLists) -> Result<Self, WriteProductError> {
        let slug = SlugWish::Exactly(stored.product.slug.clone());
        let draft = Self { slug, content: stored.product.content.clone(), variants, removed: Vec::new() };
        draft.check(known)?;
        Ok(draft)
    }

    fn check(&self, known: &KnownPriceLists) -> Result<(), WriteProductError> {
        let live = || self.variants.iter().filter(|variant| !variant.content.archived);
        if live().count() > MOST_VARIANTS {
            return Err(FieldErrors::of("variants", format!("must be at most {MOST_VARIANTS} variants")).into());
        }
        self.refuse_like_options()?;
        self.refuse_like_skus()?;
        let priced = |variant: &DraftVariant| variant.content.prices.iter().any(|price| price.price_list_id == known.default);
        let sells = live().any(|variant| variant.content.kind == VariantKind::External || priced(variant));
        if self.content.status == ProductStatus::Active && !sells && !self.content.sells_without_variants() {
            return Err(WriteProductError::NotSellable);
        }
        Ok(())
    }

    fn refuse_like_options(&self) -> Result<(), FieldErrors> {
        let mut keys = HashSet::new();
        let mut errors = FieldErrors::new();
        for (place, variant) in self.variants.iter().enumerate().filter(|(_, variant)| !variant.content.archived) {
            if !keys.insert(variant.content.options.key()) {
                errors.add(format!("variants.{place}.options"), "another variant has the same options");
            }
        }
        errors.finish(|| Some(()))
    }

    fn refuse_like_skus(&self) -> Result<(), WriteProductError> {
        let mut skus = BTreeMap::new();
        let mut fields = FieldErrors::new();
        for (place, variant) in self.variants.iter().enumerate() {
            if let Some(sku) = &variant.content.sku
                && skus.insert(sku, place).is_some()
            {
                fields.add(format!("variants.{place}.sku"), format!("{sku} is the SKU of another variant"));
            }
        }
        if fields.is_empty() { Ok(()) } else { Err(WriteProductError::SkuTaken { fields }) }
    }
}

/// What variants are composed of.
struct Composition<'a> {
    options: &'a ProductContent,
    stored: &'a [Variant],
    known: &'a KnownPriceLists,
}

type Composed = (Vec<DraftVariant>, Vec<VariantId>);

impl Composition<'_> {
    fn compose(&self, change: VariantsChange) -> Result<Composed, FieldErrors> {
        match change {
            VariantsChange::Keep => self.merge(Vec::new()),
            VariantsChange::Merge(changes) => self.merge(changes),
            VariantsChange::Replace(changes) => self.replace(changes),
        }
    }

    /// The named ones in their order, then those that are archived already.
    fn replace(&self, changes: Vec<VariantChanges>) -> Result<Composed, FieldErrors> {
        let named = self.named(changes, Absent::IsDefault)?;
        let kept: HashSet<VariantId> = named.iter().filter_map(|variant| variant.id).collect();
        let (archived, removed): (Vec<&Variant>, Vec<&Variant>) =
            self.stored.iter().filter(|variant| !kept.contains(&variant.id)).partition(|variant| variant.content.archived);
        let archived = archived.into_iter().map(as_is);
        Ok((named.into_iter().chain(archived).collect(), removed.into_iter().map(|variant| variant.id).collect()))
    }

    /// The stored ones in their order, changed where they are named, then the new ones.
    fn merge(&self, changes: Vec<VariantChanges>) -> Result<Composed, FieldErrors> {
        let mut new = Vec::new();
        let mut changed = BTreeMap::new();
        for variant in self.named(changes, Absent::Stays)? {
            match variant.id {
                Some(id) => drop(changed.insert(id, variant)),
                None => new.push(variant),
            }
        }
        let mut errors = FieldErrors::new();
        let mut variants = Vec::new();
        for stored in self.stored {
            let variant = changed.remove(&stored.id).unwrap_or_else(|| as_is(stored));
            let resolved = self.resolve(variant);
            variants.extend(resolved.map_err(|inner| errors.nest("options", inner.of_variant(stored))).ok());
        }
        variants.extend(new);
        errors.finish(|| Some((variants, Vec::new())))
    }

    /// The options of a live variant in the order and spelling of the product's.
    fn resolve(&self, variant: DraftVariant) -> Result<DraftVariant, FieldErrors> {
        if variant.content.archived {
            return Ok(variant);
        }
        let options = variant.content.options.resolve(&self.options.options)?;
        Ok(DraftVariant { content: VariantContent { options, ..variant.content }, ..variant })
    }

    fn named(&self, changes: Vec<VariantChanges>, absent: Absent) -> Result<Vec<DraftVariant>, FieldErrors> {
        if changes.len() > MOST_VARIANTS {
            return Err(FieldErrors::of("", format!("must be at most {MOST_VARIANTS} variants")).under("variants"));
        }
        let mut errors = FieldErrors::new();
        let mut used = HashSet::new();
        let mut variants = Vec::new();
        for (place, change) in changes.into_iter().enumerate() {
            match self.one(change, absent, &mut used) {
                Ok(variant) => variants.push(variant),
                Err(inner) => errors.nest(&format!("variants.{place}"), inner),
            }
        }
        errors.finish(|| Some(variants))
    }

    fn one(&self, change: VariantChanges, absent: Absent, used: &mut HashSet<VariantId>) -> Result<DraftVariant, FieldErrors> {
        let stored = self.find(&change, used)?;
        if let Some(stored) = stored
            && !used.insert(stored.id)
        {
            return Err(FieldErrors::of("", "is the same variant as another one here"));
        }
        let base = stored.filter(|_| absent == Absent::Stays).map(|stored| stored.content.clone());
        let content = change.apply_to(base, self.known)?;
        let variant = DraftVariant { id: stored.map(|stored| stored.id), content };
        self.resolve(variant).map_err(|inner| inner.under("options"))
    }

    /// The stored variant that is meant: by id, else by external reference, else by SKU, else by options.
    fn find(&self, change: &VariantChanges, used: &HashSet<VariantId>) -> Result<Option<&Variant>, FieldErrors> {
        if let Some(id) = change.id() {
            let found = self.stored.iter().find(|variant| variant.id == id);
            return found.map(Some).ok_or_else(|| FieldErrors::of("id", "unknown variant"));
        }
        let by_ref =
            || self.stored.iter().find(|variant| variant.content.external_refs.iter().any(|known| change.external_refs().contains(known)));
        let by_sku = || change.sku().and_then(|sku| self.stored.iter().find(|variant| variant.content.sku.as_deref() == Some(sku)));
        let options = change.options().cloned().unwrap_or_default().resolve(&self.options.options).ok();
        let by_options = || {
            let key = options.map(|options| options.key())?;
            let free = |variant: &&Variant| !variant.content.archived && !used.contains(&variant.id);
            self.stored.iter().filter(free).find(|variant| variant.content.options.key() == key)
        };
        Ok(by_ref().or_else(by_sku).or_else(by_options))
    }
}

fn as_is(variant: &Variant) -> DraftVariant {
    DraftVariant { id: Some(variant.id), content: variant.content.clone() }
}

/// Moves errors to where the reader looks for them.
trait Under {
    fn under(self, prefix: &str) -> FieldErrors;
    fn of_variant(self, variant: &Variant) -> FieldErrors;
}

impl Under for FieldErrors {
    fn under(self, prefix: &str) -> FieldErrors {
        let mut errors = Self::new();
        errors.nest(prefix, self);
        errors
    }

    /// A variant that was not named has no place in what came from outside; the message names it.
    fn of_variant(self, variant: &Variant) -> FieldErrors {
        FieldErrors::of("", format!("the variant {} does not fit: {self}", variant.id))
    }
}
