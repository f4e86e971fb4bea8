//! Reading the layers of configuration and remembering where each value came from.

use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::PathBuf;

use config::{Environment, File, FileFormat, Source, Value, ValueKind};

use super::carts;
use super::currencies;
use super::events;
use super::inbound;
use super::jobs;
use super::model::{Config, Mode};
use super::providers;
use super::push;
use super::server::Server;
use super::streams;
use super::stripe;
use super::sync;

/// Every key with its default and a comment that says what it means, one key a line.
pub const DEFAULTS: &str = include_str!("defaults.toml");

/// Less holds no product, more is memory that every caller could ask for.
const BODY_BYTES: RangeInclusive<usize> = 1_024..=64 * 1_024 * 1_024;

/// Keys whose values in the environment are lists, parted by commas.
const LISTS: [&str; 9] = [
    "roles",
    "payments.methods",
    "shop.countries",
    "server.trusted_proxies",
    "server.cors_origins",
    "auth.return_to",
    "webhooks.allow_private",
    "sync.export.kinds",
    "sync.import.source",
];

/// What the command line says; it outranks file and environment.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    /// `--config`: a file that must exist; without it `tradewind.toml` is read where there is one.
    pub config: Option<PathBuf>,
    /// Keys (`server.addr`) and values that flags set.
    pub values: Vec<(String, String)>,
}

/// One effective value and where it came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Dotted key.
    pub key: String,
    /// The value as text; secrets are masked.
    pub value: String,
    /// `default`, the file's name, `environment` or `flag`.
    pub origin: String,
}

/// The effective configuration, and each of its values with its origin.
#[derive(Debug)]
pub struct Loaded {
    /// What the process works with.
    pub config: Config,
    /// Sorted by key.
    pub settings: Vec<Setting>,
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file, key or value that cannot be read.
    #[error("configuration: {0}")]
    Unreadable(#[from] config::ConfigError),
    /// Each value is readable, together they are refused.
    #[error("configuration: {0}")]
    Refused(String),
}

/// Reads defaults, file, environment and flags, the later outranking the earlier.
///
/// # Errors
/// `ConfigError` names the key and where it was set.
pub fn load(flags: &Flags) -> Result<Loaded, ConfigError> {
    let environment = Environment::with_prefix("TRADEWIND").prefix_separator("__").separator("__").try_parsing(true).list_separator(",");
    let environment = LISTS.iter().fold(environment, |environment, key| environment.with_list_parse_key(key));
    let file = match &flags.config {
        Some(path) => File::from(path.clone()).format(FileFormat::Toml).required(true),
        None => File::new("tradewind.toml", FileFormat::Toml).required(false),
    };
    let mut builder = config::Config::builder()
        .add_source(File::from_str(DEFAULTS, FileFormat::Toml))
        .add_source(file.clone())
        .add_source(environment.clone());
    for (key, value) in &flags.values {
        builder = builder.set_override(key, value.as_str())?;
    }
    let merged = builder.build()?;
    let layers = [("environment", layer(&environment)?), ("file", layer(&file)?)];
    let settings = settings(&merged, flags, &layers);
    if let Some(message) = misnamed(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok()), &settings) {
        return Err(ConfigError::Refused(message));
    }
    let mut config: Config = merged.try_deserialize()?;
    if config.database.address().is_empty() {
        config.database.url = format!("sqlite:{}", config.data_dir.join("tradewind.db").display()).into();
    }
    refuse_unfit(&config)?;
    Ok(Loaded { config, settings })
}

/// What is wrong with a variable of the environment that nothing reads although it means a key: a shop that somebody moved to PostgreSQL
/// by `TRADEWIND_DATABASE_URL` would go on in a file.
fn misnamed(names: impl Iterator<Item = String>, settings: &[Setting]) -> Option<String> {
    let letters = |text: &str| text.replace(['_', '.'], "").to_lowercase();
    let mut suspects = names.filter(|name| name.starts_with("TRADEWIND_") && !name.starts_with("TRADEWIND__"));
    suspects.find_map(|name| {
        let meant = letters(name.trim_start_matches("TRADEWIND"));
        let setting = settings.iter().find(|setting| letters(&setting.key) == meant)?;
        let read = setting.key.replace('.', "__").to_uppercase();
        Some(format!("nothing reads the variable {name}; {} is set by TRADEWIND__{read}", setting.key))
    })
}

