//! What a record makes of a product: its own fields and its variants. Pure.

use std::collections::HashMap;

use kernel::{FieldErrors, MediaId, VariantId};

use super::prices::PriceRules;
use super::product::{self, LookedUp};
use super::variants::{self, Pairing, VariantRules};
use crate::assortment::{Saved, VariantsChange};
use crate::import::field::Field;
use crate::import::record::ProductRecord;
use crate::import::variant_record::VariantRecord;
use crate::products::{Product, ProductChanges};
use crate::variants::{Variant, VariantChanges};

/// A record with what was looked up for it.
pub(super) struct Plan<'a> {
    pub(super) record: &'a ProductRecord,
    pub(super) found: LookedUp,
    pub(super) prices: PriceRules<'a>,
    /// The pictures of variants by the address that the record gives.
    pub(super) pictures: HashMap<String, MediaId>,
}

/// Which variants records mean, and what was there before.
#[derive(Debug, Default)]
pub(super) struct Paired {
    of_records: Vec<Option<VariantId>>,
    before: Vec<VariantId>,
    /// Variants that are sold no more, because they do not fit the options that the record gives the product.
    pub(super) archived: Vec<String>,
}

impl Plan<'_> {
    /// The product and its variants to be made.
    pub(super) fn new_product(&self) -> Result<(ProductChanges, Vec<VariantChanges>), FieldErrors> {
        let mut errors = FieldErrors::new();
        let product = product::changes(self.record, None, &[], &self.found).map_err(|inner| errors.nest("", inner)).ok();
        let variants = self.variants(&vec![None; self.record.variants.len()], &mut errors);
        errors.finish(|| Some((product?, variants)))
    }

    /// The changes of a stored product, and which of its variants are meant.
    pub(super) fn changes(
        &self,
        stored: &Product,
        variants: &[Variant],
    ) -> Result<((ProductChanges, VariantsChange), Paired), FieldErrors> {
        let mut errors = FieldErrors::new();
        let pairing = Pairing::new(self.record, variants);
        let outdated = pairing.outdated(&self.record.options);
        let kept: Vec<&Variant> =
            pairing.unnamed.iter().copied().filter(|variant| outdated.iter().all(|other| other.id != variant.id)).collect();
        let product = product::changes(self.record, Some(stored), &kept, &self.found).map_err(|inner| errors.nest("", inner)).ok();
        let mut changes = self.variants(&pairing.of_records, &mut errors);
        changes.extend(outdated.iter().filter_map(|variant| VariantChanges::parse(variants::archived(variant)).ok()));
        let paired = Paired {
            of_records: pairing.of_records.iter().map(|known| known.map(|variant| variant.id)).collect(),
            before: variants.iter().map(|variant| variant.id).collect(),
            archived: outdated.iter().map(|variant| variant.content.options.title()).collect(),
        };
        errors.finish(|| Some(((product?, VariantsChange::Merge(changes)), paired)))
    }

    fn variants(&self, stored: &[Option<&Variant>], errors: &mut FieldErrors) -> Vec<VariantChanges> {
        let knows_options = self.record.options != Field::Keep;
        let rules = VariantRules { prices: self.prices, pictures: &self.pictures, knows_options };
        let pairs = self.record.variants.iter().zip(stored).enumerate();
        let changes = pairs.map(|(place, (wanted, stored))| {
            rules.changes(wanted, *stored).map_err(|inner| errors.nest(&format!("variants.{place}"), inner))
        });
        changes.filter_map(Result::ok).collect()
    }
}

impl Paired {
    /// The records with their variants as they were written: stored ones by id, new ones in the order of the record.
    pub(super) fn variants<'a>(&self, record: &'a ProductRecord, saved: &'a Saved) -> Vec<(&'a VariantRecord, &'a Variant)> {
        let mut new = saved.variants.iter().filter(|variant| !self.before.contains(&variant.id));
        let known = self.of_records.iter().copied().chain(std::iter::repeat(None));
        let of = |(wanted, known): (&'a VariantRecord, Option<VariantId>)| {
            let variant = match known {
                Some(id) => saved.variants.iter().find(|variant| variant.id == id),
                None => new.next(),
            };
            variant.map(|variant| (wanted, variant))
        };
        record.variants.iter().zip(known).filter_map(of).collect()
    }
}
