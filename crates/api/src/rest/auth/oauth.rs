//! Signing in by way of somebody else: there and back in a browser, and then the tokens.

use accounts::oauth::{self, Callback, Start};
use accounts::sessions::Kind;
use accounts::sign_in::{self, ByProvider};
use axum::extract::{Path, State};
use gateway::{Anyone, Cache, CommonProblems, Cookies, Envelope, ErrorBody, NoParams, One, Params, Problem, SeeOther, SetCookie, Valid};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::wire::{SignedInView, bearer, optional_secret, secret};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

/// What a browser carries while it is away.
const FLIGHT_COOKIE: &str = "__Host-tradewind_oauth";
/// It is away for no longer than this; what is sealed in the cookie says the same.
const FLIGHT_SECONDS: i64 = 600;

pub(super) fn routes() -> Routes {
    routes![list_providers, start_oauth, finish_oauth, swap_oauth_code]
}

/// Who else people may sign in with.
#[derive(Serialize, ToSchema)]
struct ProvidersView {
    /// One button each.
    providers: Vec<ProviderView>,
}

/// Somebody else whom people may sign in with.
#[derive(Serialize, ToSchema)]
struct ProviderView {
    /// Its name in the routes.
    name: String,
    /// What stands on the button.
    label: String,
}

/// Where to lead whoever comes back, and what they will have to prove.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StartParams {
    /// A page of this shop (`/account`), or one of the places that are configured (`auth.return_to`).
    #[param(max_length = 512, example = "/account")]
    return_to: String,
    /// The SHA-256, in base64url without padding, of a random text of 43 to 128 characters that the client keeps: only whoever shows
    /// that text gets tokens for the code.
    #[param(pattern = "^[A-Za-z0-9_-]{43}$", example = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")]
    challenge: String,
}

/// What providers add to the address; what else they add counts for nothing.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct CallbackParams {
    /// What was sent along.
    #[param(max_length = 255, nullable = false)]
    state: Option<String>,
    /// The provider's code.
    #[param(max_length = 2048, nullable = false)]
    code: Option<String>,
    /// Who the provider says that it is (RFC 9207).
    #[param(max_length = 512, nullable = false)]
    iss: Option<String>,
    /// Why it lets nobody through.
    #[param(max_length = 255, nullable = false)]
    error: Option<String>,
}

/// What whoever came back swaps for a session.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct OAuthCodeIn {
    /// The code behind the `#`.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, max_length = 4096)]
    code: SecretString,
    /// The text whose SHA-256 was the challenge.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, max_length = 128)]
    verifier: SecretString,
    /// A code of the authenticator or a recovery code, where the account has a second factor.
    #[serde(default, deserialize_with = "optional_secret")]
    #[schema(value_type = Option<String>, max_length = 64)]
    two_factor_code: Option<SecretString>,
    /// How the session is carried.
    #[serde(default = "bearer")]
    #[schema(value_type = Option<schema::SessionKind>)]
    session: Kind,
}

fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// List who else people may sign in with.
#[utoipa::path(
    get, path = "/api/v1/auth/oauth", tag = "auth", operation_id = "list_oauth_providers", security(()),
    responses(CommonProblems, (status = 200, description = "The providers", body = Envelope<ProvidersView>)),
)]
async fn list_providers(State(shop): State<Shop>, _caller: Anyone, _none: NoParams) -> One<ProvidersView> {
    let providers = shop.accounts.providers.all().into_iter().map(|shown| ProviderView { name: shown.name, label: shown.label });
    One::plain(ProvidersView { providers: providers.collect() })
}

