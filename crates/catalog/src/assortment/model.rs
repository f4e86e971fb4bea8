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

#[cfg(test)]
mod tests {
    use kernel::{Currency, Money, ProductId, Slug, VariantId};

    use super::*;
    use crate::products::ProductContent;
    use crate::variants::{Price, VariantContent, VariantKind};

    fn variant(archived: bool, prices: Vec<Price>) -> Variant {
        let mut content = VariantContent::of_kind(VariantKind::Physical);
        (content.archived, content.prices) = (archived, prices);
        let (now, nobody) = (Timestamp::default(), String::new());
        Variant {
            id: VariantId::generate(),
            product_id: ProductId::generate(),
            position: 0,
            content,
            archived_at: None,
            version: 1,
            created_at: now,
            updated_at: now,
            created_by: nobody.clone(),
            updated_by: nobody,
        }
    }

    fn document(stocks: &[(bool, Availability)]) -> ProductDocument {
        let (now, nobody) = (Timestamp::default(), String::new());
        let stocked = |(archived, availability): &(bool, Availability)| StockedVariant {
            variant: variant(*archived, Vec::new()),
            availability: *availability,
            price: None,
        };
        let product = Product {
            id: ProductId::generate(),
            slug: Slug::parse("mug").expect("a slug"),
            content: ProductContent::default(),
            version: 1,
            created_at: now,
            updated_at: now,
            created_by: nobody.clone(),
            updated_by: nobody,
        };
        ProductDocument { product, variants: stocks.iter().map(stocked).collect(), categories: Vec::new(), media: Vec::new() }
    }

    #[test]
    fn a_product_is_as_available_as_the_best_variant_that_is_sold() {
        use Availability::{Backorder, InStock, Low, Out};
        assert_eq!(document(&[(false, Out), (false, Low), (false, Backorder)]).availability(), Low);
        assert_eq!(document(&[(true, InStock), (false, Backorder)]).availability(), Backorder);
        assert_eq!(document(&[(true, InStock)]).availability(), Out);
        assert_eq!(document(&[]).availability(), Out);
    }

    #[test]
    fn a_product_page_shows_what_one_piece_costs_in_its_list() {
        let (list, other) = (PriceListId::generate(), PriceListId::generate());
        let price = |price_list_id, min_quantity, minor| Price {
            price_list_id,
            min_quantity,
            amount: Money::new(minor, Currency::USD),
            compare_at: None,
            starts_at: None,
            ends_at: None,
            derived: false,
        };
        let shown = |prices: Vec<Price>| price_now(&variant(false, prices), list, Timestamp::default()).map(|step| step.amount.minor());
        assert_eq!(shown(vec![price(other, 1, 900), price(list, 10, 700), price(list, 1, 800)]), Some(800));
        assert_eq!(shown(vec![price(other, 1, 900), price(list, 10, 700)]), None);
    }
}
