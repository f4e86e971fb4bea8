//! A mug on the shelf: what most tests of selling start with.

use catalog::inventory::{self, MoveReason};
use catalog::variants::VariantInput;
use kernel::{PageRequest, ProductId, VariantId};

use super::{TestResult, TestShop, variant};

/// A product with one variant on the shelf.
#[derive(Debug, Clone)]
pub(crate) struct TestVariant {
    /// As clients name it.
    pub(crate) id: String,
    pub(crate) variant_id: VariantId,
    pub(crate) product_id: ProductId,
}

impl TestShop {
    /// A mug at this price, in US cents, with so many pieces on the shelf.
    pub(crate) async fn mug(&self, price_minor: i64, on_hand: i64) -> TestResult<TestVariant> {
        let sku = format!("MUG-{}", ProductId::generate());
        self.shelve(variant(&sku, price_minor), on_hand).await
    }

    /// Something that costs nothing and needs no parcel, with so many pieces on the shelf.
    pub(crate) async fn gift(&self, on_hand: i64) -> TestResult<TestVariant> {
        let sku = format!("GIFT-{}", ProductId::generate());
        self.shelve(VariantInput { requires_shipping: Some(false), ..variant(&sku, 0) }, on_hand).await
    }

    async fn shelve(&self, input: VariantInput, on_hand: i64) -> TestResult<TestVariant> {
        let made = self.product("Mug").variant(input).create().await?;
        let variant_id = made.variants.first().ok_or("no variant")?.variant.id;
        if on_hand > 0 {
            let tx = self.context().begin(&self.origin()).await?;
            inventory::set_on_hand(&tx, MoveReason::Initial, &[(variant_id, None, on_hand)]).await?;
            tx.commit().await?;
        }
        Ok(TestVariant { id: variant_id.to_string(), variant_id, product_id: made.product.id })
    }

    /// On hand and reserved, over all locations.
    pub(crate) async fn stock_of(&self, variant: &TestVariant) -> TestResult<(i64, i64)> {
        let filter = inventory::LevelFilter { variant_id: Some(variant.variant_id), ..Default::default() };
        let levels = inventory::list_levels(self.context().db.reader(), &filter, false, &PageRequest::first(100)).await?.items;
        Ok((levels.iter().map(|row| row.level.on_hand).sum(), levels.iter().map(|row| row.level.reserved).sum()))
    }
}
