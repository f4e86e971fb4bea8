//! A product of the shop, written as a record that import reads.

use std::collections::HashMap;

use kernel::{MediaId, PriceListId, ProductId, Slug, VariantId};

use crate::import::{
    Amount, Backorder, ExternalRef, Field, MediaRecord, MetadataPatch, OptionRecord, PriceRecord, ProductRecord, Reference, Relations, Seo,
    UNTAXED, VariantRecord,
};
use crate::media::{Media, MediaSource};
use crate::products::{self, LoadedProduct, Metadata, ProductContent, ProductOption, RelationKind};
use crate::variants::{Price, Variant, VariantContent};

/// What was looked up for the products of a page.
pub(super) struct LookedUp {
    /// The list of prices that name none.
    pub(super) default_list: PriceListId,
    /// What programs call the price lists.
    pub(super) lists: HashMap<PriceListId, String>,
    /// The slugs of products that others point at.
    pub(super) slugs: HashMap<ProductId, Slug>,
    /// What lies at the default location.
    pub(super) on_hand: HashMap<VariantId, i64>,
}

/// Says all of a product, null for what it has not: read into a shop that has the product, it becomes what it is here.
pub(super) fn product(loaded: &LoadedProduct, variants: &[Variant], media: &[Media], found: &LookedUp) -> ProductRecord {
    let content = &loaded.product.content;
    let paths = loaded.categories.iter().map(|category| category.breadcrumbs.iter().map(|crumb| crumb.name.clone()).collect());
    let pictures: HashMap<MediaId, &Media> = media.iter().map(|media| (media.id, media)).collect();
    ProductRecord {
        slug: Some(loaded.product.slug.clone()),
        title: content.title.clone().into(),
        description: Field::present(Some(content.description.clone()).filter(|text| !text.is_empty())),
        status: content.status.into(),
        brand: Field::present(content.brand.clone()),
        tags: all(content.tags.clone()),
        seo: Seo { title: Field::present(content.seo_title.clone()), description: Field::present(content.seo_description.clone()) },
        attributes: content.attributes.iter().map(|(name, values)| (name.to_owned(), values.to_vec())).collect(),
        metadata: metadata(&content.metadata),
        categories: all(paths.collect()),
        options: all(content.options.iter().map(option).collect()),
        variants: variants.iter().map(|of| variant(of, &pictures, found)).collect(),
        media: all(media.iter().filter_map(picture).collect()),
        relations: relations(content, found),
        external_refs: external_refs(&content.external_refs),
        external_url: Field::present(content.external_url.clone()),
        external_button_text: Field::present(content.external_button_text.clone()),
    }
}

/// A list, or null where it is empty.
fn all<T>(list: Vec<T>) -> Field<Vec<T>> {
    Field::present(Some(list).filter(|list| !list.is_empty()))
}

fn metadata(stored: &Metadata) -> MetadataPatch {
    let entries = stored.as_json().as_object().into_iter().flatten();
    // Null says that a key is to be removed: import cannot be told to keep one.
    entries.filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn option(option: &ProductOption) -> OptionRecord {
    OptionRecord { name: option.name().to_owned(), values: option.values().to_vec() }
}

/// A picture elsewhere; files of this shop cannot be fetched by others.
fn picture(media: &Media) -> Option<MediaRecord> {
    let url = url_of(media)?.to_owned();
    Some(MediaRecord { url, position: None, alt: Some(media.alt.clone()).filter(|alt| !alt.is_empty()) })
}

fn url_of(media: &Media) -> Option<&str> {
    match &media.source {
        MediaSource::Remote(url) => Some(url),
        MediaSource::File { .. } => None,
    }
}

fn relations(content: &ProductContent, found: &LookedUp) -> Relations {
    let of = |kind: RelationKind| {
        let products = content.relations.iter().filter(|relation| relation.kind == kind);
        all(products.filter_map(|relation| found.slugs.get(&relation.product_id)).cloned().map(Reference::Slug).collect())
    };
    Relations { grouped: of(RelationKind::Grouped), upsell: of(RelationKind::Upsell), cross_sell: of(RelationKind::CrossSell) }
}

fn external_refs(stored: &[products::ExternalRef]) -> Vec<ExternalRef> {
    stored.iter().map(|known| ExternalRef::new(known.source.as_str(), known.id.as_str())).collect()
}

fn variant(variant: &Variant, pictures: &HashMap<MediaId, &Media>, found: &LookedUp) -> VariantRecord {
    let content = &variant.content;
    let (taxable, tax_class) = tax(content);
    VariantRecord {
        sku: Field::present(content.sku.clone()),
        barcode: Field::present(content.barcode.clone()),
        options: content.options.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        kind: content.kind.into(),
        requires_shipping: content.requires_shipping.into(),
        tracked: content.tracked.into(),
        backorder: backorder(content.backorder_limit).into(),
        tax_class,
        taxable: taxable.into(),
        prices: all(content.prices.iter().filter(|price| !price.derived).filter_map(|of| price(of, found)).collect()),
        cost: Field::present(content.cost.and_then(amount)),
        weight_grams: number(content.weight_grams),
        length_mm: number(content.length_mm),
        width_mm: number(content.width_mm),
        height_mm: number(content.height_mm),
        low_stock_threshold: number(content.low_stock_threshold),
        on_hand: on_hand(variant, found),
        media_url: media_url(content, pictures),
        external_refs: external_refs(&content.external_refs),
        metadata: metadata(&content.metadata),
        position: None,
    }
}

fn tax(content: &VariantContent) -> (bool, Field<String>) {
    match content.tax_class.as_str() {
        UNTAXED => (false, Field::Clear),
        VariantContent::STANDARD_TAX_CLASS => (true, Field::Clear),
        class => (true, class.to_owned().into()),
    }
}

fn backorder(limit: Option<i64>) -> Backorder {
    match limit.map(u32::try_from) {
        None => Backorder::Unlimited,
        Some(Ok(0) | Err(_)) => Backorder::None,
        Some(Ok(most)) => Backorder::Limit(most),
    }
}

fn price(price: &Price, found: &LookedUp) -> Option<PriceRecord> {
    let list = Some(price.price_list_id).filter(|list| *list != found.default_list);
    Some(PriceRecord {
        price_list: list.map(|list| found.lists.get(&list).cloned().unwrap_or_default()),
        min_quantity: u32::try_from(price.min_quantity).ok()?,
        amount: amount(price.amount)?,
        compare_at: price.compare_at.and_then(amount),
        starts_at: price.starts_at,
        ends_at: price.ends_at,
    })
}

/// What is stored is never negative.
fn amount(money: kernel::Money) -> Option<Amount> {
    Amount::new(money.minor(), money.currency()).ok()
}

fn number(stored: Option<i64>) -> Field<u32> {
    Field::present(stored.and_then(|number| u32::try_from(number).ok()))
}

/// What is owed to customers is no stock that could be set: nothing is said of it.
fn on_hand(variant: &Variant, found: &LookedUp) -> Field<u32> {
    if !variant.content.tracked {
        return Field::Keep;
    }
    let pieces = found.on_hand.get(&variant.id).copied().unwrap_or(0);
    u32::try_from(pieces).map_or(Field::Keep, Field::Set)
}

fn media_url(content: &VariantContent, pictures: &HashMap<MediaId, &Media>) -> Field<String> {
    match content.media_id.map(|id| pictures.get(&id).and_then(|media| url_of(media))) {
        None => Field::Clear,
        Some(None) => Field::Keep,
        Some(Some(url)) => url.to_owned().into(),
    }
}
