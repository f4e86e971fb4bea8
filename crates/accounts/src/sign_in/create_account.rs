//! Making an account for somebody else: by staff, or at the command line.

use std::collections::BTreeSet;

use kernel::{Origin, RoleId};
use platform::db::WriteTx;
use secrecy::SecretString;

use super::error::SignInError;
use super::jobs::{LetterKind, write_letter_in};
use super::make_reset_link::link_in;
use super::register::read_account;
use super::verify_email::prove_email_in;
use crate::Accounts;
use crate::one_time::Purpose;
use crate::permissions::PermissionSet;
use crate::roles::{self, AssignRoles};
use crate::users::{self, NewUser, User};

/// How whoever gets the account will sign in to it first.
#[derive(Debug, Clone)]
pub enum Opening {
    /// A letter with a link lets them choose a password.
    Letter,
    /// Such a link is answered, to be handed on.
    Link,
    /// With this password; whoever makes the account vouches for the address.
    Password(SecretString),
}

/// Who gets an account, and what they may do.
#[derive(Debug, Clone)]
pub struct CreateAccount {
    /// Where mail reaches the person.
    pub email: String,
    /// What they are known by.
    pub username: Option<String>,
    /// What they are called.
    pub name: Option<String>,
    /// Their roles.
    pub roles: BTreeSet<RoleId>,
    /// How they get in.
    pub opening: Opening,
}

/// An account that was made.
#[derive(Debug)]
pub struct CreatedAccount {
    /// Whose it is.
    pub user: User,
    /// Where they choose a password, if a link was asked for; good once, for two days.
    pub link: Option<String>,
}

/// Makes an account with these roles, all in one transaction. `held` is what whoever makes it may do: nobody gives what he does not hold.
///
/// # Errors
/// `Invalid` for fields that are refused, `Taken` where somebody has the address or the username, `Roles` for what cannot be given.
pub async fn create_account(
    accounts: &Accounts,
    origin: &Origin,
    command: CreateAccount,
    held: PermissionSet,
) -> Result<CreatedAccount, SignInError> {
    let (opening, roles) = (command.opening.clone(), command.roles.clone());
    let new = read(accounts, command).await?;
    let tx = accounts.context.begin(origin).await?;
    let user = users::create_in(&tx, new).await?;
    if !roles.is_empty() {
        roles::assign_in(&tx, AssignRoles { user_id: user.id, version: None, roles }, held).await?;
    }
    let link = open_in(&tx, accounts, &user, &opening).await?;
    let user = users::find(&tx, user.id).await?.ok_or(SignInError::NotFound)?;
    tx.commit().await?;
    Ok(CreatedAccount { user, link })
}

async fn read(accounts: &Accounts, command: CreateAccount) -> Result<NewUser, SignInError> {
    let said = (command.email.as_str(), command.username.as_deref(), command.name.as_deref());
    let Opening::Password(password) = &command.opening else { return Ok(NewUser::parse(said.0, said.1, said.2)?) };
    let (mut new, password) = read_account(accounts, said, password)?;
    new.password_hash = Some(accounts.passwords.hash(&password).await?);
    Ok(new)
}

async fn open_in(tx: &WriteTx, accounts: &Accounts, user: &User, opening: &Opening) -> Result<Option<String>, SignInError> {
    match opening {
        Opening::Letter => write_letter_in(tx, Some(user.id), LetterKind::Invitation).await?,
        Opening::Link => return Ok(Some(link_in(tx, accounts, user, Purpose::Invitation).await?)),
        Opening::Password(_) => drop(prove_email_in(tx, user).await?),
    }
    Ok(None)
}
