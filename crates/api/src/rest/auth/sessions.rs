//! Sessions: renewed, ended, and looked at by others.

use accounts::sessions::{self, RefreshToken, RevokeSession, RevokedBecause, SessionError};
use accounts::sign_in;
use axum::extract::State;
use gateway::{
    Anyone, Cache, CommonProblems, Cookies, Envelope, ErrorBody, Fixed, NoContent, NoParams, One, Optional, Problem, SESSION_COOKIE,
    SetCookie, SignedIn, Valid,
};
use kernel::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::wire::{LogOutIn, RefreshTokenIn, TokensView, secret};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![refresh, log_out, log_out_everywhere, verify_token, signing_keys]
}

/// A token that somebody shows to somebody else.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VerifyTokenIn {
    /// The access token.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, max_length = 8192)]
    token: SecretString,
}

/// What a token is worth now.
#[derive(Default, Serialize, ToSchema)]
struct TokenStateView {
    /// True where it opens doors; then the rest is there.
    active: bool,
    /// Whose it is.
    #[schema(value_type = Option<schema::UserId>)]
    user_id: Option<String>,
    /// In which session.
    #[schema(value_type = Option<schema::SessionId>)]
    session_id: Option<String>,
    /// The names of the user's roles when it was signed.
    roles: Vec<String>,
    /// When it is over.
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

/// Renew a session. The token is used up: the answer holds the next one.
///
/// Where the answer is lost, the same client may ask again within ten seconds. Whoever else shows a used token ends the session.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh", tag = "auth", operation_id = "refresh_session", security(()),
    request_body = RefreshTokenIn,
    responses(
        CommonProblems,
        (status = 200, description = "The next tokens", body = Envelope<TokensView>),
        (status = 401, description = "`unauthenticated`, `refresh_token_invalid`, `refresh_token_reused`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn refresh(State(shop): State<Shop>, caller: Anyone, Valid(body): Valid<RefreshTokenIn>) -> Result<One<TokensView>, Problem> {
    let token = RefreshToken::parse(&body.refresh_token).ok_or_else(Problem::unauthenticated)?;
    let signed_in = sign_in::refresh(&shop.accounts, &caller.origin(), &token).await?;
    Ok(One::plain(TokensView::from(&signed_in)).cache(Cache::NoStore))
}

/// Sign out: the session's tokens, or its cookie, open nothing and renew nothing any more. A token of no session is one that is signed
/// out. Without a token it is the cookie's session that ends, and the browser is told to forget the cookie.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", tag = "auth", operation_id = "log_out", security(()),
    request_body = LogOutIn,
    responses(
        CommonProblems,
        (status = 204, description = "Signed out"),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn log_out(
    State(shop): State<Shop>,
    caller: Anyone,
    cookies: Cookies,
    Optional(body): Optional<LogOutIn>,
) -> Result<(Option<SetCookie>, NoContent), Problem> {
    let shown = body.refresh_token.as_deref();
    let carried = if shown.is_none() { cookies.get(SESSION_COOKIE) } else { None };
    let gone = carried.map(|_| SetCookie::gone(SESSION_COOKIE));
    let Some(token) = shown.or(carried).and_then(RefreshToken::parse) else { return Ok((gone, NoContent)) };
    let Some(session) = sessions::find_by_token(shop.context().db.reader(), &token).await? else { return Ok((gone, NoContent)) };
    let command = RevokeSession { id: session.id, of: None, because: RevokedBecause::LoggedOut };
    match sessions::revoke(shop.context(), &caller.origin(), command).await {
        Ok(()) | Err(SessionError::NotFound) => Ok((gone, NoContent)),
        Err(error) => Err(error.into()),
    }
}

/// Sign out everywhere, here too.
#[utoipa::path(
    post, path = "/api/v1/auth/logout-all", tag = "auth", operation_id = "log_out_everywhere", security(("bearer" = [])),
    responses(CommonProblems, (status = 204, description = "Signed out everywhere")),
)]
async fn log_out_everywhere(
    State(shop): State<Shop>,
    me: SignedIn,
    cookies: Cookies,
    _none: NoParams,
) -> Result<(Option<SetCookie>, NoContent), Problem> {
    let tx = shop.context().begin(&me.origin()).await?;
    sessions::revoke_all_in(&tx, me.user(), None, RevokedBecause::LoggedOut).await?;
    tx.commit().await?;
    Ok((cookies.get(SESSION_COOKIE).map(|_| SetCookie::gone(SESSION_COOKIE)), NoContent))
}

/// Tell what an access token is worth now: a service beside the shop asks it of what its callers show.
#[utoipa::path(
    post, path = "/api/v1/auth/verify-token", tag = "auth", operation_id = "verify_token", security(()),
    request_body = VerifyTokenIn,
    responses(
        CommonProblems,
        (status = 200, description = "What it is worth", body = Envelope<TokenStateView>),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn verify_token(
    State(shop): State<Shop>,
    _caller: Anyone,
    Valid(body): Valid<VerifyTokenIn>,
) -> Result<One<TokenStateView>, Problem> {
    let claims = shop.accounts.tokens.verify(body.token.expose_secret()).await?;
    let live = match &claims {
        Some(claims) => sessions::find_live(shop.context(), claims.sid).await?.is_some_and(|session| session.user_id == claims.sub),
        None => false,
    };
    let state = claims.filter(|_| live).map(|claims| TokenStateView {
        active: true,
        user_id: Some(claims.sub.to_string()),
        session_id: Some(claims.sid.to_string()),
        roles: claims.roles,
        expires_at: Timestamp::from_timestamp(claims.exp, 0),
    });
    Ok(One::plain(state.unwrap_or_default()).cache(Cache::NoStore))
}

/// The keys with which others verify access tokens: a JSON Web Key Set (RFC 7517).
#[utoipa::path(
    get, path = "/.well-known/jwks.json", tag = "auth", operation_id = "get_signing_keys", security(()),
    responses(CommonProblems, (status = 200, description = "The keys", body = Object)),
)]
async fn signing_keys(State(shop): State<Shop>, _caller: Anyone, _none: NoParams) -> Result<Fixed, Problem> {
    Ok(Fixed::new(&shop.accounts.tokens.jwks().await?)?.for_now())
}