/// Begin to sign in by way of a provider: a browser is led there. A cookie binds the way to this browser; it is over in ten minutes.
#[utoipa::path(
    get, path = "/api/v1/auth/oauth/{provider}/start", tag = "auth", operation_id = "start_oauth", security(()),
    params(("provider" = String, Path, description = "The provider's name", max_length = 32), StartParams),
    responses(
        CommonProblems,
        (status = 303, description = "To the provider"),
        (status = 404, description = "`provider_not_found`", body = ErrorBody),
        (status = 422, description = "`return_to_refused`; `provider_answer_invalid`: the provider says of itself what cannot be", body = ErrorBody),
        (status = 503, description = "`database_unavailable`, `provider_unavailable`, `request_timed_out`, `unavailable`", body = ErrorBody),
    ),
)]
async fn start_oauth(
    State(shop): State<Shop>,
    _caller: Anyone,
    Path(provider): Path<String>,
    Params(params): Params<StartParams>,
) -> Result<(SetCookie, SeeOther), Problem> {
    let StartParams { return_to, challenge } = params;
    if !is_challenge(&challenge) {
        return Err(Problem::invalid_query().detail("challenge", "must be 43 characters of base64url"));
    }
    let start = Start { provider, return_to, challenge };
    let departure = oauth::start(shop.context(), &shop.accounts.providers, start).await?;
    Ok((SetCookie::kept(FLIGHT_COOKIE, &departure.luggage, FLIGHT_SECONDS), SeeOther::to(&departure.to)?))
}

/// Come back from a provider: a browser is led to where it wanted, with `#code=…`, which is good once and for five minutes at
/// `POST /api/v1/auth/oauth/token`, or with `#error=…`: `provider_refused`, `provider_answer_invalid`, `provider_unavailable`.
#[utoipa::path(
    get, path = "/api/v1/auth/oauth/{provider}/callback", tag = "auth", operation_id = "finish_oauth", security(()),
    params(("provider" = String, Path, description = "The provider's name", max_length = 32), CallbackParams),
    responses(
        CommonProblems,
        (status = 303, description = "To where the way in was begun for"),
        (status = 404, description = "`provider_not_found`", body = ErrorBody),
        (status = 422, description = "`oauth_state_invalid`: not begun in this browser, used before, or too late", body = ErrorBody),
    ),
)]
async fn finish_oauth(
    State(shop): State<Shop>,
    caller: Anyone,
    cookies: Cookies,
    Path(provider): Path<String>,
    Params(params): Params<CallbackParams>,
) -> Result<(SetCookie, SeeOther), Problem> {
    let CallbackParams { state, code, iss, error } = params;
    let luggage = cookies.get(FLIGHT_COOKIE).map(str::to_owned);
    let callback = Callback { provider, luggage, state, code, issuer: iss, error };
    let to = oauth::arrive(shop.context(), &shop.accounts.providers, &caller.origin(), callback).await?;
    Ok((SetCookie::gone(FLIGHT_COOKIE), SeeOther::to(&to)?))
}

/// Swap the code that a provider's visitor came back with for a session. Somebody new gets an account.
///
/// An account with the same address is signed in to where both the provider and this shop saw that its mail is read; otherwise sign in to
/// it and show the same code to `POST /api/v1/me/identities`. Whatever is refused leaves the code unspent.
#[utoipa::path(
    post, path = "/api/v1/auth/oauth/token", tag = "auth", operation_id = "swap_oauth_code", security(()),
    request_body = OAuthCodeIn,
    responses(
        CommonProblems,
        (status = 200, description = "Signed in", body = Envelope<SignedInView>),
        (status = 401, description = "`unauthenticated`, `credentials_invalid`; `two_factor_code_required`: the same with a `two_factor_code`", body = ErrorBody),
        (status = 409, description = "`identity_unlinked`: sign in and link it; `provider_email_unverified`; `identity_taken`, `email_taken`: somebody was first", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `oauth_code_invalid`, `two_factor_code_invalid`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`: again after `Retry-After`", body = ErrorBody),
    ),
)]
async fn swap_oauth_code(
    State(shop): State<Shop>,
    caller: Anyone,
    Valid(body): Valid<OAuthCodeIn>,
) -> Result<(Option<SetCookie>, One<SignedInView>), Problem> {
    let OAuthCodeIn { code, verifier, two_factor_code, session: kind } = body;
    let command = ByProvider { code, verifier, two_factor_code, kind };
    let (cookie, view) = SignedInView::of(sign_in::by_provider(&shop.accounts, &caller.origin(), command).await?);
    Ok((cookie, One::plain(view).cache(Cache::NoStore)))
}
