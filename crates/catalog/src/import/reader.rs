//! The one door to all formats.

use std::io::{Read, Seek};

use kernel::Currency;

use super::columns::ColumnReport;
use super::detect::{self, Format, HeaderNames, OpenError};
use super::jsonl::Jsonl;
use super::outcome::{Rejected, SourcedRecord};
use super::shopify::Shopify;
use super::woocommerce::WooCommerce;

/// How a file is to be read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The currency of the shop: CSV files have bare numbers.
    pub currency: Currency,
    /// The format, where it is known better than the header tells; both dialects of Shopify are read alike.
    pub format: Option<Format>,
    /// What headers in another language stand for.
    pub headers: HeaderNames,
}

impl ReadOptions {
    /// Finds out the format, expects English headers.
    #[must_use]
    pub fn new(currency: Currency) -> Self {
        Self { currency, format: None, headers: HeaderNames::default() }
    }
}

/// Products of a file, one after the other, in the same order each time: skipping the first so many resumes an import.
///
/// A bad row leaves out its own product as a whole and no other. Memory holds the rows of one product (at most 5,000
/// rows and 16 MiB) and, for WooCommerce, the places of variations.
#[derive(Debug)]
pub struct ProductReader<R> {
    format: Format,
    source: Source<R>,
}

#[derive(Debug)]
enum Source<R> {
    Shopify(Box<Shopify<R>>),
    WooCommerce(Box<WooCommerce<R>>),
    Jsonl(Jsonl<R>),
}

/// Finds out the format of a file and starts to read it, from its start. What comes through a pipe has to be put into a
/// file first: the format is looked for, and the variations of a product are fetched, by seeking.
///
/// # Errors
/// `OpenError` where no format fits, or the file cannot be read.
pub fn open<R: Read + Seek>(mut input: R, options: &ReadOptions) -> Result<ProductReader<R>, OpenError> {
    let detected = detect::detect(&mut input, options.format, &options.headers)?;
    let (layout, names, currency) = (detected.layout, &options.headers, options.currency);
    let source = match detected.format {
        Format::ShopifyClassic | Format::ShopifyCurrent => Source::Shopify(Box::new(Shopify::open(input, layout, names, currency)?)),
        Format::WooCommerce => Source::WooCommerce(Box::new(WooCommerce::open(input, layout, names, currency)?)),
        Format::Jsonl => Source::Jsonl(Jsonl::open(input)),
    };
    Ok(ProductReader { format: detected.format, source })
}

impl<R: Read + Seek> ProductReader<R> {
    /// The format that was found.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// What becomes of each column, with the filled cells counted so far; empty for JSONL.
    #[must_use]
    pub fn columns(&self) -> ColumnReport {
        match &self.source {
            Source::Shopify(shopify) => shopify.report(),
            Source::WooCommerce(woocommerce) => woocommerce.report(),
            Source::Jsonl(_) => ColumnReport::default(),
        }
    }

    /// How far reading has come, for progress.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        match &self.source {
            Source::Shopify(shopify) => shopify.bytes_read(),
            Source::WooCommerce(woocommerce) => woocommerce.bytes_read(),
            Source::Jsonl(jsonl) => jsonl.bytes_read(),
        }
    }
}

impl<R: Read + Seek> Iterator for ProductReader<R> {
    type Item = Result<SourcedRecord, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.source {
            Source::Shopify(shopify) => shopify.next(),
            Source::WooCommerce(woocommerce) => woocommerce.next(),
            Source::Jsonl(jsonl) => jsonl.next(),
        }
    }
}
