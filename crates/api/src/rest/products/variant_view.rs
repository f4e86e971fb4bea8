//! A variant as everybody sees it, and what staff see beyond that: costs, numbers, and prices of other times and lists.

use catalog::assortment::StockedVariant;
use catalog::listing::Audience;
use catalog::variants::Price;
use kernel::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::view::{ExternalRefView, refs};
use crate::rest::money::MoneyView;
use crate::schema;

/// A variant: what is actually bought.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VariantView {
    /// Its id (`var_…`).
    #[schema(value_type = schema::VariantId)]
    id: String,
    /// Grows with each change of its own.
    version: i64,
    /// Its product (`prod_…`).
    #[schema(value_type = schema::ProductId)]
    product_id: String,
    /// Its place among the variants, from 0.
    position: i64,
    /// The values of its options: `Red / L`.
    title: String,
    /// `{"Color": "Red"}`.
    #[schema(value_type = Object)]
    options: Value,
    /// Stock keeping unit.
    sku: Option<String>,
    /// GTIN, EAN, UPC or ISBN.
    barcode: Option<String>,
    /// `physical`, `digital`, `service`, `gift_card` or `external`.
    #[schema(value_type = schema::VariantKind)]
    kind: &'static str,
    /// True where it needs an address.
    requires_shipping: bool,
    /// Which tax rates apply.
    tax_class: String,
    /// What one piece costs now.
    price: Option<MoneyView>,
    /// What that is compared with.
    compare_at_price: Option<MoneyView>,
    /// `in_stock`, `low`, `backorder` or `out`.
    #[schema(value_type = schema::Availability)]
    availability: &'static str,
    /// Weight of one piece.
    weight_grams: Option<i64>,
    /// Length of one piece.
    length_mm: Option<i64>,
    /// Width of one piece.
    width_mm: Option<i64>,
    /// Height of one piece.
    height_mm: Option<i64>,
    /// The picture that shows it.
    #[schema(value_type = Option<schema::MediaId>)]
    media_id: Option<String>,
    /// What only staff see; its members stand beside the others.
    #[serde(flatten)]
    #[schema(inline)]
    staff: StaffVariantView,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// What of a variant only callers with `products:read` see; absent for all others.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct StaffVariantView {
    /// True where it is sold no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    archived: Option<bool>,
    /// True where its stock is counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    tracked: Option<bool>,
    /// How many pieces may be sold beyond those in stock: 0 none, null without limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    backorder_limit: Option<Option<i64>>,
    /// At this many pieces it is called low.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    low_stock_threshold: Option<Option<i64>>,
    /// What it costs the shop.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MoneyView>)]
    cost: Option<Option<MoneyView>>,
    /// All its prices, by price list, quantity and time.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    prices: Option<Vec<PriceView>>,
    /// Facts for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    metadata: Option<Value>,
    /// What other systems call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external_refs: Option<Vec<ExternalRefView>>,
}

/// A price of one price list, from a quantity on, within a time.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PriceView {
    /// The price list (`plist_…`).
    #[schema(value_type = schema::PriceListId)]
    price_list_id: String,
    /// From this quantity on.
    min_quantity: i64,
    /// What one piece costs.
    amount: MoneyView,
    /// What that is compared with.
    compare_at: Option<MoneyView>,
    /// It holds from then on.
    #[schema(value_type = Option<String>, format = DateTime)]
    starts_at: Option<Timestamp>,
    /// It holds no more from then on.
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Timestamp>,
    /// True where it is computed from a price of another list; else it is the variant's own.
    derived: bool,
}

impl VariantView {
    /// The variant as this audience may see it.
    pub(super) fn of(stocked: StockedVariant, audience: Audience) -> Self {
        let StockedVariant { variant, availability, price } = stocked;
        let content = &variant.content;
        Self {
            id: variant.id.to_string(),
            version: variant.version,
            product_id: variant.product_id.to_string(),
            position: variant.position,
            title: content.options.title(),
            options: content.options.to_json(),
            sku: content.sku.clone(),
            barcode: content.barcode.clone(),
            kind: content.kind.as_str(),
            requires_shipping: content.requires_shipping,
            tax_class: content.tax_class.clone(),
            price: price.map(|step| step.amount.into()),
            compare_at_price: price.and_then(|step| step.compare_at).map(MoneyView::from),
            availability: availability.as_str(),
            weight_grams: content.weight_grams,
            length_mm: content.length_mm,
            width_mm: content.width_mm,
            height_mm: content.height_mm,
            media_id: content.media_id.map(|id| id.to_string()),
            created_at: variant.created_at,
            updated_at: variant.updated_at,
            staff: if audience == Audience::Staff { StaffVariantView::of(variant.content) } else { StaffVariantView::default() },
        }
    }
}

impl StaffVariantView {
    fn of(content: catalog::variants::VariantContent) -> Self {
        Self {
            archived: Some(content.archived),
            tracked: Some(content.tracked),
            backorder_limit: Some(content.backorder_limit),
            low_stock_threshold: Some(content.low_stock_threshold),
            cost: Some(content.cost.map(MoneyView::from)),
            prices: Some(content.prices.iter().map(PriceView::from).collect()),
            metadata: Some(content.metadata.as_json().clone()),
            external_refs: Some(refs(content.external_refs)),
        }
    }
}

impl From<&Price> for PriceView {
    fn from(price: &Price) -> Self {
        Self {
            price_list_id: price.price_list_id.to_string(),
            min_quantity: price.min_quantity,
            amount: price.amount.into(),
            compare_at: price.compare_at.map(MoneyView::from),
            starts_at: price.starts_at,
            ends_at: price.ends_at,
            derived: price.derived,
        }
    }
}
