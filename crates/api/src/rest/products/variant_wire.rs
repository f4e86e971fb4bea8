//! Variants as clients send them.

use std::collections::BTreeMap;

use catalog::variants::{MoneyInput, PriceInput, VariantChanges, VariantInput};
use kernel::FieldErrors;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::wire::{ExternalRefIn, refs};
use crate::rest::carts::present;
use crate::rest::money::MoneyIn;
use crate::schema;

/// A whole variant; what is absent gets its default.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VariantIn {
    /// Which one (`var_…`), where a product is replaced; absent: a new one, or the one of this reference, SKU or options.
    #[schema(value_type = Option<schema::VariantId>)]
    pub(super) id: Option<String>,
    /// Stock keeping unit; no two variants of the shop share one.
    #[schema(min_length = 1, max_length = 255)]
    sku: Option<String>,
    /// GTIN, EAN, UPC or ISBN.
    #[schema(min_length = 1, max_length = 255)]
    barcode: Option<String>,
    /// A value of each option of the product: `{"Color": "Red"}`.
    options: Option<BTreeMap<String, String>>,
    /// `physical` (the default), `digital`, `service`, `gift_card` or `external`.
    #[schema(value_type = Option<schema::VariantKind>)]
    kind: Option<String>,
    /// True where it needs an address. Absent: as its kind says.
    requires_shipping: Option<bool>,
    /// True where its stock is counted. Absent: as its kind says.
    tracked: Option<bool>,
    /// How many pieces may be sold beyond those in stock: 0 (the default) none, `null` without limit.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    backorder_limit: Option<Option<i64>>,
    /// At this many pieces it is called low.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    low_stock_threshold: Option<i64>,
    /// Which tax rates apply. Absent: `standard`.
    #[schema(min_length = 1, max_length = 64)]
    tax_class: Option<String>,
    /// What it costs the shop.
    cost: Option<MoneyIn>,
    /// Weight of one piece.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    weight_grams: Option<i64>,
    /// Length of one piece.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    length_mm: Option<i64>,
    /// Width of one piece.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    width_mm: Option<i64>,
    /// Height of one piece.
    #[schema(minimum = 0, maximum = 1_000_000_000)]
    height_mm: Option<i64>,
    /// The picture of the product that shows it (`media_…`).
    #[schema(value_type = Option<schema::MediaId>)]
    media_id: Option<String>,
    /// Facts for programs: an object of at most 16 KiB and 8 levels.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
    /// What other systems call it.
    #[schema(max_items = 20)]
    external_refs: Option<Vec<ExternalRefIn>>,
    /// What one piece costs in the default price list; not together with `prices`.
    price: Option<MoneyIn>,
    /// What that is compared with.
    compare_at_price: Option<MoneyIn>,
    /// All its prices.
    #[schema(max_items = 100)]
    prices: Option<Vec<PriceIn>>,
    /// True where it is sold no more.
    archived: Option<bool>,
}

/// What changes of a variant; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VariantPatch {
    /// Which one (`var_…`), where a product is changed; absent: the one of this reference, SKU or options, or a new one.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = schema::VariantId)]
    pub(super) id: Option<String>,
    /// Stock keeping unit; `null`: none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    sku: Option<Option<String>>,
    /// GTIN, EAN, UPC or ISBN; `null`: none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    barcode: Option<Option<String>>,
    /// A value of each option of the product.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    options: Option<BTreeMap<String, String>>,
    /// `physical`, `digital`, `service`, `gift_card` or `external`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = schema::VariantKind)]
    kind: Option<String>,
    /// True where it needs an address.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    requires_shipping: Option<bool>,
    /// True where its stock is counted.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    tracked: Option<bool>,
    /// How many pieces may be sold beyond those in stock: 0 none, `null` without limit.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    backorder_limit: Option<Option<i64>>,
    /// At this many pieces it is called low; `null`: as the shop's setting says.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    low_stock_threshold: Option<Option<i64>>,
    /// Which tax rates apply.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 64)]
    tax_class: Option<String>,
    /// What it costs the shop; `null`: unknown.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<MoneyIn>)]
    cost: Option<Option<MoneyIn>>,
    /// Weight of one piece; `null`: unknown.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    weight_grams: Option<Option<i64>>,
    /// Length of one piece; `null`: unknown.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    length_mm: Option<Option<i64>>,
    /// Width of one piece; `null`: unknown.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    width_mm: Option<Option<i64>>,
    /// Height of one piece; `null`: unknown.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 0, maximum = 1_000_000_000)]
    height_mm: Option<Option<i64>>,
    /// The picture of the product that shows it (`media_…`); `null`: none of its own.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<schema::MediaId>)]
    media_id: Option<Option<String>>,
    /// All facts for programs.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Object>, nullable = false)]
    metadata: Option<Value>,
    /// What other systems call it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_items = 20)]
    external_refs: Option<Vec<ExternalRefIn>>,
    /// What one piece costs in the default price list; `null`: it has no price there. Not together with `prices`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<MoneyIn>)]
    price: Option<Option<MoneyIn>>,
    /// What that is compared with; `null`: nothing.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<MoneyIn>)]
    compare_at_price: Option<Option<MoneyIn>>,
    /// All its prices.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_items = 100)]
    prices: Option<Vec<PriceIn>>,
    /// True where it is sold no more.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    archived: Option<bool>,
    /// Its version, where no `If-Match` is sent; not where a product is changed.
    pub(super) version: Option<i64>,
}

