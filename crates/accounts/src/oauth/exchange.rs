//! Asking a provider: where to send people, and whom the code means that they come back with.

use std::pin::Pin;

use kernel::{Email, Timestamp};
use oauth2::basic::{BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse, BasicTokenType};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EndpointNotSet, EndpointSet,
    ExtraTokenFields, HttpRequest, HttpResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope,
    StandardRevocableToken, StandardTokenResponse, TokenResponse as _, TokenUrl,
};
use platform::http_client::{HttpClient, HttpError};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use super::error::OAuthError;
use super::flight::Flight;
use super::id_token::{self, PersonClaims};
use super::metadata::Metadata;
use super::model::Claimed;
use super::providers::Provider;

/// The longest name that is taken over.
const LONGEST_NAME: usize = 255;
/// What a provider says of a refusal is logged up to here.
const LONGEST_REFUSAL: usize = 64;

#[derive(Debug, Serialize, Deserialize)]
struct IdToken {
    id_token: Option<String>,
}

impl ExtraTokenFields for IdToken {}

type Tokens = StandardTokenResponse<IdToken, BasicTokenType>;
type OfProvider = Client<
    BasicErrorResponse,
    Tokens,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// Who asks for the library.
struct Asking<'h>(&'h HttpClient);

impl<'c> AsyncHttpClient<'c> for Asking<'_> {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.0.send(request))
    }
}

/// What the provider says of the person, with the person's own token.
#[derive(Debug, Deserialize)]
struct UserInfo {
    sub: String,
    #[serde(flatten)]
    person: PersonClaims,
}

fn client(provider: &Provider, metadata: &Metadata) -> Result<OfProvider, OAuthError> {
    let none = |_| OAuthError::AnswerInvalid("it names a place that is none");
    let client = Client::new(ClientId::new(provider.settings.client_id.clone()))
        .set_auth_uri(AuthUrl::new(metadata.authorization_endpoint.clone()).map_err(none)?)
        .set_token_uri(TokenUrl::new(metadata.token_endpoint.clone()).map_err(none)?)
        .set_redirect_uri(RedirectUrl::new(provider.redirect_uri.clone()).map_err(none)?)
        .set_auth_type(if metadata.wants_secret_in_body() { AuthType::RequestBody } else { AuthType::BasicAuth });
    let secret = provider.settings.client_secret.expose_secret();
    Ok(if secret.is_empty() { client } else { client.set_client_secret(ClientSecret::new(secret.to_owned())) })
}

/// Where people are sent, as the flight has it.
pub(super) fn address_of(provider: &Provider, metadata: &Metadata, flight: &Flight) -> Result<String, OAuthError> {
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(flight.verifier.clone()));
    let (state, scopes) = (flight.state.clone(), provider.settings.scopes.split_ascii_whitespace());
    let client = client(provider, metadata)?;
    let request = client
        .authorize_url(move || CsrfToken::new(state))
        .add_scopes(scopes.map(|scope| Scope::new(scope.to_owned())))
        .add_extra_param("nonce", flight.nonce.clone())
        .set_pkce_challenge(challenge);
    Ok(request.url().0.into())
}

/// Whom a code means.
pub(super) async fn exchange(provider: &Provider, flight: &Flight, code: String, now: Timestamp) -> Result<Claimed, OAuthError> {
    let metadata = provider.metadata().await?;
    let http = provider.client()?;
    let answer = client(provider, &metadata)?
        .exchange_code(AuthorizationCode::new(code))
        .set_pkce_verifier(PkceCodeVerifier::new(flight.verifier.clone()))
        .request_async(&Asking(http))
        .await;
    let tokens = answer.map_err(|error| match error {
        RequestTokenError::ServerResponse(refusal) => refused(refusal.error().as_ref()),
        RequestTokenError::Request(error) => OAuthError::Unavailable(error.to_string()),
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => OAuthError::AnswerInvalid("it answers no tokens"),
    })?;
    let token = tokens.extra_fields().id_token.as_deref().ok_or(OAuthError::AnswerInvalid("it does not say who it is"))?;
    let claims = id_token::check((provider, &metadata), token, &flight.nonce, now).await?;
    let person = match (&claims.person.email, &metadata.userinfo_endpoint) {
        (None, Some(place)) => person(provider, place, (tokens.access_token().secret(), &claims.sub)).await?,
        _ => claims.person,
    };
    Ok(claimed(provider, claims.sub, person))
}

/// What it says of a person where the signed answer does not. It has to be the same person (OpenID Connect Core 1.0, 5.3.2).
async fn person(provider: &Provider, place: &str, (token, subject): (&str, &str)) -> Result<PersonClaims, OAuthError> {
    let info: UserInfo = provider.get(place, Some(token)).await?;
    if info.sub == subject { Ok(info.person) } else { Err(OAuthError::AnswerInvalid("it tells of somebody else")) }
}

fn claimed(provider: &Provider, subject: String, person: PersonClaims) -> Claimed {
    let verified_email = person.email.filter(|_| person.email_verified).and_then(|email| Email::parse(&email).ok());
    let name = person.name.filter(|name| name.chars().count() <= LONGEST_NAME);
    Claimed { issuer: provider.settings.issuer.clone(), subject, verified_email, name }
}

/// What a provider refuses with, cut to what a log line takes.
pub(super) fn refused(why: &str) -> OAuthError {
    OAuthError::ProviderRefused(why.chars().filter(|c| c.is_ascii_graphic()).take(LONGEST_REFUSAL).collect())
}
