//! Somebody comes back from a provider.

use kernel::{DomainError as _, Origin, Timestamp};
use platform::Context;
use platform::audit::{self, Entry};
use serde_json::json;

use super::error::OAuthError;
use super::exchange::{exchange, refused};
use super::flight::Flight;
use super::model::Claimed;
use super::providers::{Provider, Providers};
use super::{proof, store};

/// What somebody comes back with.
#[derive(Clone, Default)]
pub struct Callback {
    /// From whom.
    pub provider: String,
    /// What the browser carried.
    pub luggage: Option<String>,
    /// What came back in the address.
    pub state: Option<String>,
    /// The provider's code.
    pub code: Option<String>,
    /// Who the provider says that it is (RFC 9207).
    pub issuer: Option<String>,
    /// Why it did not let the person through.
    pub error: Option<String>,
}

impl std::fmt::Debug for Callback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Callback").field("provider", &self.provider).finish_non_exhaustive()
    }
}

/// Where to lead whoever comes back: to where they wanted, with a code behind the `#` that [`super::read_proof`] reads, or with the
/// code of the error that kept them out. What stands behind a `#` reaches no server and no log.
///
/// Who does not come back in the browser that left, comes back twice or too late is led nowhere. The way is spent before the provider
/// is asked, so that of two who come with the same one gets through.
///
/// # Errors
/// `ProviderNotFound`, `StateInvalid`, or what the database or the master key say.
pub async fn arrive(context: &Context, providers: &Providers, origin: &Origin, callback: Callback) -> Result<String, OAuthError> {
    let provider = providers.find(&callback.provider)?;
    let luggage = callback.luggage.as_deref().unwrap_or_default();
    let flight = Flight::open(&context.secrets, luggage, context.now())?;
    let state = callback.state.as_deref().unwrap_or_default();
    let flight = flight.filter(|flight| flight.is_of(&provider.name, state)).ok_or(OAuthError::StateInvalid)?;
    spend(context, origin, &flight).await?;
    let fragment = match prove(provider, &flight, callback, context.now()).await {
        Ok(claimed) => format!("code={}", proof::write(context, claimed, flight.challenge)?),
        Err(error @ (OAuthError::Secrets(_) | OAuthError::Database(_))) => return Err(error),
        Err(error) => {
            tracing::warn!(provider = %provider.name, error.code = error.code(), "nobody comes in: {error}");
            record_refusal(context, origin, (&provider.name, error.code())).await?;
            format!("error={}", error.code())
        }
    };
    Ok(format!("{}#{fragment}", flight.return_to))
}

async fn spend(context: &Context, origin: &Origin, flight: &Flight) -> Result<(), OAuthError> {
    let tx = context.begin(origin).await?;
    store::spend(&tx, flight.hash(), flight.expires_at).await?.ok_or(OAuthError::StateInvalid)?;
    Ok(tx.commit().await?)
}

async fn prove(provider: &Provider, flight: &Flight, callback: Callback, now: Timestamp) -> Result<Claimed, OAuthError> {
    let metadata = provider.metadata().await?;
    let is_its_own = match &callback.issuer {
        Some(issuer) => *issuer == provider.settings.issuer,
        None => !metadata.authorization_response_iss_parameter_supported,
    };
    if !is_its_own {
        return Err(OAuthError::AnswerInvalid("somebody else answers"));
    }
    match (callback.error, callback.code) {
        (Some(error), _) => Err(refused(&error)),
        (None, Some(code)) => exchange(provider, flight, code, now).await,
        (None, None) => Err(OAuthError::AnswerInvalid("it brings no code")),
    }
}

async fn record_refusal(context: &Context, origin: &Origin, (provider, error): (&str, &str)) -> Result<(), OAuthError> {
    let tx = context.begin(origin).await?;
    let tried = json!({ "provider": provider, "error": error });
    audit::record_refusal(&tx, &Entry::of("user.logged_in", "nobody").after(&tried)).await?;
    Ok(tx.commit().await?)
}
