//! What becomes of the variants: which stored one each record means, and what it changes.

use std::collections::{BTreeSet, HashMap};

use kernel::{FieldErrors, MediaId, fold};

use super::merge::{external_refs, metadata, nullable, one_line, or_default, words};
use super::prices::PriceRules;
use crate::import::field::Field;
use crate::import::option_list::folded;
use crate::import::record::{OptionRecord, ProductRecord};
use crate::import::variant_record::{Amount, Backorder, VariantRecord};
use crate::variants::{MoneyInput, Variant, VariantChanges, VariantContent, VariantInput, VariantKind};

/// The tax class that no rate is ever given for: what is not taxed is in it.
pub(crate) const UNTAXED: &str = "none";

/// The stored variant that each record means, in the order of the records.
pub(super) struct Pairing<'a> {
    pub(super) of_records: Vec<Option<&'a Variant>>,
    /// Live variants that no record means.
    pub(super) unnamed: Vec<&'a Variant>,
}

impl<'a> Pairing<'a> {
    /// Recognises variants by external reference, then SKU; what is left over by option values.
    pub(super) fn new(record: &ProductRecord, stored: &'a [Variant]) -> Self {
        let by_name: Vec<Option<&Variant>> = record.variants.iter().map(|wanted| by_name(wanted, stored)).collect();
        let mut used: BTreeSet<_> = by_name.iter().flatten().map(|variant| variant.id).collect();
        let pair = |(wanted, named): (&VariantRecord, Option<&'a Variant>)| {
            let live = stored.iter().filter(|variant| !variant.content.archived && !used.contains(&variant.id));
            let found = named.or_else(|| by_options(wanted, live));
            used.extend(found.map(|variant| variant.id));
            found
        };
        let of_records: Vec<_> = record.variants.iter().zip(by_name).map(pair).collect();
        let unnamed = stored.iter().filter(|variant| !variant.content.archived && !used.contains(&variant.id)).collect();
        Self { of_records, unnamed }
    }

    /// Those that no record means and whose options are not those that the record gives the product: they were replaced.
    pub(super) fn outdated(&self, options: &Field<Vec<OptionRecord>>) -> Vec<&'a Variant> {
        let names: BTreeSet<String> = match options {
            Field::Keep => return Vec::new(),
            Field::Clear => BTreeSet::new(),
            Field::Set(options) => options.iter().map(|option| fold(&option.name)).collect(),
        };
        let names_of = |variant: &Variant| variant.content.options.iter().map(|(name, _)| fold(name)).collect::<BTreeSet<_>>();
        self.unnamed.iter().copied().filter(|variant| names_of(variant) != names).collect()
    }
}

fn by_name<'a>(wanted: &VariantRecord, stored: &'a [Variant]) -> Option<&'a Variant> {
    let is_called = |variant: &&Variant| {
        let refs = &variant.content.external_refs;
        wanted.external_refs.iter().any(|external| refs.iter().any(|known| known.source == external.source && known.id == external.id))
    };
    let sku = wanted.sku.get().map(|sku| sku.trim()).filter(|sku| !sku.is_empty());
    let by_sku = || stored.iter().find(|variant| sku.is_some() && variant.content.sku.as_deref() == sku);
    stored.iter().find(is_called).or_else(by_sku)
}

fn by_options<'a>(wanted: &VariantRecord, mut live: impl Iterator<Item = &'a Variant>) -> Option<&'a Variant> {
    let wanted: BTreeSet<_> = folded(&wanted.options).into_iter().collect();
    live.find(|variant| variant.content.options.iter().map(|(name, value)| (fold(name), fold(value))).collect::<BTreeSet<_>>() == wanted)
}

/// What variants are read with.
pub(super) struct VariantRules<'a> {
    pub(super) prices: PriceRules<'a>,
    /// Pictures of the product by the address that a record gives.
    pub(super) pictures: &'a HashMap<String, MediaId>,
    /// True where the record says what the options of the product are.
    pub(super) knows_options: bool,
}

