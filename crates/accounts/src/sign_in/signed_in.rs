//! What whoever got in goes away with.

use kernel::{Email, FieldErrors};
use secrecy::SecretString;

use super::error::SignInError;
use crate::Accounts;
use crate::passwords::Password;
use crate::roles;
use crate::sessions::{Opened, RefreshToken, Session};
use crate::tokens::AccessToken;
use crate::users::{User, Username};

/// A person, its new session, and what opens doors in it.
#[derive(Debug)]
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The session.
    pub session: Session,
    /// What opens doors for some minutes.
    pub access_token: AccessToken,
    /// What renews the session, once.
    pub refresh_token: RefreshToken,
    /// How many seconds the access token lives.
    pub expires_in: i64,
}

impl SignedIn {
    /// Signs the access token of a session that was opened; the transaction is over by then.
    pub(super) async fn of(accounts: &Accounts, user: User, opened: Opened) -> Result<Self, SignInError> {
        let roles: Vec<String> = roles::of_user(accounts.context.db.reader(), user.id).await?.into_iter().map(|role| role.name).collect();
        let access_token = accounts.tokens.sign(&opened.session, user.email.as_ref().map(Email::as_str), &roles).await?;
        let expires_in = access_token.expires_in();
        Ok(Self { user, session: opened.session, access_token, refresh_token: opened.refresh, expires_in })
    }
}

/// A password that somebody is to have; what is refused is told of this field.
pub(super) fn new_password(
    accounts: &Accounts,
    field: &str,
    raw: &SecretString,
    (email, username): (Option<&Email>, Option<&Username>),
) -> Result<Password, FieldErrors> {
    let own = [email.map_or("", Email::as_str), username.map_or("", Username::as_str), accounts.context.config.shop.name.as_str()];
    Password::parse(raw, &own).map_err(|error| FieldErrors::of(field, error))
}