/// A price of one price list, from a quantity on, within a time.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceIn {
    /// The price list (`plist_…`). Absent: the default channel's.
    #[schema(value_type = Option<schema::PriceListId>)]
    price_list_id: Option<String>,
    /// From this quantity on. Absent: 1.
    #[schema(minimum = 1, maximum = 9999)]
    min_quantity: Option<i64>,
    /// What one piece costs.
    amount: MoneyIn,
    /// What that is compared with.
    compare_at: Option<MoneyIn>,
    /// It holds from then on.
    #[schema(format = DateTime)]
    starts_at: Option<String>,
    /// It holds no more from then on.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    /// True where it comes back as it was read: it is computed anew. Without it, a price in a list that derives becomes the variant's own.
    #[serde(default)]
    derived: bool,
}

impl From<PriceIn> for PriceInput {
    fn from(price: PriceIn) -> Self {
        let PriceIn { price_list_id, min_quantity, amount, compare_at, starts_at, ends_at, derived } = price;
        let compare_at = compare_at.map(MoneyInput::from);
        Self { price_list_id, min_quantity, amount: amount.into(), compare_at, starts_at, ends_at, derived }
    }
}

fn prices(raw: Vec<PriceIn>) -> Vec<PriceInput> {
    raw.into_iter().map(PriceInput::from).collect()
}

impl VariantIn {
    /// As a variant of its own, which is new.
    pub(super) fn parse(self) -> Result<VariantChanges, FieldErrors> {
        if self.id.is_some() {
            return Err(FieldErrors::of("id", "is not a field of this request"));
        }
        VariantChanges::parse(self.input())
    }

    /// What is absent is absent here, too: a new variant has defaults of its own.
    pub(super) fn input(self) -> VariantInput {
        VariantInput {
            id: self.id,
            sku: self.sku.map(Some),
            barcode: self.barcode.map(Some),
            options: self.options.map(|options| options.into_iter().collect()),
            kind: self.kind,
            requires_shipping: self.requires_shipping,
            tracked: self.tracked,
            backorder_limit: self.backorder_limit,
            low_stock_threshold: self.low_stock_threshold.map(Some),
            tax_class: self.tax_class,
            cost: self.cost.map(|cost| Some(cost.into())),
            weight_grams: self.weight_grams.map(Some),
            length_mm: self.length_mm.map(Some),
            width_mm: self.width_mm.map(Some),
            height_mm: self.height_mm.map(Some),
            media_id: self.media_id.map(Some),
            metadata: self.metadata,
            external_refs: self.external_refs.map(refs),
            price: self.price.map(|price| Some(price.into())),
            compare_at_price: self.compare_at_price.map(|price| Some(price.into())),
            prices: self.prices.map(prices),
            archived: self.archived,
        }
    }
}

impl VariantPatch {
    /// As changes of the variant that the path names.
    pub(super) fn parse(self) -> Result<VariantChanges, FieldErrors> {
        if self.id.is_some() {
            return Err(FieldErrors::of("id", "is not a field of this request"));
        }
        VariantChanges::parse(self.input())
    }

    /// What is absent stays, what is null is emptied.
    pub(super) fn input(self) -> VariantInput {
        let money = |raw: Option<Option<MoneyIn>>| raw.map(|raw| raw.map(MoneyInput::from));
        VariantInput {
            id: self.id,
            sku: self.sku,
            barcode: self.barcode,
            options: self.options.map(|options| options.into_iter().collect()),
            kind: self.kind,
            requires_shipping: self.requires_shipping,
            tracked: self.tracked,
            backorder_limit: self.backorder_limit,
            low_stock_threshold: self.low_stock_threshold,
            tax_class: self.tax_class,
            cost: money(self.cost),
            weight_grams: self.weight_grams,
            length_mm: self.length_mm,
            width_mm: self.width_mm,
            height_mm: self.height_mm,
            media_id: self.media_id,
            metadata: self.metadata,
            external_refs: self.external_refs.map(refs),
            price: money(self.price),
            compare_at_price: money(self.compare_at_price),
            prices: self.prices.map(prices),
            archived: self.archived,
        }
    }
}
