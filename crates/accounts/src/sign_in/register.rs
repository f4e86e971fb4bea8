//! Getting an account.

use kernel::{FieldErrors, Origin};
use secrecy::SecretString;

use super::error::SignInError;
use super::jobs::{LetterKind, write_letter_in};
use super::signed_in::{SignedIn, new_password};
use crate::Accounts;
use crate::passwords::Password;
use crate::sessions::{self, Kind};
use crate::users::{self, NewUser};

/// What somebody says who wants an account.
#[derive(Debug, Clone)]
pub struct Register {
    /// Where mail reaches it.
    pub email: String,
    /// What it will sign in with.
    pub password: SecretString,
    /// What it wants to be known by.
    pub username: Option<String>,
    /// What it is called.
    pub name: Option<String>,
    /// Whether it wants advertising.
    pub accepts_marketing: bool,
    /// How its first session is carried.
    pub kind: Kind,
}

/// Makes an account and signs in to it at once; a job sends the welcome, with the link that proves the address.
///
/// The password is hashed before anything is asked of the database, and address and username are given away by their unique keys: of
/// many who want the same at once, one gets it.
///
/// # Errors
/// `Invalid` for fields that are refused, `Taken` where somebody has the address or the username.
pub async fn register(accounts: &Accounts, origin: &Origin, command: Register) -> Result<SignedIn, SignInError> {
    let said = (command.email.as_str(), command.username.as_deref(), command.name.as_deref());
    let (mut new, password) = read_account(accounts, said, &command.password)?;
    new.accepts_marketing_at = command.accepts_marketing.then_some("registration");
    new.password_hash = Some(accounts.passwords.hash(&password).await?);
    let tx = accounts.context.begin(origin).await?;
    let user = users::create_in(&tx, new).await?;
    write_letter_in(&tx, Some(user.id), LetterKind::Welcome).await?;
    let opened = sessions::open_in(&tx, user.id, command.kind, &accounts.context.config.auth).await?;
    tx.commit().await?;
    SignedIn::of(accounts, user, opened).await
}

/// Reads what somebody says of themselves (address, username, name) and the password that they want; every field that is refused is named.
pub(super) fn read_account(
    accounts: &Accounts,
    (email, username, name): (&str, Option<&str>, Option<&str>),
    password: &SecretString,
) -> Result<(NewUser, Password), FieldErrors> {
    let mut errors = FieldErrors::new();
    let parsed = NewUser::parse(email, username, name);
    let known = parsed.as_ref().ok();
    let known = (known.map(|new| &new.email), known.and_then(|new| new.username.as_ref()));
    let password = new_password(accounts, "password", password, known).map_err(|error| errors.nest("", error)).ok();
    let new = parsed.map_err(|error| errors.nest("", error)).ok();
    errors.finish(|| Some((new?, password?)))
}