fn layer(source: &(impl Source + Clone + Send + Sync + 'static)) -> Result<Vec<String>, ConfigError> {
    let table = source.collect()?;
    let mut keys = Vec::new();
    for (key, value) in table {
        flatten(&key, &value, &mut |key, _| keys.push(key.to_owned()));
    }
    Ok(keys)
}

fn settings(merged: &config::Config, flags: &Flags, layers: &[(&str, Vec<String>)]) -> Vec<Setting> {
    let mut settings = Vec::new();
    for (key, value) in merged.collect().unwrap_or_default() {
        flatten(&key, &value, &mut |key, value| {
            let by_flag = flags.values.iter().any(|(flag, _)| flag == key).then_some("flag");
            let by_layer = || layers.iter().find(|(_, keys)| keys.iter().any(|k| k == key)).map(|(name, _)| *name);
            let origin = by_flag.or_else(by_layer).unwrap_or("default").to_owned();
            let shown = shown(key, value);
            settings.push(Setting { key: key.to_owned(), value: shown, origin });
        });
    }
    settings.sort_by(|a, b| a.key.cmp(&b.key));
    settings
}

/// A value as it may be shown: addresses without their passwords, keys not at all.
fn shown(key: &str, value: &str) -> String {
    match key {
        "database.url" | "mail.url" | "redis.url" if !value.is_empty() => mask(value),
        "currencies.feed_url" | "sync.export.target" | "sync.import.source" => {
            value.split(',').map(without_query).collect::<Vec<_>>().join(",")
        }
        "secrets.master_key" | "payments.stripe.secret_key" | "sync.export.secret" | "sync.import.authorization" if !value.is_empty() => {
            "***".to_owned()
        }
        key if key.ends_with("_secret") && !value.is_empty() => "***".to_owned(),
        key if key.starts_with("inbound.") && key.ends_with(".secret") => "***".to_owned(),
        _ => value.to_owned(),
    }
}

fn flatten(key: &str, value: &Value, each: &mut dyn FnMut(&str, &str)) {
    match &value.kind {
        ValueKind::Table(table) => {
            for (name, value) in table {
                flatten(&format!("{key}.{name}"), value, each);
            }
        }
        ValueKind::Array(items) => {
            let items: Vec<String> = items.iter().map(ToString::to_string).collect();
            each(key, &items.join(","));
        }
        _ => each(key, &value.to_string()),
    }
}

/// A database address without its password.
fn mask(address: &str) -> String {
    match url::Url::parse(address) {
        Ok(mut url) if url.password().is_some() => {
            // Fails only for addresses that cannot have a password.
            let _ = url.set_password(Some("***"));
            url.to_string()
        }
        _ => address.to_owned(),
    }
}

/// A folder as it is, and an address without what may open it.
fn without_query(place: &str) -> String {
    match place.split_once('?') {
        Some((address, _)) if address.contains("://") => format!("{address}?***"),
        _ => place.to_owned(),
    }
}

fn refuse_unfit(config: &Config) -> Result<(), ConfigError> {
    if config.mode == Mode::Development && !config.server.addr.ip().is_loopback() {
        let message =
            format!("server.addr {} is open to others, which development mode refuses; set mode = \"production\"", config.server.addr);
        return Err(ConfigError::Refused(message));
    }
    // Crash campaigns need a provider to die before and after; their build never is a shop.
    let may_imagine_money = config.mode == Mode::Demo || (cfg!(feature = "failpoints") && config.mode == Mode::Development);
    if !may_imagine_money && config.payments.methods.iter().any(|method| method == "test") {
        return Err(ConfigError::Refused("payments.methods has `test`, which exists in the demo only".to_owned()));
    }
    let max_body_bytes = config.server.max_body_bytes;
    if !BODY_BYTES.contains(&max_body_bytes) {
        let (least, most) = (BODY_BYTES.start(), BODY_BYTES.end());
        return Err(ConfigError::Refused(format!("server.max_body_bytes {max_body_bytes} must be between {least} and {most}")));
    }
    refuse_weak_hashes(config)?;
    if config.rate_limits.factor.is_nan() || config.rate_limits.factor <= 0.0 {
        return Err(ConfigError::Refused("rate_limits.factor must be above zero".to_owned()));
    }
    if config.mode == Mode::Production && !config.webhooks.allow_private.is_empty() {
        let message = "webhooks.allow_private lets whoever may write webhooks reach what is in the house, which production mode refuses";
        return Err(ConfigError::Refused(message.to_owned()));
    }
    refuse_unfit_server(&config.server)?;
    carts::refuse_unfit(&config.carts).map_err(ConfigError::Refused)?;
    currencies::refuse_unfit(config).map_err(ConfigError::Refused)?;
    events::refuse_unfit(&config.events).map_err(ConfigError::Refused)?;
    jobs::refuse_unfit(&config.jobs).map_err(ConfigError::Refused)?;
    providers::refuse_unfit(config).map_err(ConfigError::Refused)?;
    inbound::refuse_unfit(config).map_err(ConfigError::Refused)?;
    push::refuse_unfit(&config.push).map_err(ConfigError::Refused)?;
    streams::refuse_unfit(&config.streams).map_err(ConfigError::Refused)?;
    stripe::refuse_unfit(config).map_err(ConfigError::Refused)?;
    sync::refuse_unfit(config).map_err(ConfigError::Refused)?;
    crate::redis::refuse_unfit(&config.redis).map_err(ConfigError::Refused)?;
    crate::mail::refuse_unfit(config).map_err(|error| ConfigError::Refused(error.to_string()))
}

/// Hashes of passwords that could be had too cheaply (OWASP's least for argon2id), or not at all.
fn refuse_weak_hashes(config: &Config) -> Result<(), ConfigError> {
    let strict = config.mode == Mode::Production;
    let checks = [
        ("auth.password_memory_kib", config.auth.password_memory_kib, if strict { 19_456 } else { 64 }, 1_048_576),
        ("auth.password_iterations", config.auth.password_iterations, if strict { 2 } else { 1 }, 10),
    ];
    for (key, value, least, most) in checks {
        if !(least..=most).contains(&value) {
            return Err(ConfigError::Refused(format!("{key} {value} must be between {least} and {most}")));
        }
    }
    Ok(())
}

fn refuse_unfit_server(server: &Server) -> Result<(), ConfigError> {
    let refused = |message: String| Err(ConfigError::Refused(message));
    if let Some(origin) = server.cors_origins.iter().find(|origin| !is_origin(origin)) {
        return refused(format!("server.cors_origins has {origin}, which is no origin like https://shop.example"));
    }
    if server.tls_certificate.as_os_str().is_empty() != server.tls_key.as_os_str().is_empty() {
        return refused("server.tls_certificate and server.tls_key go together".to_owned());
    }
    let country = &server.country_header;
    if !country.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return refused(format!("server.country_header {country} is no header's name like CF-IPCountry"));
    }
    if !country.is_empty() && server.trusted_proxies.is_empty() {
        return refused("server.country_header needs server.trusted_proxies: nobody else is believed".to_owned());
    }
    match server.redirect_addr.as_str() {
        "" => Ok(()),
        addr if addr.parse::<SocketAddr>().is_err() => refused(format!("server.redirect_addr {addr} is no address like 0.0.0.0:80")),
        _ if !server.public_url.starts_with("https://") => {
            refused("server.redirect_addr needs a server.public_url with https://".to_owned())
        }
        _ => Ok(()),
    }
}

