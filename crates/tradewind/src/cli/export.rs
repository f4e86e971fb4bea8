//! `tradewind export`: what the shop has, as files that import reads.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use catalog::export::{self, Exported, jsonl_line, lost_in_shopify, shopify_header, shopify_rows};
use platform::Context;

use super::output::Output;
use super::setup::Globals;
use super::{Exit, Stop};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Export all products, drafts and archived ones included
    ///
    /// JSONL holds everything that an import can bring back but pictures that lie in files of this shop. Shopify's CSV holds
    /// less; what it loses is said on standard error.
    Products(Arguments),
}

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The format
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,
    /// Where to; `-` writes to standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    output: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// One JSON object a line: all that import reads
    Jsonl,
    /// Shopify's product CSV
    Shopify,
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    let Command::Products(arguments) = command;
    let context = globals.open().await?;
    let file = open(&arguments.output)?;
    let mut writing = Writing { format: arguments.format, file, lost: BTreeMap::new(), failed: 0 };
    let products = write(&context, &mut writing).await?;
    tell(globals.output(), products, &writing);
    Ok(if writing.failed > 0 { Exit::Failing } else { Exit::Ok })
}

fn open(path: &Path) -> anyhow::Result<Box<dyn Write + Send>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufWriter::new(io::stdout())));
    }
    let file = File::create(path).map_err(|error| Stop::usage(format!("cannot write {}: {error}", path.display())))?;
    Ok(Box::new(BufWriter::new(file)))
}

/// A file under way.
struct Writing {
    format: Format,
    file: Box<dyn Write + Send>,
    /// What the file cannot hold: of how many products, and of which first.
    lost: BTreeMap<String, (u64, String)>,
    failed: u64,
}

/// Writes page by page, so that a shop of any size needs the memory of one page.
async fn write(context: &Context, writing: &mut Writing) -> anyhow::Result<u64> {
    if writing.format == Format::Shopify {
        writing.file.write_all(&shopify_header()?)?;
    }
    let (mut after, mut count) = (None, 0);
    loop {
        let page = export::page(context.db.reader(), after).await.map_err(|error| Stop::of(&error))?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for product in &page {
            count += u64::from(writing.product(product)?);
        }
    }
    writing.file.flush().context("cannot write to the end")?;
    Ok(count)
}

impl Writing {
    /// Writes one product; false where the format cannot hold it at all.
    fn product(&mut self, product: &Exported) -> anyhow::Result<bool> {
        let name = product.record.name().unwrap_or_default();
        if product.own_pictures > 0 {
            self.lose("pictures that lie in files of this shop", &name);
        }
        let bytes = match self.format {
            Format::Jsonl => jsonl_line(&product.record).map_err(anyhow::Error::from),
            Format::Shopify => {
                lost_in_shopify(&product.record).into_iter().for_each(|lost| self.lose(lost, &name));
                shopify_rows(&product.record).map_err(anyhow::Error::from)
            }
        };
        match bytes {
            Ok(bytes) => {
                self.file.write_all(&bytes)?;
                Ok(true)
            }
            Err(error) => {
                self.failed += 1;
                self.lose(&format!("the whole product: {error}"), &name);
                Ok(false)
            }
        }
    }

    fn lose(&mut self, what: &str, product: &str) {
        self.lost.entry(what.to_owned()).or_insert_with(|| (0, product.to_owned())).0 += 1;
    }
}

fn tell(output: Output, products: u64, writing: &Writing) {
    for (what, (times, first)) in &writing.lost {
        output.note(format!("not in the file: {what} ({times} products, as in {first})"));
    }
    output.note(format!("exported {products} products"));
}
