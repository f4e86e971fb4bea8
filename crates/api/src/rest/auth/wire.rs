//! What signing in says on the wire.

use accounts::sessions::Kind;
use accounts::sign_in::SignedIn;
use accounts::users::Login;
use gateway::{Problem, SESSION_COOKIE, SetCookie};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::rest::me::MeView;
use crate::schema;

/// Reads a text that is printed nowhere.
pub(in crate::rest) fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

/// The same where it may be absent.
pub(super) fn optional_secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(SecretString::from))
}

/// A new account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegisterIn {
    /// Where mail reaches the person; nobody else's.
    #[schema(max_length = 254, example = "ada@example.com")]
    pub(super) email: String,
    /// 8 to 256 characters, none of the passwords that everybody tries first.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, min_length = 8, max_length = 256, format = Password)]
    pub(super) password: SecretString,
    /// What the person may sign in with instead of the address: 3 to 32 letters, digits, dots, dashes and underscores.
    #[schema(max_length = 32)]
    pub(super) username: Option<String>,
    /// What the person is called.
    #[schema(max_length = 255)]
    pub(super) name: Option<String>,
    /// True where the person wants news.
    #[serde(default)]
    pub(super) accepts_marketing: bool,
    /// How the session is carried.
    #[serde(default = "bearer")]
    #[schema(value_type = Option<schema::SessionKind>)]
    pub(super) session: Kind,
}

/// Who wants to sign in: by address or by username, not by both.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginIn {
    /// The account's address.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// Its username.
    #[schema(max_length = 32)]
    username: Option<String>,
    /// Its password.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, max_length = 256, format = Password)]
    pub(super) password: SecretString,
    /// A code of the authenticator or a recovery code, where the account has a second factor.
    #[serde(default, deserialize_with = "optional_secret")]
    #[schema(value_type = Option<String>, max_length = 64)]
    pub(super) code: Option<SecretString>,
    /// How the session is carried.
    #[serde(default = "bearer")]
    #[schema(value_type = Option<schema::SessionKind>)]
    pub(super) session: Kind,
}

/// Programs are told their tokens; pages say that they want a cookie.
pub(super) const fn bearer() -> Kind {
    Kind::Bearer
}

impl LoginIn {
    /// What the person is known by.
    pub(super) fn login(&self) -> Result<Login, Problem> {
        login(self.email.as_deref(), self.username.as_deref())
    }
}

/// Whose password was forgotten: by address or by username, not by both.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ForgotPasswordIn {
    /// The account's address.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// Its username.
    #[schema(max_length = 32)]
    username: Option<String>,
}

impl ForgotPasswordIn {
    /// What the person is known by.
    pub(super) fn login(&self) -> Result<Login, Problem> {
        login(self.email.as_deref(), self.username.as_deref())
    }
}

fn login(email: Option<&str>, username: Option<&str>) -> Result<Login, Problem> {
    match (email, username) {
        (Some(text), None) | (None, Some(text)) => Ok(Login::parse(text)),
        _ => Err(Problem::validation_failed("email", "name the account by its email or by its username")),
    }
}

/// A refresh token.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshTokenIn {
    /// The token, as it was answered last.
    #[schema(max_length = 255)]
    pub(super) refresh_token: String,
}

/// Which session is to end.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LogOutIn {
    /// The token, as it was answered last. Absent: the session of the cookie that comes with the request.
    #[schema(max_length = 255)]
    pub(super) refresh_token: Option<String>,
}

/// Whoever signed in, and what they show from now on. Where a cookie carries the session, there is no token to show.
#[derive(Serialize, ToSchema)]
pub(super) struct SignedInView {
    /// The account.
    user: MeView,
    /// What requests show, as `Authorization: Bearer …`.
    #[serde(skip_serializing_if = "Option::is_none")]
    access_token: Option<String>,
    /// What renews it, once: the answer holds the next one.
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    /// How the access token is shown.
    #[schema(example = "Bearer")]
    #[serde(skip_serializing_if = "Option::is_none")]
    token_type: Option<&'static str>,
    /// How many seconds the access token lives, or the session of a cookie at most.
    expires_in: i64,
}

impl SignedInView {
    /// The view, and the cookie where one carries the session.
    pub(super) fn of(signed_in: SignedIn) -> (Option<SetCookie>, Self) {
        match signed_in.session.kind {
            Kind::Bearer => {
                let TokensView { access_token, refresh_token, token_type, expires_in } = TokensView::from(&signed_in);
                let (access_token, refresh_token) = (Some(access_token), Some(refresh_token));
                (None, Self { user: signed_in.user.into(), access_token, refresh_token, token_type: Some(token_type), expires_in })
            }
            Kind::Cookie => {
                let SignedIn { user, session, refresh_token, .. } = signed_in;
                // The cookie lasts as long as the session can; that it may not lie idle, the shop sees to.
                let expires_in = (session.expires_at - session.created_at).num_seconds();
                let cookie = SetCookie::kept(SESSION_COOKIE, refresh_token.reveal(), expires_in);
                (Some(cookie), Self { user: user.into(), access_token: None, refresh_token: None, token_type: None, expires_in })
            }
        }
    }
}

/// What a session shows from now on.
#[derive(Serialize, ToSchema)]
pub(super) struct TokensView {
    /// What requests show, as `Authorization: Bearer …`.
    access_token: String,
    /// What renews it, once: the answer holds the next one.
    refresh_token: String,
    /// How the access token is shown.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// How many seconds the access token lives.
    expires_in: i64,
}

impl From<&SignedIn> for TokensView {
    fn from(signed_in: &SignedIn) -> Self {
        Self {
            access_token: signed_in.access_token.reveal().to_owned(),
            refresh_token: signed_in.refresh_token.reveal().to_owned(),
            token_type: "Bearer",
            expires_in: signed_in.expires_in,
        }
    }
}
