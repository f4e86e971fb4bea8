//! API keys on the wire.

use accounts::api_keys::{ApiKey, ApiKeyChanges, ApiKeyQuery, CreateApiKey, Created, Grace, KeyKind};
use accounts::permissions::Scopes;
use gateway::{FilterKind, ListQuery, ListRoute, ListSpec};
use kernel::{FieldErrors, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::rest::roles::words;
use crate::schema;

/// The list of API keys.
pub(super) struct ApiKeys;

impl ListRoute for ApiKeys {
    const SPEC: ListSpec = ListSpec { filters: &[("kind", FilterKind::OneOf(KeyKind::WORDS))], ..ListSpec::PLAIN };
}

/// The query of the use case.
pub(super) fn query(list: &ListQuery) -> ApiKeyQuery {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    ApiKeyQuery { kinds: list.filters.parsed("kind"), newest_first, page: list.page.clone() }
}

/// A new API key.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKeyIn {
    /// What people call it.
    #[schema(min_length = 1, max_length = 255, example = "Warehouse")]
    name: String,
    /// What it is made for: `admin` may be given anything, `internal` anything but what decides who may do what,
    /// `publishable` nothing: it stands in pages that anybody can read.
    #[schema(value_type = schema::ApiKeyKind)]
    kind: String,
    /// What it may do: `orders:read`, `orders:*` for all of a resource, `admin:*` for everything.
    #[serde(default)]
    #[schema(value_type = Vec<schema::Scope>, max_items = 100)]
    scopes: Vec<String>,
    /// When it dies by itself. Absent: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

impl ApiKeyIn {
    pub(super) fn parse(self) -> Result<CreateApiKey, FieldErrors> {
        let Self { name, kind, scopes, expires_at } = self;
        let mut errors = FieldErrors::new();
        let kind = errors.take("kind", kind.parse::<KeyKind>());
        let scopes = errors.take("scopes", Scopes::parse(scopes.iter().map(String::as_str)));
        errors.finish(|| Some(CreateApiKey { name, kind: kind?, scopes: scopes?, expires_at }))
    }
}

/// What changes of an API key; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiKeyPatch {
    /// What people call it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 255)]
    name: Option<String>,
    /// All that it may do.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, value_type = Vec<schema::Scope>, max_items = 100)]
    scopes: Option<Vec<String>>,
    /// When it dies by itself; `null`: never.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Option<Timestamp>>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl ApiKeyPatch {
    pub(super) fn parse(self) -> Result<ApiKeyChanges, FieldErrors> {
        let Self { name, scopes, expires_at, version: _ } = self;
        let mut errors = FieldErrors::new();
        let scopes = errors.take_optional("scopes", scopes, |raw| Scopes::parse(raw.iter().map(String::as_str)));
        errors.finish(|| Some(ApiKeyChanges { name, scopes, expires_at }))
    }
}

/// How the token that is replaced ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RotationIn {
    /// For how many seconds the token that is replaced goes on. Absent: a day.
    #[schema(minimum = 0, maximum = 604_800, example = 3_600)]
    grace_s: Option<i64>,
}

impl RotationIn {
    pub(super) fn parse(self) -> Result<Grace, FieldErrors> {
        Grace::try_from(self.grace_s.unwrap_or(Grace::DEFAULT_S)).map_err(|error| FieldErrors::of("grace_s", error))
    }
}

/// An API key, without its token.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiKeyView {
    /// Its id (`key_…`).
    #[schema(value_type = schema::ApiKeyId)]
    id: String,
    /// Grows with each change; being used is none.
    version: i64,
    /// What people call it.
    name: String,
    /// What it is made for.
    #[schema(value_type = schema::ApiKeyKind)]
    kind: &'static str,
    /// Whether it opens doors.
    #[schema(value_type = schema::ApiKeyState)]
    state: &'static str,
    /// The last digits of its token.
    token_hint: String,
    /// What it may do.
    #[schema(value_type = Vec<schema::Scope>)]
    scopes: Vec<String>,
    /// When it dies by itself; null: never.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// When somebody ended it.
    #[schema(value_type = Option<String>, format = DateTime)]
    revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute; written a minute later.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// By whom.
    created_by: String,
}

impl ApiKeyView {
    pub(super) fn of(key: ApiKey, now: Timestamp) -> Self {
        Self {
            id: key.id.to_string(),
            version: key.version,
            kind: key.kind.as_str(),
            state: key.state(now).as_str(),
            scopes: words(&key.scopes),
            name: key.name,
            token_hint: key.token_hint,
            expires_at: key.expires_at,
            revoked_at: key.revoked_at,
            last_used_at: key.last_used_at,
            created_at: key.created_at,
            created_by: key.created_by,
        }
    }
}

/// An API key with its token, which is shown now and never again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiKeyTokenView {
    /// The key.
    #[serde(flatten)]
    key: ApiKeyView,
    /// What the program sends as `Authorization: Bearer …`.
    token: String,
}

impl ApiKeyTokenView {
    pub(super) fn of(created: Created, now: Timestamp) -> Self {
        let token = created.token.reveal().to_owned();
        Self { key: ApiKeyView::of(created.key, now), token }
    }
}
