//! Where changes are told to and figures are taken from.

use std::fmt;
use std::path::PathBuf;

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de};
use url::Url;

use super::inbound::{self, InboundScheme};
use super::model::{Config, Mode};
use crate::http_client::{Reach, endpoint_url};

/// Both directions.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSync {
    /// How long a file may take to an address, or from one.
    pub timeout_ms: u64,
    /// Out of the shop.
    pub export: SyncExport,
    /// Into it.
    pub import: SyncImport,
}

/// What is told.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyncExport {
    /// Where to; none: nothing is told.
    #[serde(deserialize_with = "one")]
    pub target: Option<SyncPlace>,
    /// What files that go to an address are signed with.
    pub secret: SecretString,
    /// When, as a line of cron.
    pub cron: String,
    /// Of what.
    pub kinds: Vec<SyncKind>,
}

/// What is taken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SyncImport {
    /// Where from, in this order; none: nothing is taken.
    #[serde(deserialize_with = "several")]
    pub source: Vec<SyncPlace>,
    /// What addresses are shown, as the header `Authorization`; empty: nothing.
    pub authorization: SecretString,
    /// When, as a line of cron.
    pub cron: String,
}

/// What changes are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SyncKind {
    /// Products, whole.
    Products,
    /// What lies where.
    Stock,
    /// What variants cost.
    Prices,
    /// Orders, without who placed them.
    Orders,
}

/// What a file that is taken has in it, which its name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncTable {
    /// What lies where.
    Stock,
    /// What variants cost.
    Prices,
}

/// Where files go to, or come from. What is printed of an address is its host alone: the rest may open something.
#[derive(Clone, PartialEq, Eq)]
pub enum SyncPlace {
    /// A folder.
    Folder(PathBuf),
    /// An address: each file is sent there, or it is that of one file.
    Address(Url),
}

impl SyncExport {
    /// Whether changes of this kind are told.
    #[must_use]
    pub fn tells(&self, kind: SyncKind) -> bool {
        self.kinds.contains(&kind)
    }
}

impl SyncTable {
    /// What a file of this name has in it, where it is one that is taken.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let is_table = [".csv", ".jsonl"].iter().any(|ending| name.ends_with(ending));
        match name {
            _ if !is_table => None,
            name if name.starts_with("stock") => Some(Self::Stock),
            name if name.starts_with("prices") => Some(Self::Prices),
            _ => None,
        }
    }

    /// The name of an address's file, which is its last part, and what is in it.
    #[must_use]
    pub fn at(address: &Url) -> Option<(&str, Self)> {
        let name = address.path_segments()?.next_back()?;
        Self::of(name).map(|table| (name, table))
    }
}

impl SyncPlace {
    /// Reads a folder or an address; nothing of an empty text.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Option<Self>, String> {
        if text.contains("://") {
            let address = Url::parse(text).map_err(|error| format!("an address cannot be read: {error}"))?;
            return Ok(Some(Self::Address(address)));
        }
        Ok(Some(text).filter(|text| !text.is_empty()).map(|text| Self::Folder(text.into())))
    }
}

impl fmt::Display for SyncPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => path.display().fmt(f),
            Self::Address(address) => f.write_str(&address.origin().ascii_serialization()),
        }
    }
}

impl fmt::Debug for SyncPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn one<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SyncPlace>, D::Error> {
    SyncPlace::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
}

fn several<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SyncPlace>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "must be a folder, an address, or a list of them")]
    enum Said {
        One(String),
        Several(Vec<String>),
    }
    let said = match Said::deserialize(deserializer)? {
        Said::One(text) => vec![text],
        Said::Several(texts) => texts,
    };
    said.iter().filter_map(|text| SyncPlace::parse(text).transpose()).collect::<Result<_, _>>().map_err(de::Error::custom)
}

/// What is wrong with these places, if anything.
pub(super) fn refuse_unfit(config: &Config) -> Result<(), String> {
    let DataSync { timeout_ms, export, import } = &config.sync;
    if *timeout_ms == 0 {
        return Err("sync.timeout_ms must be above zero".to_owned());
    }
    if let Some(SyncPlace::Address(address)) = &export.target {
        refuse_address(config, "sync.export.target", address)?;
        inbound::refuse_secret("sync.export.secret", InboundScheme::Standard, export.secret.expose_secret())
            .map_err(|message| format!("{message}: what goes to an address is signed"))?;
    }
    if export.target.as_ref().is_some_and(|target| import.source.contains(target)) {
        return Err("sync.export.target and sync.import.source must be different".to_owned());
    }
    refuse_sources(config)
}

fn refuse_sources(config: &Config) -> Result<(), String> {
    let SyncImport { source, authorization, .. } = &config.sync.import;
    let addresses: Vec<&Url> =
        source.iter().filter_map(|place| if let SyncPlace::Address(address) = place { Some(address) } else { None }).collect();
    for address in &addresses {
        refuse_address(config, "sync.import.source", address)?;
        if SyncTable::at(address).is_none() {
            return Err(
                "sync.import.source: the last part of an address must begin with stock or prices and end with .csv or .jsonl".to_owned()
            );
        }
    }
    if HeaderValue::from_str(authorization.expose_secret()).is_err() {
        return Err("sync.import.authorization has characters that no header may have".to_owned());
    }
    let is_for_one = addresses.windows(2).all(|pair| matches!(pair, [one, other] if one.origin() == other.origin()));
    if !authorization.expose_secret().is_empty() && !is_for_one {
        return Err("sync.import.authorization would be shown to several hosts; take files of one host alone with it".to_owned());
    }
    Ok(())
}

