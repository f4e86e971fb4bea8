//! `tradewind product`: what the shop offers.

use catalog::assortment::{self, ProductDocument, StockedVariant};
use catalog::listing::{self, Audience, Includes, ProductFilters, ProductQuery, ProductSort, ProductSummary};
use catalog::products::{ProductContent, ProductRef, ProductStatus};
use catalog::variants::VariantContent;
use kernel::Timestamp;
use platform::Context;
use serde::Serialize;
use serde_json::Value;

use super::output::{Output, Shown, amount, or_dash};
use super::setup::Globals;
use super::{Exit, Stop, pages};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show products, newest first
    List {
        /// Only those in this state: draft, active or archived
        #[arg(long)]
        status: Option<ProductStatus>,
        /// Only those of this brand
        #[arg(long)]
        brand: Option<String>,
        /// Only those with this tag
        #[arg(long)]
        tag: Option<String>,
        /// No more rows than this
        #[arg(long)]
        limit: Option<u64>,
    },
    /// Show one product with its variants
    Show {
        /// The product's slug or id (`prod_…`)
        product: String,
    },
    /// Count anew what was sold of each product by day, from the orders themselves
    ///
    /// The days are those of the shop's present time zone. The shop may go on selling meanwhile; the figures are whole when the command ends.
    Recount,
}

#[derive(Debug, Serialize)]
struct ProductRow {
    id: String,
    slug: String,
    title: String,
    brand: Option<String>,
    status: String,
    tags: Vec<String>,
    price_min: Option<Value>,
    price_max: Option<Value>,
    #[serde(skip)]
    shown_price: String,
    variant_count: i64,
    availability: String,
    version: i64,
    updated_at: Timestamp,
}

impl From<ProductSummary> for ProductRow {
    fn from(product: ProductSummary) -> Self {
        let shown_price = match (product.price_min, product.price_max) {
            (Some(min), Some(max)) if min != max => format!("{min} to {max}"),
            (min, _) => or_dash(min),
        };
        Self {
            id: product.id.to_string(),
            slug: product.slug.to_string(),
            title: product.title,
            brand: product.brand,
            status: product.status.to_string(),
            tags: product.tags,
            price_min: product.price_min.map(amount),
            price_max: product.price_max.map(amount),
            shown_price,
            variant_count: product.variant_count,
            availability: product.availability.to_string(),
            version: product.version,
            updated_at: product.updated_at,
        }
    }
}

impl Shown for ProductRow {
    const HEAD: &'static [&'static str] = &["slug", "title", "brand", "status", "price", "variants", "stock"];

    fn cells(&self) -> Vec<String> {
        let brand = or_dash(self.brand.as_ref());
        let (price, stock) = (self.shown_price.clone(), self.availability.clone());
        vec![self.slug.clone(), self.title.clone(), brand, self.status.clone(), price, self.variant_count.to_string(), stock]
    }
}

/// One product for programs: its content as stored, and its variants.
#[derive(Debug, Serialize)]
struct ProductSheet<'a> {
    id: String,
    slug: String,
    #[serde(flatten)]
    content: &'a ProductContent,
    variants: Vec<VariantSheet<'a>>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Debug, Serialize)]
struct VariantSheet<'a> {
    id: String,
    #[serde(flatten)]
    content: &'a VariantContent,
    price: Option<Value>,
    availability: String,
    version: i64,
}

#[derive(Debug, Serialize)]
struct RecountedRow {
    events: usize,
}

impl Shown for RecountedRow {
    const HEAD: &'static [&'static str] = &["events"];

    fn cells(&self) -> Vec<String> {
        vec![self.events.to_string()]
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    let context = globals.open().await?;
    match command {
        Command::List { status, brand, tag, limit } => {
            let filters = ProductFilters {
                statuses: status.into_iter().collect(),
                brands: brand.into_iter().collect(),
                tags: tag.into_iter().collect(),
                ..ProductFilters::default()
            };
            list(globals.output(), &context, &filters, limit).await?;
        }
        Command::Show { product } => show(globals.output(), &context, &product).await?,
        Command::Recount => {
            let events = sales::product_metrics::rebuild(&context).await?;
            globals.output().one(&RecountedRow { events })?;
        }
    }
    Ok(Exit::Ok)
}

async fn list(output: Output, context: &Context, filters: &ProductFilters, limit: Option<u64>) -> anyhow::Result<()> {
    let mut table = output.table();
    let ask = async |page| {
        let (audience, sort, include) = (Audience::Staff, ProductSort::CreatedAtDescending, Includes::default());
        let query = ProductQuery { audience, filters: filters.clone(), sort, page, include };
        listing::list(context.db.reader(), &query, context.now()).await
    };
    pages::each(limit, ask, |rows| table.rows(&rows.into_iter().map(ProductRow::from).collect::<Vec<_>>())).await
}

async fn show(output: Output, context: &Context, name: &str) -> anyhow::Result<()> {
    let unknown = || Stop::not_found(format!("no product {name}"));
    let reference = ProductRef::parse(name).ok_or_else(unknown)?;
    let found = assortment::find(context.db.reader(), &reference, Audience::Staff, context.now()).await?;
    let document = found.ok_or_else(unknown)?;
    if output.is_json() {
        return output.json(&sheet(&document));
    }
    Ok(output.line(text(&document))?)
}

fn sheet(document: &ProductDocument) -> ProductSheet<'_> {
    let product = &document.product;
    let variants = document.variants.iter().map(|StockedVariant { variant, availability, price }| VariantSheet {
        id: variant.id.to_string(),
        content: &variant.content,
        price: price.as_ref().map(|price| amount(price.amount)),
        availability: availability.to_string(),
        version: variant.version,
    });
    ProductSheet {
        id: product.id.to_string(),
        slug: product.slug.to_string(),
        content: &product.content,
        variants: variants.collect(),
        version: product.version,
        created_at: product.created_at,
        updated_at: product.updated_at,
    }
}

/// A product on a sheet of paper.
fn text(document: &ProductDocument) -> String {
    let product = &document.product;
    let brand = product.content.brand.as_ref().map(|brand| format!("  by {brand}")).unwrap_or_default();
    let mut lines = vec![
        format!("{}{brand}", product.content.title),
        format!("{}  {}  {}  version {}", product.slug, product.id, product.content.status, product.version),
    ];
    for category in &document.categories {
        let names: Vec<&str> = category.breadcrumbs.iter().map(|crumb| crumb.name.as_str()).collect();
        lines.push(format!("in {}", names.join(" > ")));
    }
    lines.push(String::new());
    for StockedVariant { variant, availability, price } in &document.variants {
        let options = variant.content.options.to_json();
        let values: Vec<&str> = options.as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str()).collect();
        let price = or_dash(price.as_ref().map(|price| price.amount));
        let sku = or_dash(variant.content.sku.as_ref());
        lines.push(format!("{sku:<24} {:<28} {price:>12}  {availability}", values.join(", ")));
    }
    lines.join("\n")
}
