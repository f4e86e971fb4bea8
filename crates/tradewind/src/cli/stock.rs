//! `tradewind stock`: what lies where, and what of it can still be sold.

use catalog::inventory::{self, LevelFilter, StockLevel};
use kernel::VariantId;
use platform::Context;
use serde::Serialize;

use super::output::{Output, Shown};
use super::setup::Globals;
use super::{Exit, Stop, pages};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show the stock of every tracked variant at every location
    List {
        /// Only what is low or gone
        #[arg(long)]
        low: bool,
        /// Only SKUs with this text in them
        #[arg(long)]
        sku: Option<String>,
        /// No more rows than this
        #[arg(long)]
        limit: Option<u64>,
    },
    /// Show the stock of one variant
    Show {
        /// Its SKU or id (`var_…`)
        variant: String,
    },
}

#[derive(Debug, Serialize)]
struct StockRow {
    sku: Option<String>,
    variant_id: String,
    product: String,
    options: serde_json::Value,
    location: String,
    on_hand: i64,
    reserved: i64,
    /// What can still be promised, backorders included; absent without limit.
    available: Option<i64>,
    low_stock_threshold: Option<i64>,
}

impl From<StockLevel> for StockRow {
    fn from(level: StockLevel) -> Self {
        Self {
            sku: level.sku,
            variant_id: level.variant_id.to_string(),
            product: level.product_title,
            options: level.options,
            location: level.location_code,
            on_hand: level.level.on_hand,
            reserved: level.level.reserved,
            available: level.level.available(),
            low_stock_threshold: level.low_stock_threshold,
        }
    }
}

impl Shown for StockRow {
    const HEAD: &'static [&'static str] = &["sku", "product", "location", "on hand", "reserved", "available"];

    fn cells(&self) -> Vec<String> {
        let available = self.available.map_or_else(|| "no limit".to_owned(), |available| available.to_string());
        let sku = self.sku.clone().unwrap_or_else(|| self.variant_id.clone());
        vec![sku, self.product.clone(), self.location.clone(), self.on_hand.to_string(), self.reserved.to_string(), available]
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    let context = globals.open().await?;
    match command {
        Command::List { low, sku, limit } => {
            let filter = LevelFilter { low: low.then_some(true), sku, ..LevelFilter::default() };
            list(globals.output(), &context, filter, limit).await?;
        }
        Command::Show { variant } => show(globals.output(), &context, &variant).await?,
    }
    Ok(Exit::Ok)
}

async fn list(output: Output, context: &Context, filter: LevelFilter, limit: Option<u64>) -> anyhow::Result<()> {
    let mut table = output.table();
    let ask = async |page| inventory::list_levels(context.db.reader(), &filter, false, &page).await;
    pages::each(limit, ask, |rows| table.rows(&rows.into_iter().map(StockRow::from).collect::<Vec<_>>())).await
}

/// A SKU is looked for by its text, which finds longer ones, too; only the very same counts.
async fn show(output: Output, context: &Context, name: &str) -> anyhow::Result<()> {
    let id = name.parse::<VariantId>().ok();
    let sku = id.is_none().then(|| name.to_owned());
    let filter = LevelFilter { variant_id: id, sku: sku.clone(), ..LevelFilter::default() };
    let mut found = Vec::new();
    let ask = async |page| inventory::list_levels(context.db.reader(), &filter, false, &page).await;
    let keep = |rows: Vec<StockLevel>| {
        found.extend(rows.into_iter().filter(|level| sku.is_none() || level.sku == sku).map(StockRow::from));
        Ok(())
    };
    pages::each(None, ask, keep).await?;
    if found.is_empty() {
        return Err(Stop::not_found(format!("no stock of {name}")).into());
    }
    output.list(&found)
}