/// What webhooks may not reach is not reached here either.
fn refuse_address(config: &Config, key: &str, address: &Url) -> Result<(), String> {
    let reach = Reach::Public(config.webhooks.allow_private.clone().into());
    endpoint_url(address.as_str(), config.mode == Mode::Production, &reach).map(drop).map_err(|why| format!("{key}: the address {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Flags, Loaded, load};

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn loaded(mode: &str, text: &str) -> Result<Loaded, String> {
        let file = tempfile::Builder::new().suffix(".toml").tempfile().expect("a file");
        std::fs::write(file.path(), format!("mode = \"{mode}\"\n{text}\n")).expect("written");
        load(&Flags { config: Some(file.path().to_owned()), values: vec![] }).map_err(|error| error.to_string())
    }

    #[test]
    fn a_file_is_known_by_its_name() {
        let known = ["stock.csv", "stock-2026-03-02.jsonl", "prices_night.csv"].map(SyncTable::of);
        assert_eq!(known, [Some(SyncTable::Stock), Some(SyncTable::Stock), Some(SyncTable::Prices)]);
        assert_eq!(["stock.xlsx", "orders.csv", ".stock.csv", "stock.csv.part"].map(SyncTable::of), [None; 4]);
        let at = |text: &str| SyncTable::at(&Url::parse(text).expect("an address")).map(|(name, table)| (name.to_owned(), table));
        assert_eq!(at("https://erp.example/a/prices.csv?x=stock.csv"), Some(("prices.csv".to_owned(), SyncTable::Prices)));
        assert_eq!(["https://erp.example/stock.csv/", "https://erp.example/?stock.csv", "https://stock.csv"].map(at), [None, None, None]);
    }

    #[test]
    fn what_goes_to_an_address_is_signed_and_leads_out_of_the_house() {
        for (mode, target, secret, why) in [
            ("production", "https://erp.example/changes?shop=1", SECRET, None),
            ("production", "https://erp.example/changes", "", Some("sync.export.secret must be whsec_")),
            ("production", "https://erp.example/changes", "whsec_c2hvcnQ=", Some("sync.export.secret")),
            ("production", "http://erp.example/changes", SECRET, Some("must begin with https://")),
            ("development", "http://erp.example/changes", SECRET, None),
            ("production", "https://127.0.0.1/", SECRET, Some("not one of the public internet")),
            ("production", "https://2130706433/", SECRET, Some("not one of the public internet")),
            ("production", "https://ada:pw@erp.example/", SECRET, Some("neither a password")),
            ("production", "https://", SECRET, Some("cannot be read")),
            ("production", "s3://bucket/changes", SECRET, Some("must begin with https://")),
            ("production", "/srv/shop/out", "", None),
            ("production", "", "", None),
        ] {
            let told = loaded(mode, &format!("[sync.export]\ntarget = \"{target}\"\nsecret = \"{secret}\"")).err();
            assert_eq!(told.is_some(), why.is_some(), "{target}: {told:?}");
            assert!(told.is_none_or(|told| told.contains(why.unwrap_or_default()) && !told.contains("ada:pw")), "{target}");
        }
    }

    #[test]
    fn a_source_is_a_folder_or_the_address_of_a_file_and_there_may_be_several() {
        for (import, count) in [
            (r#"source = """#, Some(0)),
            (r#"source = "/srv/shop/in""#, Some(1)),
            (r#"source = "https://erp.example/stock.csv""#, Some(1)),
            (r#"source = ["https://erp.example/stock.csv", "https://till.example/prices.jsonl?key=x", "/srv/shop/in"]"#, Some(3)),
            (r#"source = "https://erp.example/orders.csv""#, None),
            (r#"source = "https://erp.example/""#, None),
            (r#"source = "http://erp.example/stock.csv""#, None),
            (r#"source = ["https://10.0.0.1/stock.csv"]"#, None),
            (r#"source = 7"#, None),
            ("source = [\"https://erp.example/stock.csv\", \"https://erp.example/prices.csv\"]\nauthorization = \"Bearer x\"", Some(2)),
            ("source = [\"https://erp.example/stock.csv\", \"https://till.example/prices.csv\"]\nauthorization = \"Bearer x\"", None),
            ("source = \"https://erp.example/stock.csv\"\nauthorization = \"Bearer \\n\"", None),
        ] {
            let told = loaded("production", &format!("[sync.import]\n{import}"));
            assert_eq!(told.as_ref().map(|loaded| loaded.config.sync.import.source.len()).ok(), count, "{import}: {told:?}");
        }
        let same = "[sync.export]\ntarget = \"/srv/shop\"\n[sync.import]\nsource = \"/srv/shop\"";
        assert!(loaded("production", same).is_err_and(|told| told.contains("different")));
        assert!(loaded("production", "[sync]\ntimeout_ms = 0").is_err());
    }

    #[test]
    fn what_opens_something_is_never_shown() {
        let text = format!(
            "[sync.export]\ntarget = \"https://erp.example/a?key=hidden\"\nsecret = \"{SECRET}\"\n[sync.import]\n\
             source = [\"https://erp.example/stock.csv?key=hidden\", \"/srv/in\"]\nauthorization = \"Bearer hidden\""
        );
        let loaded = loaded("production", &text).expect("fine");
        let told = format!("{:?} {:?}", loaded.settings, loaded.config);
        assert!(!told.contains("hidden") && !told.contains("whsec_"), "{told}");
        let source = loaded.settings.iter().find(|setting| setting.key == "sync.import.source").map(|setting| setting.value.as_str());
        assert_eq!(source, Some("https://erp.example/stock.csv?***,/srv/in"));
        assert_eq!(format!("{:?}", loaded.config.sync.export.target), "Some(https://erp.example)");
    }
}
