//! What can be configured, with its defaults.

use std::collections::BTreeMap;
use std::path::PathBuf;

use kernel::{AddressRange, Currency};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::carts::Carts;
use super::currencies::Currencies;
use super::events::Events;
use super::inbound::InboundSource;
use super::jobs::Jobs;
use super::push::Push;
use super::server::Server;
use super::streams::Streams;
use super::stripe::StripeSettings;
use super::sync::DataSync;

/// How careful the process is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Everything embedded, with a test payment provider; only by the `demo` command.
    Demo,
    /// On one's own machine: listens on loopback addresses only.
    Development,
    /// For customers: unsafe settings are refused.
    Production,
}

/// What a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Answers the API.
    Api,
    /// Answers with pages.
    Web,
    /// Runs jobs and relays events.
    Worker,
    /// Starts recurring jobs.
    Scheduler,
}

/// The effective configuration of a process.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How careful the process is.
    pub mode: Mode,
    /// Where the embedded database, files and generated secrets live.
    pub data_dir: PathBuf,
    /// What this node does.
    pub roles: Vec<Role>,
    /// The HTTP side.
    pub server: Server,
    /// The database.
    pub database: Database,
    /// What the shop is at its first start; later it is changed through the API.
    pub shop: Shop,
    /// Which payment methods customers may choose.
    pub payments: Payments,
    /// How orders age.
    pub orders: Orders,
    /// How work is done after the commit.
    pub jobs: Jobs,
    /// The history of what happened.
    pub events: Events,
    /// Limits on requests.
    pub rate_limits: RateLimits,
    /// How people sign in.
    pub auth: Auth,
    /// What secrets are sealed with.
    pub secrets: MasterKey,
    /// How carts are left behind.
    pub carts: Carts,
    /// How mail leaves.
    pub mail: Mail,
    /// Whom webhooks may reach.
    pub webhooks: Webhooks,
    /// Who the shop is to push services.
    pub push: Push,
    /// Who may send messages to the shop, by the name that stands in the route.
    #[serde(default)]
    pub inbound: BTreeMap<String, InboundSource>,
    /// How much is followed at once.
    pub streams: Streams,
    /// Where exchange rates are taken from.
    pub currencies: Currencies,
    /// Which folders changes are told to and figures are taken from.
    pub sync: DataSync,
    /// From when on something is out of the ordinary.
    pub security: Security,
    /// What nodes share beside the database.
    pub redis: Redis,
    /// What is kept in memory.
    pub cache: Cache,
    /// Who may see what is counted.
    pub metrics: Metrics,
    /// What is logged and how.
    pub log: Log,
}

/// Whom webhooks may reach.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// Addresses outside the public internet that they may reach all the same; none in production.
    pub allow_private: Vec<AddressRange>,
}

/// The database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:<file>` or `postgres://…`; may hold a password and is never shown.
    pub url: SecretString,
    /// Connections to PostgreSQL.
    pub max_connections: u32,
}

impl Database {
    /// The address, password included.
    #[must_use]
    pub fn address(&self) -> &str {
        self.url.expose_secret()
    }

    /// The file, where the database is embedded.
    #[must_use]
    pub fn sqlite_path(&self) -> Option<PathBuf> {
        let rest = self.address().strip_prefix("sqlite:")?;
        Some(PathBuf::from(rest.strip_prefix("//").unwrap_or(rest)))
    }
}

/// What the shop is at its first start.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shop {
    /// The shop's name.
    pub name: String,
    /// ISO 4217 code; prices, carts and orders are in it.
    pub currency: Currency,
    /// Countries that are delivered to; empty: all.
    pub countries: Vec<String>,
    /// True where prices include tax.
    pub prices_include_tax: bool,
    /// IANA name.
    pub time_zone: String,
    /// BCP 47 tag.
    pub locale: String,
}

/// Which payment methods customers may choose.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payments {
    /// `manual`, `stripe`, and `test` in the demo.
    pub methods: Vec<String>,
    /// The account at Stripe.
    pub stripe: StripeSettings,
}

/// How orders age.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Orders {
    /// An unpaid order of the test provider gives its stock back after this.
    pub expire_test_minutes: i64,
    /// An unpaid order with manual payment gives its stock back after this.
    pub expire_manual_minutes: i64,
    /// An unpaid order that is paid by Stripe gives its stock back after this.
    pub expire_stripe_minutes: i64,
}

