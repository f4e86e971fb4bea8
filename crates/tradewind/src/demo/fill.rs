//! Filling an empty shop, once.

use anyhow::{Context as _, bail, ensure};
use catalog::import::{self, PriceScope, ProductRecord, ReadOptions, SourcedRecord};
use catalog::listing::Audience;
use catalog::media::{self, MediaDetails, MediaInput, UploadMedia};
use catalog::products::ProductRef;
use kernel::{Origin, ProductId, VariantId};
use platform::Context;
use tokio::task::JoinSet;

use super::{CATALOGUE, CURRENCY, collections, pictures, services};

/// What the first order of a visitor may be made of.
#[derive(Debug)]
pub struct Filled {
    /// A variant in stock.
    pub variant_id: VariantId,
    /// What it is called.
    pub title: String,
}

/// Fills the shop with the demo's catalogue, tax rates and shipping methods; nothing where it has the catalogue already.
/// Products, stock, rates and methods come in one transaction, so that there is never half a catalogue; collections and pictures follow.
///
/// # Errors
/// Where the catalogue is wrong, or the database or the disk refuses.
pub async fn fill(context: &Context) -> anyhow::Result<Filled> {
    let records = records()?;
    let first = &records.first().context("the demo's catalogue is empty")?.record;
    if let Some(filled) = find(context, first).await? {
        return Ok(filled);
    }
    let tx = context.begin(&Origin::system()).await?;
    let mut products = Vec::with_capacity(records.len());
    for read in &records {
        let applied = import::apply_in(&tx, read, PriceScope::Every).await.with_context(|| read.record.name().unwrap_or_default())?;
        ensure!(applied.notes.is_empty(), "the demo's catalogue is not taken as it stands: {:?}", applied.notes);
        products.push((&read.record, applied.product_id));
    }
    services::create(&tx).await?;
    tx.commit().await?;
    collections::put_together(context, &products).await?;
    draw(context, products).await?;
    find(context, first).await?.context("the demo's first product is gone")
}

fn records() -> anyhow::Result<Vec<SourcedRecord>> {
    let options = ReadOptions::new(CURRENCY.parse()?);
    let mut records = Vec::new();
    for read in import::open(std::io::Cursor::new(CATALOGUE), &options)? {
        match read {
            Ok(read) => records.push(read),
            Err(rejected) => bail!("the demo's catalogue is wrong: {rejected:?}"),
        }
    }
    Ok(records)
}

async fn find(context: &Context, record: &ProductRecord) -> anyhow::Result<Option<Filled>> {
    let slug = record.slug.clone().context("the demo's products have slugs")?;
    let found = catalog::assortment::find(context.db.reader(), &ProductRef::Slug(slug), Audience::Staff, context.now()).await?;
    let Some(document) = found else { return Ok(None) };
    let variant = document.variants.first().context("the demo's products have variants")?;
    Ok(Some(Filled { variant_id: variant.variant.id, title: document.product.content.title.clone() }))
}

/// Draws all pictures on as many processors as there are, and adds each to its product.
async fn draw(context: &Context, products: Vec<(&ProductRecord, ProductId)>) -> anyhow::Result<()> {
    let mut drawing = JoinSet::new();
    for (record, id) in products {
        let (slug, title) = (record.name().unwrap_or_default(), record.title.get().cloned());
        let tags = record.tags.get().cloned().unwrap_or_default();
        drawing.spawn_blocking(move || (id, title, pictures::picture(&slug, tags.iter().map(String::as_str))));
    }
    while let Some(drawn) = drawing.join_next().await {
        let (product_id, alt, picture) = drawn?;
        if let Some(content) = picture? {
            let details = MediaDetails::parse(MediaInput { alt, position: None })?;
            media::upload(context, &Origin::system(), UploadMedia { product_id, content, details }).await?;
        }
    }
    Ok(())
}
