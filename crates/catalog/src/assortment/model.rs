//! A product with everything that belongs to it.

use kernel::{PriceListId, Timestamp};

use crate::inventory::Availability;
use crate::media::Media;
use crate::products::{CategoryOfProduct, Product};
use crate::variants::{DatedPrice, PriceStep, Variant, steps_at};

/// A variant with what it costs now and what a product page says about its stock.
#[derive(Debug, Clone, PartialEq)]
pub struct StockedVariant {
    /// The variant.
    pub variant: Variant,
    /// What a product page says.
    pub availability: Availability,
    /// What one piece costs now in the default channel.
    pub price: Option<PriceStep>,
}

/// A product with everything that belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductDocument {
    /// The product.
    pub product: Product,
    /// Its variants in order.
    pub variants: Vec<StockedVariant>,
    /// Its categories with the ways to them, in its order.
    pub categories: Vec<CategoryOfProduct>,
    /// Its pictures in order.
    pub media: Vec<Media>,
}

impl ProductDocument {
    /// The best that can be said of its live variants.
    #[must_use]
    pub fn availability(&self) -> Availability {
        let live = self.variants.iter().filter(|stocked| !stocked.variant.content.archived);
        live.map(|stocked| stocked.availability).min().unwrap_or(Availability::Out)
    }
}

/// What one piece costs at a moment in a price list.
pub(super) fn price_now(variant: &Variant, list: PriceListId, now: Timestamp) -> Option<PriceStep> {
    let dated: Vec<DatedPrice> =
        variant.content.prices.iter().filter(|price| price.price_list_id == list).map(crate::variants::Price::dated).collect();
    steps_at(&dated, now).into_iter().find(|step| step.min_quantity == 1)
}
