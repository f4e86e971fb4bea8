//! `tradewind import`: files of other shops, and our own, into the shop.

mod follow;
mod stock;
mod told;

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use catalog::channels;
use catalog::import::{self, Format, HeaderNames, ImportOptions, ReadOptions, Report};
use kernel::Currency;
use platform::Context;

use super::output::Output;
use super::setup::{Globals, origin};
use super::{Exit, Stop};
use follow::Follower;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Import products: Shopify CSV, WooCommerce CSV, or JSONL
    ///
    /// Products are recognised by external reference, slug or SKU: importing a file twice changes nothing. A record with a bad
    /// row is left out as a whole and the others go on (exit code 3). An import that was interrupted goes on where it stopped
    /// when the same command is given again.
    Products(Arguments),
    /// Import figures of stock: CSV with the columns sku, location, quantity, mode and reason, or JSONL
    ///
    /// A row sets what lies there (`mode` set, the usual) or adds to it (`add`). Rows that cannot be done are refused, each for itself, and the
    /// others go on (exit code 3). An import that is interrupted is finished by a worker of the shop, each row once.
    Stock {
        /// The file; `-` reads standard input
        file: PathBuf,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The file; `-` reads standard input
    file: PathBuf,
    /// The format: auto, shopify, woocommerce or jsonl
    #[arg(long, default_value = "auto", value_parser = parse_format)]
    format: FormatChoice,
    /// Try everything, say what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// A TOML file that says which known header each header in another language stands for: `"Artikelnummer" = "SKU"`
    #[arg(long, value_name = "FILE")]
    map: Option<PathBuf>,
    /// Where every error and warning is written, one JSON object a line
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// The currency of the bare numbers in CSV files [default: the shop's]
    #[arg(long)]
    currency: Option<Currency>,
    /// Begin anew where an earlier import of this file was interrupted
    #[arg(long)]
    restart: bool,
}

#[derive(Debug, Clone, Copy)]
struct FormatChoice(Option<Format>);

fn parse_format(name: &str) -> Result<FormatChoice, import::UnknownFormat> {
    if name == "auto" { Ok(FormatChoice(None)) } else { name.parse().map(|format| FormatChoice(Some(format))) }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Products(arguments) => products(globals, arguments).await,
        Command::Stock { file } => stock::run(globals, &file).await,
    }
}

async fn products(globals: &Globals, arguments: Arguments) -> anyhow::Result<Exit> {
    let (file, bytes) = open(&arguments.file)?;
    let context = globals.open().await?;
    let options = options(&context, &arguments).await?;
    let output = globals.output();
    let mut follower = Follower::new(output, &arguments, bytes);
    let report = import::run(&context, &origin(), file, &options, &mut follower).await;
    let told = follower.ended();
    let report = report.map_err(|error| Stop::of(&error))?;
    told::tell(output, &report, &told)?;
    Ok(exit_of(&report))
}

fn exit_of(report: &Report) -> Exit {
    match report {
        Report { finished: false, .. } => Exit::Failure,
        Report { counts, .. } if counts.failed > 0 => Exit::Failing,
        Report { .. } => Exit::Ok,
    }
}

/// The file and its length. What comes through a pipe is put into a temporary file first: readers go back and forth.
fn open(path: &Path) -> anyhow::Result<(File, u64)> {
    let file = if path == Path::new("-") {
        let mut file = tempfile::tempfile().context("cannot make a temporary file")?;
        io::copy(&mut io::stdin().lock(), &mut file).context("cannot read standard input")?;
        file.seek(SeekFrom::Start(0))?;
        file
    } else {
        File::open(path).map_err(|error| Stop::usage(format!("cannot open {}: {error}", path.display())))?
    };
    let bytes = file.metadata()?.len();
    Ok((file, bytes))
}

async fn options(context: &Context, arguments: &Arguments) -> anyhow::Result<ImportOptions> {
    let currency = match arguments.currency {
        Some(currency) => currency,
        None => channels::find_default(context.db.reader()).await?.currency,
    };
    let headers = arguments.map.as_deref().map(headers).transpose()?.unwrap_or_default();
    let read = ReadOptions { currency, format: arguments.format.0, headers };
    Ok(ImportOptions { read, dry_run: arguments.dry_run, restart: arguments.restart })
}

fn headers(path: &Path) -> anyhow::Result<HeaderNames> {
    let text = std::fs::read_to_string(path).map_err(|error| Stop::usage(format!("cannot read {}: {error}", path.display())))?;
    let pairs: std::collections::BTreeMap<String, String> = toml::from_str(&text)
        .map_err(|error| Stop::usage(format!("{} is not a list of `\"header\" = \"name\"`: {error}", path.display())))?;
    Ok(HeaderNames::new(pairs))
}

/// The voice of a command that others of this program use, too.
const fn is_shown(output: Output) -> bool {
    !output.is_json()
}
