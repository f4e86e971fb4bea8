//! A forgotten password.

use accounts::sign_in::{self, ResetPassword};
use axum::extract::State;
use gateway::{Anyone, CommonProblems, ErrorBody, NoContent, Problem, Valid};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::wire::{ForgotPasswordIn, secret};
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![forgot_password, reset_password]
}

/// A new password for a forgotten one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetPasswordIn {
    /// The token of the link.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, max_length = 255)]
    token: SecretString,
    /// The new password.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, min_length = 8, max_length = 256, format = Password)]
    password: SecretString,
}

/// Have a link sent with which a new password can be set within ten minutes. The answer is the same for accounts that there are
/// and for those that there are not.
#[utoipa::path(
    post, path = "/api/v1/auth/password/forgot", tag = "auth", operation_id = "forgot_password", security(()),
    request_body = ForgotPasswordIn,
    responses(
        CommonProblems,
        (status = 204, description = "A letter is on its way, if there is such an account"),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`: again after `Retry-After`", body = ErrorBody),
    ),
)]
async fn forgot_password(State(shop): State<Shop>, caller: Anyone, Valid(body): Valid<ForgotPasswordIn>) -> Result<NoContent, Problem> {
    sign_in::forgot_password(&shop.accounts, &caller.origin(), &body.login()?).await?;
    Ok(NoContent)
}

/// Set a new password with the token of a link; whoever is signed in to the account is signed out.
#[utoipa::path(
    post, path = "/api/v1/auth/password/reset", tag = "auth", operation_id = "reset_password", security(()),
    request_body = ResetPasswordIn,
    responses(
        CommonProblems,
        (status = 204, description = "The password is another"),
        (status = 422, description = "`link_invalid`, `validation_failed`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`: again after `Retry-After`", body = ErrorBody),
    ),
)]
async fn reset_password(State(shop): State<Shop>, caller: Anyone, Valid(body): Valid<ResetPasswordIn>) -> Result<NoContent, Problem> {
    let command = ResetPassword { token: body.token, password: body.password };
    sign_in::reset_password(&shop.accounts, &caller.origin(), command).await?;
    Ok(NoContent)
}
