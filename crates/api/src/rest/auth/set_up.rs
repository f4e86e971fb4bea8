//! The first administrator.

use accounts::sessions::Kind;
use accounts::sign_in::{self, SetUp};
use axum::extract::State;
use gateway::{Anyone, CommonProblems, Created, Envelope, ErrorBody, Problem, Valid};
use secrecy::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

use super::wire::{SignedInView, secret};
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![set_up]
}

/// The first administrator.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SetUpIn {
    /// The token of the link that the shop printed when it started.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, max_length = 255)]
    token: SecretString,
    /// Where mail reaches the person.
    #[schema(max_length = 254, example = "ada@example.com")]
    email: String,
    /// 8 to 256 characters, none of the passwords that everybody tries first.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, min_length = 8, max_length = 256, format = Password)]
    password: SecretString,
    /// What the person may sign in with instead of the address: 3 to 32 letters, digits, dots, dashes and underscores.
    #[schema(max_length = 32)]
    username: Option<String>,
    /// What the person is called.
    #[schema(max_length = 255)]
    name: Option<String>,
}

/// Make the shop's first administrator and sign in, by the link that a shop without one prints when it starts: good once, for a day.
#[utoipa::path(
    post, path = "/api/v1/auth/setup", tag = "auth", operation_id = "set_up", security(()),
    request_body = SetUpIn,
    responses(
        CommonProblems,
        (status = 201, description = "The account, signed in to", body = Envelope<SignedInView>),
        (status = 409, description = "`email_taken`, `username_taken`", body = ErrorBody),
        (status = 422, description = "`link_invalid`: also once there is an administrator; `validation_failed`", body = ErrorBody),
    ),
)]
async fn set_up(State(shop): State<Shop>, caller: Anyone, Valid(body): Valid<SetUpIn>) -> Result<Created<SignedInView>, Problem> {
    let SetUpIn { token, email, password, username, name } = body;
    let command = SetUp { token, email, password, username, name, kind: Kind::Bearer };
    let signed_in = sign_in::set_up(&shop.accounts, &caller.origin(), command).await?;
    let (_bearer, view) = SignedInView::of(signed_in);
    Ok(Created::plain(view).at("/api/v1/me"))
}
