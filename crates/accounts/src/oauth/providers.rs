//! The providers that are configured, and what they said of themselves.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, StatusCode, header};
use jsonwebtoken::jwk::JwkSet;
use platform::config::{AuthProvider, Config};
use platform::http_client::{HttpBounds, HttpClient, Reach};
use platform::outside::OutsideSystem;
use serde::de::DeserializeOwned;

use super::error::OAuthError;
use super::metadata::Metadata;
use super::remembered::Remembered;

/// What a provider says of itself changes hardly ever, and its keys some times a year.
const FRESH: Duration = Duration::from_secs(3_600);
/// While a provider's metadata cannot be had, what it said holds so long.
const STALE: Duration = Duration::from_secs(24 * 3_600);
/// A key that nobody knows makes us ask again, but strangers cannot make us ask more often.
const KEYS_PATIENCE: Duration = Duration::from_secs(10);

/// The providers that are configured; clones are the same.
#[derive(Debug, Clone)]
pub struct Providers(Arc<BTreeMap<String, Provider>>);

/// What people see of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its name in the routes.
    pub name: String,
    /// What stands on the button.
    pub label: String,
}

/// One of them.
pub(super) struct Provider {
    pub(super) name: String,
    pub(super) settings: AuthProvider,
    /// Where it leads people back to.
    pub(super) redirect_uri: String,
    http: Option<HttpClient>,
    metadata: Remembered<Metadata>,
    keys: Remembered<JwkSet>,
}

impl Providers {
    /// Those that are configured; none of them is asked anything before somebody wants in by it.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let base = config.server.base_url();
        let provider = |(name, settings): (&String, &AuthProvider)| {
            let redirect_uri = format!("{base}/api/v1/auth/oauth/{name}/callback");
            let system = OutsideSystem::one(format!("sign_in_{name}"));
            // Without a client the provider is away, and nothing else is the worse for it.
            let http = HttpClient::new(system, HttpBounds::FOR_A_CUSTOMER, Reach::Anywhere).ok();
            let (metadata, keys) = (Remembered::default(), Remembered::default());
            (name.clone(), Provider { name: name.clone(), settings: settings.clone(), redirect_uri, http, metadata, keys })
        };
        Self(Arc::new(config.auth.providers.iter().map(provider).collect()))
    }

    /// All of them, by name.
    #[must_use]
    pub fn all(&self) -> Vec<Shown> {
        self.0.values().map(Provider::shown).collect()
    }

    /// The one with this address, where it is still configured.
    #[must_use]
    pub fn by_issuer(&self, issuer: &str) -> Option<Shown> {
        self.0.values().find(|provider| provider.settings.issuer == issuer).map(Provider::shown)
    }

    pub(super) fn find(&self, name: &str) -> Result<&Provider, OAuthError> {
        self.0.get(name).ok_or(OAuthError::ProviderNotFound)
    }
}

impl Provider {
    fn shown(&self) -> Shown {
        let label = if self.settings.label.is_empty() { &self.name } else { &self.settings.label };
        Shown { name: self.name.clone(), label: label.clone() }
    }

    /// What it says of itself.
    pub(super) async fn metadata(&self) -> Result<Arc<Metadata>, OAuthError> {
        let issuer = &self.settings.issuer;
        let ask = async || self.get::<Metadata>(&Metadata::address_of(issuer), None).await?.checked(issuer);
        self.metadata.get(FRESH, STALE, ask).await
    }

    /// The keys that it signs with; asked for anew where this one is not among them.
    pub(super) async fn keys(&self, metadata: &Metadata, kid: Option<&str>) -> Result<Arc<JwkSet>, OAuthError> {
        let ask = || self.get::<JwkSet>(&metadata.jwks_uri, None);
        let keys = self.keys.get(FRESH, STALE, ask).await?;
        if kid.is_none_or(|kid| keys.find(kid).is_some()) {
            return Ok(keys);
        }
        self.keys.get(KEYS_PATIENCE, KEYS_PATIENCE, ask).await
    }

    /// A document of JSON, for whoever shows this token.
    pub(super) async fn get<T: DeserializeOwned>(&self, address: &str, token: Option<&str>) -> Result<T, OAuthError> {
        let request = Request::get(address).header(header::ACCEPT, "application/json");
        let request = match token {
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        };
        let request = request.body(Vec::new()).map_err(|_| OAuthError::AnswerInvalid("it names a place that is none"))?;
        let answer = self.client()?.send(request).await.map_err(|error| OAuthError::Unavailable(error.to_string()))?;
        if answer.status() != StatusCode::OK {
            return Err(OAuthError::Unavailable(format!("it answers {}", answer.status())));
        }
        serde_json::from_slice(answer.body()).map_err(|_| OAuthError::AnswerInvalid("it answers something else than was asked for"))
    }

    pub(super) fn client(&self) -> Result<&HttpClient, OAuthError> {
        self.http.as_ref().ok_or_else(|| OAuthError::Unavailable("this process cannot ask anybody".to_owned()))
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("name", &self.name).field("issuer", &self.settings.issuer).finish_non_exhaustive()
    }
}