/// Limits on requests.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimits {
    /// Multiplies every limit.
    pub factor: f64,
    /// Reads of the API.
    pub reads: RateLimit,
    /// Writes.
    pub writes: RateLimit,
    /// What tries passwords and codes, or writes mail to strangers.
    pub sign_in: SignInLimit,
}

/// How often something may be asked.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// In a minute; all of them may come at once, as far as `per_second` lets them.
    pub per_minute: u32,
    /// At once.
    pub per_second: u32,
}

/// How often somebody may try to come in.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInLimit {
    /// In 15 minutes.
    pub per_quarter_hour: u32,
    /// At once.
    pub per_second: u32,
}

/// How people sign in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// How long an access token opens doors.
    pub access_token_minutes: i64,
    /// How long a refresh token may lie unused.
    pub refresh_token_days: i64,
    /// How long a session goes on, however often it is refreshed.
    pub session_days: i64,
    /// How long a cookie session may lie unused.
    pub cookie_idle_hours: i64,
    /// Whom access tokens are for (`aud`).
    pub audience: String,
    /// What hashing a password takes of the memory.
    pub password_memory_kib: u32,
    /// How often hashing a password goes over that memory.
    pub password_iterations: u32,
    /// Where people may be led after they signed in with a provider, beside this shop's own pages.
    pub return_to: Vec<String>,
    /// Who else people may sign in with, by the name that stands in the routes.
    #[serde(default)]
    pub providers: BTreeMap<String, AuthProvider>,
}

/// Somebody else who knows people: a provider of OpenID Connect.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthProvider {
    /// Its address, letter by letter as its own documents name it.
    pub issuer: String,
    /// What it knows this shop by.
    pub client_id: String,
    /// What this shop shows it; empty for a client without a secret.
    #[serde(default)]
    pub client_secret: SecretString,
    /// What it is asked for; `openid` is always among it.
    #[serde(default = "AuthProvider::scopes")]
    pub scopes: String,
    /// What stands on the button; empty: its name.
    #[serde(default)]
    pub label: String,
}

impl AuthProvider {
    fn scopes() -> String {
        "openid email profile".to_owned()
    }
}

/// What secrets in the database are sealed with.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MasterKey {
    /// 64 hexadecimal digits; empty: generated into the data directory.
    pub master_key: SecretString,
}

/// From when on something is out of the ordinary.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Security {
    /// So many refusals of one address in five minutes.
    pub refusals_burst: i64,
    /// So many accounts used from one address in an hour.
    pub accounts_per_address: i64,
}

/// How mail leaves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Empty: files in the data directory. `smtp://`, `smtps://`: a server; `sendgrid://`: that service; may hold a password and is never shown.
    pub url: SecretString,
    /// Who sends it; empty: the shop's name at the host of `server.public_url`.
    pub from: String,
    /// Who is told that little is left of something; empty: nobody.
    pub alerts_to: String,
}

/// What nodes share beside the database.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redis {
    /// `redis://…` or `rediss://…`; may hold a password and is never shown. Empty: nothing but the database is shared.
    pub url: SecretString,
    /// What stands before the names of all that is kept there.
    pub prefix: String,
    /// Who gets no answer within that time goes on without.
    pub timeout_ms: u64,
}

/// What is kept in memory.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// False: every answer is made anew.
    pub enabled: bool,
    /// How much of public answers is kept.
    pub memory_bytes: u64,
    /// How long an answer is kept; what is written is forgotten at once.
    pub lifetime_s: u64,
}

/// Who may see what is counted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// True: everybody; false: this machine alone.
    pub public: bool,
}

/// What is logged and how.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Filter directives, as in `info,db=warn`.
    pub filter: String,
    /// How a line looks.
    pub format: LogFormat,
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For people.
    Text,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_embedded_database_has_a_file_and_a_server_has_none() {
        let database = |url: &str| Database { url: url.into(), max_connections: 1 };
        for (url, file) in [
            ("sqlite:shop.db", Some("shop.db")),
            ("sqlite:///var/lib/shop.db", Some("/var/lib/shop.db")),
            ("sqlite:/var/lib/shop.db", Some("/var/lib/shop.db")),
            ("postgres://shop:secret@db/shop", None),
        ] {
            assert_eq!(database(url).sqlite_path(), file.map(PathBuf::from), "{url}");
            assert_eq!(database(url).address(), url);
        }
        assert!(!format!("{:?}", database("postgres://shop:secret@db/shop")).contains("secret"));
    }
}
