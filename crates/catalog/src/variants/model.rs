//! What a variant is.

use kernel::{MediaId, Money, ProductId, Timestamp, VariantId, text_enum};
use serde::Serialize;

use super::options::VariantOptions;
use super::prices::{Price, as_optional_amount};
use crate::products::{ExternalRef, Metadata};

text_enum! {
    /// What kind of thing a variant is.
    pub enum VariantKind {
        /// A thing that lies on a shelf and is shipped.
        Physical = "physical",
        /// A file or licence.
        Digital = "digital",
        /// Work that is done for the customer.
        Service = "service",
        /// Money to be spent later.
        GiftCard = "gift_card",
        /// Sold somewhere else: a link, never in a cart.
        External = "external",
    }
}

impl VariantKind {
    /// True for what is counted and needs an address, unless a variant says otherwise.
    #[must_use]
    pub const fn is_physical(self) -> bool {
        matches!(self, Self::Physical)
    }
}

/// What people write about a variant. Only parsed input and rows become one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct VariantContent {
    /// Stock keeping unit; no two variants share one.
    pub sku: Option<String>,
    /// GTIN, EAN, UPC or ISBN.
    pub barcode: Option<String>,
    /// A value of each option of the product.
    pub options: VariantOptions,
    /// What kind of thing it is.
    pub kind: VariantKind,
    /// True where it needs an address.
    pub requires_shipping: bool,
    /// True where its stock is counted.
    pub tracked: bool,
    /// How many pieces may be sold beyond those in stock: 0 none, `None` without limit.
    pub backorder_limit: Option<i64>,
    /// At this many pieces it is called low.
    pub low_stock_threshold: Option<i64>,
    /// Which tax rates apply.
    pub tax_class: String,
    /// What it costs the shop.
    #[serde(serialize_with = "as_optional_amount")]
    pub cost: Option<Money>,
    /// Weight of one piece.
    pub weight_grams: Option<i64>,
    /// Length of one piece.
    pub length_mm: Option<i64>,
    /// Width of one piece.
    pub width_mm: Option<i64>,
    /// Height of one piece.
    pub height_mm: Option<i64>,
    /// The picture of the product that shows it.
    pub media_id: Option<MediaId>,
    /// Facts for programs.
    pub metadata: Metadata,
    /// What other systems call it.
    pub external_refs: Vec<ExternalRef>,
    /// What it costs, by price list, quantity and time.
    pub prices: Vec<Price>,
    /// True where it is sold no more.
    pub archived: bool,
}

impl VariantContent {
    /// The tax class of most things.
    pub const STANDARD_TAX_CLASS: &'static str = "standard";

    /// A new variant of this kind.
    #[must_use]
    pub fn of_kind(kind: VariantKind) -> Self {
        Self {
            sku: None,
            barcode: None,
            options: VariantOptions::default(),
            kind,
            requires_shipping: kind.is_physical(),
            tracked: kind.is_physical(),
            backorder_limit: Some(0),
            low_stock_threshold: None,
            tax_class: Self::STANDARD_TAX_CLASS.to_owned(),
            cost: None,
            weight_grams: None,
            length_mm: None,
            width_mm: None,
            height_mm: None,
            media_id: None,
            metadata: Metadata::default(),
            external_refs: Vec::new(),
            prices: Vec::new(),
            archived: false,
        }
    }
}

/// A variant of a product.
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Its id.
    pub id: VariantId,
    /// The product.
    pub product_id: ProductId,
    /// Its place among the variants.
    pub position: i64,
    /// What people write about it.
    pub content: VariantContent,
    /// Since when it is sold no more.
    pub archived_at: Option<Timestamp>,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// By whom it was made.
    pub created_by: String,
    /// By whom it was changed last.
    pub updated_by: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_things_are_counted_and_sent() {
        for kind in VariantKind::ALL {
            let content = VariantContent::of_kind(*kind);
            let is_thing = *kind == VariantKind::Physical;
            assert_eq!((content.tracked, content.requires_shipping, content.kind), (is_thing, is_thing, *kind));
        }
    }
}
