//! `tradewind api-key`: keys for programs that act for the shop.

use accounts::api_keys::{self, ApiKey, CreateApiKey, Created, Grace, KeyKind, RotateApiKey};
use accounts::permissions::{PermissionSet, Scopes};
use chrono::{NaiveDate, NaiveTime, TimeDelta};
use kernel::{ApiKeyId, Timestamp};
use serde::Serialize;

use super::output::{Shown, moment, or_dash};
use super::setup::{Globals, origin};
use super::{Exit, Stop};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make a key; its token is shown now and never again
    Create {
        /// What people call it
        #[arg(long)]
        name: String,
        /// What it may do, as in `products:write,orders:read`; `orders:*` is all of a resource, `admin:*` everything
        #[arg(long, value_delimiter = ',')]
        scopes: Vec<String>,
        /// What it is made for: admin, internal (nothing that decides who may do what), publishable (no scopes at all)
        #[arg(long, default_value_t = KeyKind::Admin)]
        kind: KeyKind,
        /// When it dies by itself: a date (2027-01-31) or a number of days (90d)
        #[arg(long)]
        expires: Option<String>,
    },
    /// Show all keys, newest first
    List {
        /// No more rows than this
        #[arg(long)]
        limit: Option<usize>,
    },
    /// Give a key another token, which is shown now and never again
    Rotate {
        /// The key's id (`key_…`)
        id: String,
        /// For how many seconds the token before goes on: 0 to 604800 (7 days)
        #[arg(long, value_name = "SECONDS", default_value_t = Grace::DEFAULT_S)]
        grace: i64,
    },
    /// End a key for good
    Revoke {
        /// The key's id (`key_…`)
        id: String,
    },
}

#[derive(Debug, Serialize)]
struct KeyRow {
    id: String,
    name: String,
    kind: KeyKind,
    token_hint: String,
    scopes: Vec<String>,
    state: &'static str,
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl KeyRow {
    fn of(key: &ApiKey, now: Timestamp) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            kind: key.kind,
            token_hint: format!("…{}", key.token_hint),
            scopes: key.scopes.iter().map(str::to_owned).collect(),
            state: key.state(now).as_str(),
            expires_at: key.expires_at,
            last_used_at: key.last_used_at,
            created_at: key.created_at,
        }
    }
}

impl Shown for KeyRow {
    const HEAD: &'static [&'static str] = &["id", "name", "kind", "token", "scopes", "state", "expires", "last used"];

    fn cells(&self) -> Vec<String> {
        let last_used = self.last_used_at.map_or_else(|| "never".to_owned(), moment);
        let expires = or_dash(self.expires_at.map(moment));
        let (kind, state, scopes) = (self.kind.to_string(), self.state.to_owned(), self.scopes.join(","));
        vec![self.id.clone(), self.name.clone(), kind, self.token_hint.clone(), scopes, state, expires, last_used]
    }
}

#[derive(Debug, Serialize)]
struct CreatedKey {
    #[serde(flatten)]
    key: KeyRow,
    token: String,
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Create { name, scopes, kind, expires } => {
            let scopes = Scopes::parse(scopes.iter().map(String::as_str)).map_err(|error| Stop::usage(format!("--scopes: {error}")))?;
            kind.admit(&scopes).map_err(|error| Stop::usage(format!("--scopes: {error}")))?;
            create(globals, CreateApiKey { name, kind, scopes, expires_at: None }, expires.as_deref()).await?;
        }
        Command::Rotate { id, grace } => rotate(globals, &id, grace).await?,
        Command::List { limit } => list(globals, limit).await?,
        Command::Revoke { id } => revoke(globals, &id).await?,
    }
    Ok(Exit::Ok)
}

async fn create(globals: &Globals, request: CreateApiKey, expires: Option<&str>) -> anyhow::Result<()> {
    let context = globals.open().await?;
    let expires_at = expires.map(|text| read_expiry(text, context.now())).transpose()?;
    let request = CreateApiKey { expires_at, ..request };
    let created = api_keys::create(&context, &origin(), request, PermissionSet::all()).await.map_err(|error| Stop::of(&error))?;
    show_token(globals, &created, context.now())
}

async fn rotate(globals: &Globals, id: &str, grace_s: i64) -> anyhow::Result<()> {
    let id = read_id(id)?;
    let grace = Grace::try_from(grace_s).map_err(|error| Stop::usage(format!("--grace: {error}")))?;
    let context = globals.open().await?;
    let rotated = api_keys::rotate(&context, &origin(), RotateApiKey { id, grace }, PermissionSet::all()).await;
    show_token(globals, &rotated.map_err(|error| Stop::of(&error))?, context.now())
}

fn show_token(globals: &Globals, created: &Created, now: Timestamp) -> anyhow::Result<()> {
    let output = globals.output();
    let token = created.token.reveal().to_owned();
    if output.is_json() {
        return output.json(&CreatedKey { key: KeyRow::of(&created.key, now), token });
    }
    output.note(format!("{} ({}): the token is shown now and never again", created.key.id, created.key.name));
    Ok(output.line(token)?)
}

async fn list(globals: &Globals, limit: Option<usize>) -> anyhow::Result<()> {
    let context = globals.open().await?;
    let keys = api_keys::all(context.db.reader()).await.map_err(|error| Stop::of(&error))?;
    let rows = keys.iter().take(limit.unwrap_or(usize::MAX)).map(|key| KeyRow::of(key, context.now()));
    globals.output().list(&rows.collect::<Vec<_>>())
}

async fn revoke(globals: &Globals, id: &str) -> anyhow::Result<()> {
    let key = read_id(id)?;
    let context = globals.open().await?;
    api_keys::revoke(&context, &origin(), key, None).await.map_err(|error| Stop::of(&error))?;
    globals.output().note(format!("{key} is revoked"));
    Ok(())
}

fn read_id(text: &str) -> Result<ApiKeyId, Stop> {
    text.parse().map_err(|_| Stop::not_found(format!("no API key {text}")))
}

/// A date means the start of that day in UTC; a number of days counts from now.
fn read_expiry(text: &str, now: Timestamp) -> Result<Timestamp, Stop> {
    let unreadable = || Stop::usage(format!("--expires: {text} is neither a date (2027-01-31) nor a number of days (90d)"));
    let at = match text.strip_suffix('d').and_then(|days| days.parse::<u16>().ok()) {
        Some(days) => now + TimeDelta::days(i64::from(days)),
        None => text.parse::<NaiveDate>().map_err(|_| unreadable())?.and_time(NaiveTime::MIN).and_utc(),
    };
    if at > now { Ok(at) } else { Err(Stop::usage(format!("--expires: {text} is not in the future"))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_is_a_date_or_a_number_of_days() {
        let now: Timestamp = "2026-03-02T09:30:00Z".parse().expect("a moment");
        let read = |text| read_expiry(text, now).map(|at| at.to_rfc3339()).ok();
        assert_eq!(read("2027-01-31").as_deref(), Some("2027-01-31T00:00:00+00:00"));
        assert_eq!(read("90d").as_deref(), Some("2026-05-31T09:30:00+00:00"));
        for text in ["2026-03-02", "0d", "90", "soon", "-5d", "2027-02-30"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
