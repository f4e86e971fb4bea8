//! Registration and signing in.

use accounts::sign_in::{self, LogIn, Register};
use axum::extract::State;
use gateway::{Anyone, Cache, CommonProblems, Created, Envelope, ErrorBody, NoContent, One, Problem, SetCookie, Valid};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

use super::wire::{LoginIn, RegisterIn, SignedInView, secret};
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![register, log_in, verify_email]
}

/// What came with the mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct VerifyEmailIn {
    /// The token of the link.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, max_length = 255)]
    token: SecretString,
}

/// Make an account and sign in to it. Pages have a cookie carry the session (`"session": "cookie"`); the answer holds no tokens then.
#[utoipa::path(
    post, path = "/api/v1/auth/register", tag = "auth", operation_id = "register", security(()),
    request_body = RegisterIn,
    responses(
        CommonProblems,
        (status = 201, description = "The account, signed in to", body = Envelope<SignedInView>),
        (status = 409, description = "`email_taken`, `username_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn register(
    State(shop): State<Shop>,
    caller: Anyone,
    Valid(body): Valid<RegisterIn>,
) -> Result<(Option<SetCookie>, Created<SignedInView>), Problem> {
    let RegisterIn { email, password, username, name, accepts_marketing, session: kind } = body;
    let command = Register { email, password, username, name, accepts_marketing, kind };
    let (cookie, view) = SignedInView::of(sign_in::register(&shop.accounts, &caller.origin(), command).await?);
    Ok((cookie, Created::plain(view).at("/api/v1/me")))
}

/// Sign in. Pages have a cookie carry the session (`"session": "cookie"`); the answer holds no tokens then.
#[utoipa::path(
    post, path = "/api/v1/auth/login", tag = "auth", operation_id = "log_in", security(()),
    request_body = LoginIn,
    responses(
        CommonProblems,
        (status = 200, description = "Signed in", body = Envelope<SignedInView>),
        (status = 401, description = "`unauthenticated`, `credentials_invalid`; `two_factor_code_required`: the same with a `code`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `two_factor_code_invalid`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`: again after `Retry-After`", body = ErrorBody),
    ),
)]
async fn log_in(
    State(shop): State<Shop>,
    caller: Anyone,
    Valid(body): Valid<LoginIn>,
) -> Result<(Option<SetCookie>, One<SignedInView>), Problem> {
    let login = body.login()?;
    let command = LogIn { login, password: body.password, code: body.code, kind: body.session };
    let (cookie, view) = SignedInView::of(sign_in::log_in(&shop.accounts, &caller.origin(), command).await?);
    Ok((cookie, One::plain(view).cache(Cache::NoStore)))
}

/// Show that mail to an address is read, by the token that came with it. What was ordered under the address as a guest becomes
/// the account's.
#[utoipa::path(
    post, path = "/api/v1/auth/verify-email", tag = "auth", operation_id = "verify_email", security(()),
    request_body = VerifyEmailIn,
    responses(
        CommonProblems,
        (status = 204, description = "It is verified"),
        (status = 409, description = "`email_taken`: the address is another account's by now", body = ErrorBody),
        (status = 422, description = "`link_invalid`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn verify_email(State(shop): State<Shop>, caller: Anyone, Valid(body): Valid<VerifyEmailIn>) -> Result<NoContent, Problem> {
    sign_in::verify_email(&shop.accounts, &caller.origin(), body.token.expose_secret()).await?;
    Ok(NoContent)
}
