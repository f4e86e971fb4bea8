//! What one signs in with, and the end of an account.

use accounts::sign_in::{self, ChangeEmail, ChangePassword};
use axum::extract::State;
use gateway::{CommonProblems, ErrorBody, NoContent, NoParams, Problem, SignedIn, Valid};
use sales::customers;
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::rest::auth::secret;
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![change_my_password, change_my_email, resend_my_verification, erase_me]
}

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasswordChangeIn {
    /// The password as it is.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, max_length = 256, format = Password)]
    current_password: SecretString,
    /// What it is to be: 8 to 256 characters, none of the passwords that everybody tries first.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, min_length = 8, max_length = 256, format = Password)]
    new_password: SecretString,
}

/// Another address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EmailChangeIn {
    /// What it is to be.
    #[schema(max_length = 254)]
    email: String,
    /// The account's password.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, max_length = 256, format = Password)]
    password: SecretString,
}

/// The end of an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ErasureIn {
    /// The account's password.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, max_length = 256, format = Password)]
    password: SecretString,
}

/// Change one's password. Every other session is ended.
#[utoipa::path(
    post, path = "/api/v1/me/password", tag = "me", operation_id = "change_my_password", security(("bearer" = [])),
    request_body = PasswordChangeIn,
    responses(
        CommonProblems,
        (status = 204, description = "It is another"),
        (status = 422, description = "`password_wrong`, `validation_failed`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`: again after `Retry-After`", body = ErrorBody),
    ),
)]
async fn change_my_password(State(shop): State<Shop>, me: SignedIn, Valid(body): Valid<PasswordChangeIn>) -> Result<NoContent, Problem> {
    let PasswordChangeIn { current_password: current, new_password: new } = body;
    let command = ChangePassword { user_id: me.user(), session_id: Some(me.session()), current, new };
    sign_in::change_password(&shop.accounts, &me.origin(), command).await?;
    Ok(NoContent)
}

/// Change one's address. It is another once the link is opened that is sent to the new one.
#[utoipa::path(
    post, path = "/api/v1/me/email", tag = "me", operation_id = "change_my_email", security(("bearer" = [])),
    request_body = EmailChangeIn,
    responses(
        CommonProblems,
        (status = 204, description = "A letter is on its way"),
        (status = 422, description = "`password_wrong`, `validation_failed`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`: again after `Retry-After`", body = ErrorBody),
    ),
)]
async fn change_my_email(State(shop): State<Shop>, me: SignedIn, Valid(body): Valid<EmailChangeIn>) -> Result<NoContent, Problem> {
    let EmailChangeIn { email, password } = body;
    let command = ChangeEmail { user_id: me.user(), session_id: Some(me.session()), password, email };
    sign_in::change_email(&shop.accounts, &me.origin(), command).await?;
    Ok(NoContent)
}

/// Have the letter sent again that shows that one's address is read.
#[utoipa::path(
    post, path = "/api/v1/me/email/verification", tag = "me", operation_id = "resend_my_verification", security(("bearer" = [])),
    responses(
        CommonProblems,
        (status = 204, description = "A letter is on its way, where there is something to verify"),
        (status = 429, description = "`too_many_attempts`: again after `Retry-After`", body = ErrorBody),
    ),
)]
async fn resend_my_verification(State(shop): State<Shop>, me: SignedIn, _none: NoParams) -> Result<NoContent, Problem> {
    sign_in::resend_verification(&shop.accounts, &me.origin(), me.user()).await?;
    Ok(NoContent)
}

/// Have the shop forget oneself. What was sold stays for the books, without anything that tells who bought it.
#[utoipa::path(
    delete, path = "/api/v1/me", tag = "me", operation_id = "erase_me", security(("bearer" = [])),
    request_body = ErasureIn,
    responses(
        CommonProblems,
        (status = 204, description = "Forgotten"),
        (status = 409, description = "`orders_open`: something is still to be paid or to be sent; `last_admin`", body = ErrorBody),
        (status = 422, description = "`password_wrong`, `validation_failed`", body = ErrorBody),
        (status = 429, description = "`too_many_attempts`: again after `Retry-After`", body = ErrorBody),
    ),
)]
async fn erase_me(State(shop): State<Shop>, me: SignedIn, Valid(body): Valid<ErasureIn>) -> Result<NoContent, Problem> {
    customers::erase_own(&shop.accounts, &me.origin(), me.user(), &body.password).await?;
    Ok(NoContent)
}
