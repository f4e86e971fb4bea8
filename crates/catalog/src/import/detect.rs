//! Which format a file is in, by its first bytes and its header.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};
use std::str::FromStr;

use super::columns::Use;
use super::outcome::Note;
use super::sheet::Layout;
use super::{shopify, woocommerce};

/// The header must end within this: a thousand columns with long names fit.
const MAX_HEADER_BYTES: u64 = 256 * 1024;
/// Of a file whose format is not given, at least so many headers in a hundred must be known.
const KNOWN_PERCENT: usize = 40;

/// A format that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Shopify's CSV as it was until 2024: `Handle`, `Body (HTML)`, `Variant Price`.
    ShopifyClassic,
    /// Shopify's CSV since 2024: `URL handle`, `Description`, `Price`.
    ShopifyCurrent,
    /// WooCommerce's built-in product CSV.
    WooCommerce,
    /// Our own: one JSON object a line.
    Jsonl,
}

impl Format {
    /// Its name on the command line and in reports.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ShopifyClassic => "shopify-classic",
            Self::ShopifyCurrent => "shopify",
            Self::WooCommerce => "woocommerce",
            Self::Jsonl => "jsonl",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Not the name of a format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the formats are shopify, shopify-classic, woocommerce and jsonl")]
pub struct UnknownFormat;

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        let formats = [Self::ShopifyClassic, Self::ShopifyCurrent, Self::WooCommerce, Self::Jsonl];
        formats.into_iter().find(|format| format.as_str() == name).ok_or(UnknownFormat)
    }
}

/// Why a file cannot be imported at all.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// A workbook, an archive, or another encoding.
    #[error("the file is {0}; save it as CSV in UTF-8")]
    NotText(&'static str),
    /// JSON, but not line by line.
    #[error("the file is a JSON array; JSONL has one object a line, without brackets and commas around them")]
    JsonArray,
    /// The paid CSV Suite's export.
    #[error(
        "this is an export of the WooCommerce CSV Suite (post_title, tax:product_type, …), which is not supported; \
         export with WooCommerce itself: Products, Export, all columns"
    )]
    CsvSuite,
    /// No format fits the header.
    #[error("the columns are not known ({known} of {total}: {unknown}); {expected}")]
    UnknownColumns {
        /// How many headers are known to the format that fits best.
        known: usize,
        /// How many headers there are.
        total: usize,
        /// The first ones that are not known.
        unknown: String,
        /// What was expected instead.
        expected: String,
    },
    /// More variations than fit the index of 24 bytes each.
    #[error("the file has more than {0} variations; split it by product")]
    TooManyVariations(usize),
    /// A row that swallows the rest of the file: what belongs to products before it cannot be known.
    #[error("{0}")]
    Broken(Note),
    /// The header is not CSV.
    #[error("the header cannot be read: {0}")]
    Csv(#[from] csv::Error),
    /// The file cannot be read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// Header names of a file by the English names they stand for (`Artikelnummer` → `SKU`), whatever their case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeaderNames(BTreeMap<String, String>);

impl HeaderNames {
    /// Takes `header of the file → known header` pairs.
    #[must_use]
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().map(|(header, known)| (normal(&header), known)).collect())
    }

    /// The known name that a header stands for; itself where nothing is said of it.
    pub(crate) fn known<'a>(&'a self, header: &'a str) -> &'a str {
        self.0.get(&normal(header)).map_or(header, String::as_str)
    }
}

