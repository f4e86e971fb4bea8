//! `tradewind demo`: a filled shop at once, for looking around.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use accounts::api_keys::{self, CreateApiKey, KeyKind};
use accounts::permissions::{PermissionSet, Scopes};
use anyhow::Context as _;
use kernel::SystemClock;
use platform::Context;
use platform::config::{Config, Loaded, Log, LogFormat};
use platform::telemetry;
use serde::Serialize;
use tempfile::TempDir;

use super::setup::{Globals, origin};
use super::{Exit, Stop};
use crate::demo::{self, Filled};
use crate::server::{Server, StopSignal};
use crate::set_up::{self, SetUpLink};
use crate::wiring;

/// Whoever tries the shop with a script is not to meet a limit.
const RATE_FACTOR: f64 = 1_000.0;
/// The key of an earlier run on the same data directory gives way to a new one.
const KEY_NAME: &str = "Demo";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long)]
    addr: Option<SocketAddr>,
}

/// What a program that starts the demo has to know.
#[derive(Debug, Serialize)]
struct Ready {
    url: String,
    docs_url: String,
    api_key: String,
    #[serde(flatten)]
    set_up: Option<SetUpLink>,
}

pub(super) async fn run(globals: &Globals, arguments: Arguments) -> anyhow::Result<Exit> {
    let folder = if globals.data_dir.is_none() { Some(TempDir::with_prefix("tradewind-demo-")?) } else { None };
    let config = configure(globals, &arguments, folder.as_ref().map(TempDir::path))?;
    telemetry::install(&config.log)?;
    let output = globals.output();
    output.note("filling a shop…");
    let context = wiring::context(config, Arc::new(SystemClock)).await?;
    wiring::bring_up(&context).await?;
    let filled = demo::fill(&context).await?;
    let api_key = renew_key(&context).await?;
    let stop = StopSignal::catch()?;
    let server = Server::start(wiring::sales(context.clone())).await?;
    let addr = server.addr().context("the demo listens")?;
    let scheme = if context.config.server.tls_files().is_some() { "https" } else { "http" };
    let url = format!("{scheme}://{addr}");
    let set_up = set_up::offer(&context, &url).await?;
    let ready = Ready { docs_url: format!("{url}/docs/"), url, api_key, set_up };
    if output.is_json() {
        output.json(&ready)?;
    } else {
        output.line(greeting(&ready, &filled, &context.config.data_dir))?;
    }
    stop.received().await;
    server.stop().await;
    Ok(Exit::Ok)
}

/// The demo's own settings; those of file and environment count where they do not contradict it.
fn configure(globals: &Globals, arguments: &Arguments, folder: Option<&Path>) -> anyhow::Result<Config> {
    let mut more = vec![("mode", "demo".to_owned())];
    more.extend(arguments.addr.map(|addr| ("server.addr", addr.to_string())));
    more.extend(folder.map(|folder| ("data_dir", folder.display().to_string())));
    let Loaded { mut config, settings } = globals.load(more)?;
    if config.shop.currency.code() != demo::CURRENCY {
        return Err(Stop::usage(format!("the demo's prices are in {}; leave shop.currency alone", demo::CURRENCY)).into());
    }
    config.payments.methods = vec!["manual".to_owned(), "test".to_owned()];
    config.rate_limits.factor = RATE_FACTOR;
    // A line per request would hide what is printed; who asks for a log gets it.
    if settings.iter().any(|setting| setting.key == "log.filter" && setting.origin == "default") {
        config.log = Log { filter: "warn".to_owned(), format: LogFormat::Text };
    }
    Ok(config)
}

/// A key that opens everything, instead of those of earlier runs, whose tokens nobody has any more.
async fn renew_key(context: &Context) -> anyhow::Result<String> {
    let keys = api_keys::all(context.db.reader()).await?;
    for key in keys.iter().filter(|key| key.name == KEY_NAME && key.revoked_at.is_none()) {
        api_keys::revoke(context, &origin(), key.id, None).await?;
    }
    let request = CreateApiKey { name: KEY_NAME.to_owned(), kind: KeyKind::Admin, scopes: Scopes::everything(), expires_at: None };
    Ok(api_keys::create(context, &origin(), request, PermissionSet::all()).await?.token.reveal().to_owned())
}

fn greeting(ready: &Ready, filled: &Filled, data_dir: &Path) -> String {
    let Ready { url, docs_url, api_key, set_up } = ready;
    let Filled { variant_id, title } = filled;
    let admin = match set_up {
        Some(link) => format!("{}  (makes the first administrator; once, within 24 hours)", link.setup_url),
        None => "there is one already".to_owned(),
    };
    format!(
        r#"
  Shop      {url}
  API       {docs_url}
  API key   {api_key}
  Admin     {admin}
  Data      {}

A first order, for one "{title}":

  CART=$(curl -s -X POST {url}/api/v1/carts -H 'Content-Type: application/json' -d '{{}}')
  ID=$(echo "$CART" | grep -o 'cart_[0-9a-z]*' | head -n 1)
  TOKEN=$(echo "$CART" | sed 's/.*"token":"\([^"]*\)".*/\1/')
  curl -sw '\n' -X POST {url}/api/v1/carts/$ID/lines -H "X-Cart-Token: $TOKEN" -H 'Content-Type: application/json' -d '{{"variant_id": "{variant_id}", "quantity": 1}}'
  curl -sw '\n' -X PATCH {url}/api/v1/carts/$ID -H "X-Cart-Token: $TOKEN" -H 'Content-Type: application/json' -d '{{"email": "ada@example.com", "shipping_address": {{"name": "Ada Lovelace", "line1": "1 Ocean Drive", "city": "San Diego", "region": "CA", "postal_code": "92101", "country": "US"}}}}'
  METHOD=$(curl -s {url}/api/v1/carts/$ID/shipping-methods -H "X-Cart-Token: $TOKEN" | grep -o 'ship_[0-9a-z]*' | head -n 1)
  curl -sw '\n' -X PATCH {url}/api/v1/carts/$ID -H "X-Cart-Token: $TOKEN" -H 'Content-Type: application/json' -d "{{\"shipping_method_id\": \"$METHOD\"}}"
  curl -sw '\n' -X POST {url}/api/v1/carts/$ID/checkout -H "X-Cart-Token: $TOKEN" -H "Idempotency-Key: $ID" -H 'Content-Type: application/json' -d '{{"payment_method": "test"}}'

And what staff see of it:

  curl -sw '\n' {url}/api/v1/orders -H 'Authorization: Bearer {api_key}'

Ctrl-C ends the demo."#,
        data_dir.display()
    )
}