/// True for an origin as browsers write it; `*` and `null`, which stand for anybody, are none.
fn is_origin(text: &str) -> bool {
    !text.contains('*')
        && url::Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(values: &[(&str, &str)]) -> Result<Loaded, ConfigError> {
        let values = values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        load(&Flags { config: None, values })
    }

    #[test]
    fn the_defaults_are_a_working_embedded_shop() {
        let loaded = with(&[]).expect("defaults");
        assert!(loaded.config.database.sqlite_path().is_some_and(|path| path.ends_with("tradewind.db")));
        assert_eq!(loaded.config.mode, Mode::Development);
    }

    #[test]
    fn passwords_are_hashed_so_that_a_customer_can_rely_on_it() {
        let weak = |mode, key, value| with(&[("mode", mode), (key, value)]).err().map(|error| error.to_string());
        for (key, value) in [("auth.password_memory_kib", "19455"), ("auth.password_iterations", "1")] {
            assert!(weak("production", key, value).is_some_and(|message| message.contains(key)), "{key}");
            assert_eq!(weak("development", key, value), None, "{key}");
        }
        for (key, value) in
            [("auth.password_memory_kib", "63"), ("auth.password_memory_kib", "1048577"), ("auth.password_iterations", "11")]
        {
            assert!(weak("development", key, value).is_some_and(|message| message.contains(key)), "{key} {value}");
        }
    }

    #[test]
    fn development_listens_on_loopback_only() {
        let refused = with(&[("server.addr", "0.0.0.0:8080")]).expect_err("refused").to_string();
        assert!(refused.contains("production"), "{refused}");
        assert!(with(&[("server.addr", "0.0.0.0:8080"), ("mode", "production")]).is_ok());
    }

    #[test]
    fn bodies_have_a_limit_within_reason() {
        for (bytes, is_fine) in [("1023", false), ("1024", true), ("67108864", true), ("67108865", false)] {
            assert_eq!(with(&[("server.max_body_bytes", bytes)]).is_ok(), is_fine, "{bytes}");
        }
    }

    #[test]
    fn other_sites_are_named_one_by_one() {
        for (list, is_fine) in [
            (r#"["https://shop.example", "http://localhost:3000"]"#, true),
            (r#"["*"]"#, false),
            (r#"["null"]"#, false),
            (r#"["https://shop.example/"]"#, false),
            (r#"["https://*.example"]"#, false),
            (r#"["shop.example"]"#, false),
            (r#"["https://Shop.example"]"#, false),
        ] {
            assert_eq!(with_file(&format!("[server]\ncors_origins = {list}\n"), vec![]).is_ok(), is_fine, "{list}");
        }
    }

    #[test]
    fn https_needs_both_files_and_a_redirect_a_place_to_lead_to() {
        for (values, is_fine) in [
            (&[("server.tls_certificate", "a.pem"), ("server.tls_key", "b.pem")][..], true),
            (&[("server.tls_certificate", "a.pem")], false),
            (&[("server.tls_key", "b.pem")], false),
            (&[("server.redirect_addr", "127.0.0.1:80"), ("server.public_url", "https://shop.example")], true),
            (&[("server.redirect_addr", "127.0.0.1:80"), ("server.public_url", "http://shop.example")], false),
            (&[("server.redirect_addr", "port 80"), ("server.public_url", "https://shop.example")], false),
        ] {
            assert_eq!(with(values).is_ok(), is_fine, "{values:?}");
        }
    }

    #[test]
    fn the_test_provider_exists_in_the_demo_only() {
        assert!(with(&[("mode", "production"), ("server.addr", "127.0.0.1:1")]).is_ok());
        assert!(with_file("[payments]\nmethods = [\"test\"]\n", vec![]).is_err());
    }

    #[test]
    fn a_misspelt_key_is_refused_and_a_value_knows_its_origin() {
        assert!(with_file("[server]\nadr = \"x\"\n", vec![]).is_err());
        let loaded = with_file("[shop]\nname = \"Mugs\"\n", vec![("server.addr".into(), "127.0.0.1:9".into())]).expect("fine");
        let origin = |key: &str| loaded.settings.iter().find(|setting| setting.key == key).map(|setting| setting.origin.clone());
        assert_eq!(origin("shop.name").as_deref(), Some("file"));
        assert_eq!(origin("server.addr").as_deref(), Some("flag"));
        assert_eq!(origin("shop.locale").as_deref(), Some("default"));
    }

    #[test]
    fn a_variable_that_nearly_names_a_key_is_not_passed_over() {
        let settings = with(&[]).expect("defaults").settings;
        let said = |name: &str| misnamed(std::iter::once(name.to_owned()), &settings);
        let refused = said("TRADEWIND_DATABASE_URL").expect("a message");
        assert!(refused.contains("TRADEWIND__DATABASE__URL"), "{refused}");
        assert!(said("TRADEWIND_SERVER__ADDR").is_some_and(|message| message.contains("TRADEWIND__SERVER__ADDR")));
        for fine in ["TRADEWIND__DATABASE__URL", "TRADEWIND_RACE_ROUNDS", "DATABASE_URL"] {
            assert_eq!(said(fine), None, "{fine}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(mask("postgres://u:secret@db/shop"), "postgres://u:***@db/shop");
    }

    fn with_file(content: &str, values: Vec<(String, String)>) -> Result<Loaded, ConfigError> {
        let file = tempfile::Builder::new().suffix(".toml").tempfile().expect("a file");
        std::fs::write(file.path(), content).expect("written");
        load(&Flags { config: Some(file.path().to_owned()), values })
    }
}