/// A header as it is compared: without blanks around it, single blanks inside, lower case.
pub(crate) fn normal(header: &str) -> String {
    header.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// What the first line tells.
#[derive(Debug)]
pub(crate) struct Detected {
    pub(crate) format: Format,
    pub(crate) layout: Layout,
}

/// Looks at the beginning of a file and goes back to its start.
pub(crate) fn detect(input: &mut (impl Read + Seek), forced: Option<Format>, names: &HeaderNames) -> Result<Detected, OpenError> {
    let mut start = Vec::new();
    input.seek(SeekFrom::Start(0))?;
    input.by_ref().take(MAX_HEADER_BYTES).read_to_end(&mut start)?;
    input.seek(SeekFrom::Start(0))?;
    let (layout, headers) = understand(&start, |header| is_known(names.known(header)))?;
    let text = start.strip_prefix(b"\xef\xbb\xbf".as_slice()).unwrap_or(&start).trim_ascii_start();
    let format = match (forced, text.first()) {
        (Some(format), _) => format,
        (None, Some(b'{')) => Format::Jsonl,
        (None, Some(b'[')) => return Err(OpenError::JsonArray),
        (None, Some(_)) => by_header(&headers, names)?,
        (None, None) => return Err(OpenError::Empty),
    };
    Ok(Detected { format, layout })
}

/// How a CSV file is laid out of which these headers are known.
pub(crate) fn layout_of(file: &[u8], is_known: impl Fn(&str) -> bool) -> Result<Layout, OpenError> {
    understand(file, is_known).map(|(layout, _)| layout)
}

fn understand(start: &[u8], is_known: impl Fn(&str) -> bool) -> Result<(Layout, Vec<String>), OpenError> {
    refuse_other_files(start)?;
    let first_line = start.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let windows_lines = first_line.ends_with(b"\r");
    let (delimiter, headers) = header_of(start, is_known)?;
    Ok((Layout { delimiter, windows_lines }, headers))
}

fn refuse_other_files(start: &[u8]) -> Result<(), OpenError> {
    let kind = match start {
        [] => return Err(OpenError::Empty),
        [b'P', b'K', 3, 4, ..] => "a zip archive or an Excel workbook",
        [0x1f, 0x8b, ..] => "compressed by gzip",
        [0xd0, 0xcf, 0x11, 0xe0, ..] => "an old Excel workbook",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "in UTF-16",
        _ => return Ok(()),
    };
    Err(OpenError::NotText(kind))
}

/// The delimiter that gives the most known headers, or the most headers, and those; a comma where it makes no difference.
fn header_of(start: &[u8], is_known: impl Fn(&str) -> bool) -> Result<(u8, Vec<String>), csv::Error> {
    let mut best = (b',', Vec::new());
    let mut most = (0, 0);
    for delimiter in *b",;\t" {
        let mut csv = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(start);
        let headers: Vec<String> = csv.byte_headers()?.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        let known = headers.iter().filter(|header| is_known(header)).count();
        if (known, headers.len()) > most {
            most = (known, headers.len());
            best = (delimiter, headers);
        }
    }
    Ok(best)
}

fn is_known(header: &str) -> bool {
    !matches!(shopify::columns::recognise(header), Use::Unknown) || !matches!(woocommerce::columns::recognise(header), Use::Unknown)
}

fn by_header(headers: &[String], names: &HeaderNames) -> Result<Format, OpenError> {
    let known: Vec<&str> = headers.iter().map(|header| names.known(header)).collect();
    let normal: Vec<String> = known.iter().map(|header| normal(header)).collect();
    let has = |name: &str| normal.iter().any(|header| header == name);
    if ["post_title", "tax:product_type", "post_content", "post_parent", "post_name"].into_iter().filter(|name| has(name)).count() >= 2 {
        return Err(OpenError::CsvSuite);
    }
    let shopify: Vec<bool> = known.iter().map(|header| !matches!(shopify::columns::recognise(header), Use::Unknown)).collect();
    let woocommerce: Vec<bool> = known.iter().map(|header| !matches!(woocommerce::columns::recognise(header), Use::Unknown)).collect();
    let score = |hits: &[bool]| hits.iter().filter(|&&hit| hit).count();
    let (format, hits) = if score(&shopify) >= score(&woocommerce) {
        let classic = has("handle") || has("body (html)") || has("variant price");
        (if classic { Format::ShopifyClassic } else { Format::ShopifyCurrent }, shopify)
    } else {
        (Format::WooCommerce, woocommerce)
    };
    let identity = match format {
        Format::WooCommerce => has("id") || has("sku") || has("name"),
        Format::ShopifyClassic | Format::ShopifyCurrent | Format::Jsonl => has("title") || has("handle") || has("url handle"),
    };
    if identity && score(&hits) * 100 >= headers.len() * KNOWN_PERCENT {
        return Ok(format);
    }
    let unknown: Vec<&str> = headers.iter().zip(&hits).filter(|(_, hit)| !**hit).map(|(header, _)| header.as_str()).take(12).collect();
    Err(OpenError::UnknownColumns { known: score(&hits), total: headers.len(), unknown: unknown.join(", "), expected: expected() })
}

fn expected() -> String {
    format!(
        "expected the English headers of Shopify ({}), of WooCommerce ({}), or JSONL; \
         for headers in another language give a mapping of each to its English name",
        shopify::columns::CURRENT.iter().take(12).copied().collect::<Vec<_>>().join(", "),
        woocommerce::columns::PLAIN.join(", "),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn detected(start: &[u8], names: &HeaderNames) -> Result<(Format, u8), OpenError> {
        detect(&mut Cursor::new(start), None, names).map(|found| (found.format, found.layout.delimiter))
    }

    fn plain(start: &str) -> Result<(Format, u8), OpenError> {
        detected(start.as_bytes(), &HeaderNames::default())
    }

    #[test]
    fn formats_are_known_by_their_header_whatever_its_case_blanks_and_delimiter() {
        for (start, format, delimiter) in [
            ("Handle,Title,Body (HTML),Variant Price\n", Format::ShopifyClassic, b','),
            ("\u{feff}\"handle\", TITLE ,Vendor\r\n", Format::ShopifyClassic, b','),
            ("Title,URL handle,Description,Price\n", Format::ShopifyCurrent, b','),
            ("Title\n", Format::ShopifyCurrent, b','),
            ("ID;Type;SKU;Name;Published;Regular price;Meta: x\n", Format::WooCommerce, b';'),
            ("ID;\"GTIN, UPC, EAN, or ISBN\";Name\n", Format::WooCommerce, b';'),
            ("ID\tType\tName\tWeight (lbs)\tAttribute 1 name\n", Format::WooCommerce, b'\t'),
            ("{\"title\":\"Mug\"}\n", Format::Jsonl, b','),
            ("\u{feff}\n {\"title\":\"a;b;c\"}", Format::Jsonl, b';'),
        ] {
            assert_eq!(plain(start).map_err(|error| error.to_string()), Ok((format, delimiter)), "{start}");
        }
    }

    #[test]
    fn translated_headers_are_refused_with_what_was_expected_and_read_by_a_mapping() {
        let german = "ID,Typ,Artikelnummer,Name,Veröffentlicht,Beschreibung,Regulärer Preis,Kategorien,Bilder,Lager\n";
        let error = plain(german).expect_err("not known").to_string();
        assert!(error.contains("2 of 10") && error.contains("Artikelnummer") && error.contains("Regular price"), "{error}");
        let pairs = [("typ", "Type"), ("ARTIKELNUMMER", "SKU"), ("Veröffentlicht", "Published"), ("Regulärer Preis", "Regular price")];
        let names = HeaderNames::new(pairs.map(|(header, known)| (header.to_owned(), known.to_owned())));
        assert_eq!(detected(german.as_bytes(), &names).map(|found| found.0).ok(), Some(Format::WooCommerce));
    }

    #[test]
    fn what_is_no_product_file_is_refused_by_name() {
        for (start, part) in [
            (b"".as_slice(), "empty"),
            (b" \n\n", "empty"),
            (b"PK\x03\x04....", "Excel"),
            (b"\xff\xfeH\0a\0", "UTF-16"),
            (b"[{\"title\":1}]", "JSON array"),
            (b"post_title,tax:product_type,post_content,sku\n", "CSV Suite"),
            (b"name,amount,date\n1,2,3\n", "expected the English headers"),
        ] {
            let error = detected(start, &HeaderNames::default()).expect_err("refused").to_string();
            assert!(error.contains(part), "{error}");
        }
    }

    #[test]
    fn formats_have_names() {
        assert_eq!("shopify".parse(), Ok(Format::ShopifyCurrent));
        assert_eq!(Format::WooCommerce.to_string().parse(), Ok(Format::WooCommerce));
        assert_eq!("xml".parse::<Format>(), Err(UnknownFormat));
    }
}
