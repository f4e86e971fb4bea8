//! One product of the demo's catalogue, with its categories and its stock.

use anyhow::Context as _;
use catalog::assortment::{self, CreateProduct};
use catalog::categories;
use catalog::import::{Amount, Backorder, PriceRecord, ProductRecord, VariantRecord};
use catalog::inventory::{self, MoveReason};
use catalog::products::{OptionInput, ProductChanges, ProductInput};
use catalog::variants::{MoneyInput, PriceInput, VariantChanges, VariantInput};
use kernel::ProductId;
use platform::db::WriteTx;

/// Makes the product; what the catalogue does not use of the format is not asked for.
pub(super) async fn create(tx: &WriteTx, record: &ProductRecord) -> anyhow::Result<ProductId> {
    let mut category_ids = Vec::new();
    for path in record.categories.get().into_iter().flatten() {
        let names: Vec<&str> = path.iter().map(String::as_str).collect();
        category_ids.push(categories::find_or_create_path(tx, &names).await?.to_string());
    }
    let product = ProductChanges::parse(product(record, category_ids))?;
    let variants = record.variants.iter().map(|of| VariantChanges::parse(variant(of))).collect::<Result<Vec<_>, _>>()?;
    let saved = assortment::create_in(tx, CreateProduct { product, variants }).await?;

    let on_hand = |sku: &str| record.variants.iter().find(|of| of.sku.get().is_some_and(|own| own == sku)).and_then(|of| of.on_hand.get());
    let counts = saved.variants.iter().filter_map(|made| {
        let count = made.content.sku.as_deref().and_then(on_hand)?;
        Some((made.id, None, i64::from(*count)))
    });
    let counts: Vec<_> = counts.collect();
    if !counts.is_empty() {
        inventory::set_on_hand(tx, MoveReason::Received, &counts).await.context("stock")?;
    }
    Ok(saved.product.id)
}

fn product(record: &ProductRecord, category_ids: Vec<String>) -> ProductInput {
    let option = |of: &catalog::import::OptionRecord| OptionInput { name: of.name.clone(), values: of.values.clone() };
    ProductInput {
        title: record.title.get().cloned(),
        slug: record.slug.as_ref().map(|slug| Some(slug.to_string())),
        description: record.description.get().cloned(),
        status: Some("active".to_owned()),
        brand: record.brand.get().cloned().map(Some),
        tags: record.tags.get().cloned(),
        category_ids: Some(category_ids),
        options: record.options.get().map(|options| options.iter().map(option).collect()),
        ..ProductInput::default()
    }
}

fn variant(record: &VariantRecord) -> VariantInput {
    let backorder = record.backorder.get().map(|backorder| match backorder {
        Backorder::None => Some(0),
        Backorder::Limit(most) => Some(i64::from(*most)),
        Backorder::Unlimited => None,
    });
    VariantInput {
        sku: Some(record.sku.get().cloned()),
        barcode: Some(record.barcode.get().cloned()),
        options: Some(record.options.clone().into_iter().collect()),
        kind: record.kind.get().map(ToString::to_string),
        tracked: record.tracked.get().copied(),
        backorder_limit: backorder,
        low_stock_threshold: Some(record.low_stock_threshold.get().copied().map(i64::from)),
        tax_class: record.tax_class.get().cloned(),
        cost: Some(record.cost.get().copied().map(money)),
        weight_grams: Some(record.weight_grams.get().copied().map(i64::from)),
        prices: record.prices.get().map(|prices| prices.iter().map(price).collect()),
        ..VariantInput::default()
    }
}

fn price(record: &PriceRecord) -> PriceInput {
    PriceInput { amount: money(record.amount), compare_at: record.compare_at.map(money), ..PriceInput::default() }
}

fn money(amount: Amount) -> MoneyInput {
    MoneyInput { amount: amount.money().minor(), currency: amount.money().currency().code().to_owned() }
}