impl VariantRules<'_> {
    /// The changes of one variant, or a new one.
    pub(super) fn changes(&self, wanted: &VariantRecord, stored: Option<&Variant>) -> Result<VariantChanges, FieldErrors> {
        let content = stored.map(|variant| &variant.content);
        let options = (!wanted.options.is_empty() || self.knows_options)
            .then(|| wanted.options.iter().map(|(name, value)| (one_line(name), one_line(value))).collect());
        let kind = or_default(&wanted.kind, VariantKind::Physical);
        let is_physical = kind.or(content.map(|content| content.kind)).unwrap_or(VariantKind::Physical).is_physical();
        let number = |field: &Field<u32>| nullable(field, |number| Some(i64::from(*number)));
        VariantChanges::parse(VariantInput {
            id: stored.map(|variant| variant.id.to_string()),
            sku: words(&wanted.sku),
            barcode: words(&wanted.barcode),
            options,
            kind: kind.map(|kind| kind.to_string()),
            requires_shipping: or_default(&wanted.requires_shipping, is_physical),
            tracked: or_default(&wanted.tracked, is_physical),
            backorder_limit: or_default(&wanted.backorder, Backorder::None).map(limit),
            low_stock_threshold: number(&wanted.low_stock_threshold),
            tax_class: tax_class(wanted, content),
            cost: nullable(&wanted.cost, |cost| Some(money(*cost))),
            weight_grams: number(&wanted.weight_grams),
            length_mm: number(&wanted.length_mm),
            width_mm: number(&wanted.width_mm),
            height_mm: number(&wanted.height_mm),
            media_id: self.picture(wanted),
            metadata: metadata(&wanted.metadata, content.map(|content| content.metadata.as_json())),
            external_refs: external_refs(&wanted.external_refs, content.map_or(&[], |content| &content.external_refs)),
            prices: self.prices.changes(&wanted.prices, content.map_or(&[], |content| &content.prices))?,
            archived: content.filter(|content| content.archived).map(|_| false),
            ..VariantInput::default()
        })
    }

    /// The picture by its address; one that is not there yet follows once the product is.
    fn picture(&self, wanted: &VariantRecord) -> Option<Option<String>> {
        match words(&wanted.media_url)? {
            None => Some(None),
            Some(url) => self.pictures.get(&url).map(|id| Some(id.to_string())),
        }
    }
}

/// A variant that is sold no more.
pub(super) fn archived(variant: &Variant) -> VariantInput {
    VariantInput { id: Some(variant.id.to_string()), archived: Some(true), ..VariantInput::default() }
}

/// What is not taxed is in a class without rates; what is taxed again goes back to the standard one.
fn tax_class(wanted: &VariantRecord, stored: Option<&VariantContent>) -> Option<String> {
    let was_untaxed = stored.is_some_and(|content| content.tax_class == UNTAXED);
    let standard = || VariantContent::STANDARD_TAX_CLASS.to_owned();
    let class = or_default(&wanted.tax_class, standard()).map(|class| if class.trim().is_empty() { standard() } else { class });
    match or_default(&wanted.taxable, true) {
        Some(false) => Some(UNTAXED.to_owned()),
        Some(true) => class.or_else(|| was_untaxed.then(standard)),
        // A class by itself does not make taxable what is not.
        None if was_untaxed => None,
        None => class,
    }
}

fn limit(backorder: Backorder) -> Option<i64> {
    match backorder {
        Backorder::None => Some(0),
        Backorder::Limit(most) => Some(i64::from(most)),
        Backorder::Unlimited => None,
    }
}

pub(super) fn money(amount: Amount) -> MoneyInput {
    let money = amount.money();
    MoneyInput { amount: money.minor(), currency: money.currency().code().to_owned() }
}
