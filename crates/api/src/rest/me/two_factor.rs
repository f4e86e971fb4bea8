//! One's second factor.

use accounts::two_factor::{self, RecoveryCodes, Started, TwoFactorState};
use axum::extract::State;
use gateway::{CommonProblems, Created, Envelope, ErrorBody, NoContent, NoParams, One, Problem, SignedIn, Valid};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::profile::find;
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![get_two_factor, start_two_factor, confirm_two_factor, renew_recovery_codes, turn_two_factor_off]
}

/// How one's second factor stands.
#[derive(Debug, Serialize, ToSchema)]
struct TwoFactorView {
    /// True where a code is asked for when one signs in.
    enabled: bool,
    /// Since when.
    #[schema(value_type = Option<String>, format = DateTime)]
    enabled_at: Option<Timestamp>,
    /// Recovery codes that were not spent.
    recovery_codes_left: i64,
}

impl From<TwoFactorState> for TwoFactorView {
    fn from(state: TwoFactorState) -> Self {
        Self { enabled: state.on_since.is_some(), enabled_at: state.on_since, recovery_codes_left: state.recovery_codes_left }
    }
}

/// What an authenticator is set up with; shown this once.
#[derive(Serialize, ToSchema)]
struct TwoFactorStartedView {
    /// The secret in base32, to be typed in.
    secret: String,
    /// `otpauth://totp/…`, to be shown as a QR code.
    otpauth_url: String,
}

impl From<Started> for TwoFactorStartedView {
    fn from(started: Started) -> Self {
        Self { secret: started.secret, otpauth_url: started.url }
    }
}

/// A code of the authenticator, or a recovery code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TwoFactorCodeIn {
    /// The code.
    #[schema(min_length = 6, max_length = 64, example = "287082")]
    code: String,
}

/// Codes that stand in for the authenticator, each once; shown this once.
#[derive(Serialize, ToSchema)]
struct RecoveryCodesView {
    /// The codes.
    recovery_codes: Vec<String>,
}

impl From<RecoveryCodes> for RecoveryCodesView {
    fn from(codes: RecoveryCodes) -> Self {
        Self { recovery_codes: codes.reveal().to_vec() }
    }
}

/// Read how one's second factor stands.
#[utoipa::path(
    get, path = "/api/v1/me/two-factor", tag = "me", operation_id = "get_my_two_factor", security(("bearer" = [])),
    responses(CommonProblems, (status = 200, description = "The state", body = Envelope<TwoFactorView>)),
)]
async fn get_two_factor(State(shop): State<Shop>, me: SignedIn, _none: NoParams) -> Result<One<TwoFactorView>, Problem> {
    Ok(One::plain(two_factor::state(shop.context().db.reader(), me.user()).await?.into()))
}

/// Begin to set up a second factor. It is asked for nowhere until a code confirms that the authenticator has the secret.
#[utoipa::path(
    post, path = "/api/v1/me/two-factor", tag = "me", operation_id = "start_my_two_factor", security(("bearer" = [])),
    responses(
        CommonProblems,
        (status = 201, description = "The secret", body = Envelope<TwoFactorStartedView>),
        (status = 409, description = "`two_factor_already_on`", body = ErrorBody),
    ),
)]
async fn start_two_factor(State(shop): State<Shop>, me: SignedIn, _none: NoParams) -> Result<Created<TwoFactorStartedView>, Problem> {
    let user = find(&shop, &me).await?;
    let account = user.email.map_or_else(|| me.user().to_string(), |email| email.as_str().to_owned());
    let started = two_factor::start(shop.context(), &me.origin(), me.user(), &account).await?;
    Ok(Created::plain(started.into()))
}

/// Turn the second factor on by a code of the authenticator.
#[utoipa::path(
    post, path = "/api/v1/me/two-factor/confirm", tag = "me", operation_id = "confirm_my_two_factor", security(("bearer" = [])),
    request_body = TwoFactorCodeIn,
    responses(
        CommonProblems,
        (status = 201, description = "It is on; the recovery codes", body = Envelope<RecoveryCodesView>),
        (status = 409, description = "`two_factor_not_set_up`, `two_factor_already_on`", body = ErrorBody),
        (status = 422, description = "`two_factor_code_invalid`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn confirm_two_factor(
    State(shop): State<Shop>,
    me: SignedIn,
    Valid(body): Valid<TwoFactorCodeIn>,
) -> Result<Created<RecoveryCodesView>, Problem> {
    let codes = two_factor::confirm(shop.context(), &me.origin(), (me.user(), me.session()), &body.code).await?;
    Ok(Created::plain(codes.into()))
}

/// Make new recovery codes; the old ones open nothing any more.
#[utoipa::path(
    post, path = "/api/v1/me/two-factor/recovery-codes", tag = "me", operation_id = "renew_my_recovery_codes", security(("bearer" = [])),
    request_body = TwoFactorCodeIn,
    responses(
        CommonProblems,
        (status = 201, description = "The new codes", body = Envelope<RecoveryCodesView>),
        (status = 409, description = "`two_factor_not_set_up`", body = ErrorBody),
        (status = 422, description = "`two_factor_code_invalid`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn renew_recovery_codes(
    State(shop): State<Shop>,
    me: SignedIn,
    Valid(body): Valid<TwoFactorCodeIn>,
) -> Result<Created<RecoveryCodesView>, Problem> {
    let codes = two_factor::renew_recovery_codes(shop.context(), &me.origin(), me.user(), &body.code).await?;
    Ok(Created::plain(codes.into()))
}

/// Turn the second factor off by a code of it.
#[utoipa::path(
    post, path = "/api/v1/me/two-factor/turn-off", tag = "me", operation_id = "turn_my_two_factor_off", security(("bearer" = [])),
    request_body = TwoFactorCodeIn,
    responses(
        CommonProblems,
        (status = 204, description = "It is off"),
        (status = 409, description = "`two_factor_not_set_up`", body = ErrorBody),
        (status = 422, description = "`two_factor_code_invalid`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn turn_two_factor_off(State(shop): State<Shop>, me: SignedIn, Valid(body): Valid<TwoFactorCodeIn>) -> Result<NoContent, Problem> {
    two_factor::turn_off(shop.context(), &me.origin(), me.user(), &body.code).await?;
    Ok(NoContent)
}
