//! The first administrator, who is made by whoever started the shop.

use kernel::Origin;
use platform::Context;
use platform::db::DatabaseError;
use secrecy::{ExposeSecret as _, SecretString};

use super::error::SignInError;
use super::register::read_account;
use super::signed_in::SignedIn;
use super::verify_email::prove_email_in;
use crate::Accounts;
use crate::one_time::{self, Issue, OneTimeToken, Purpose, SpendError};
use crate::roles;
use crate::sessions::{self, Kind};
use crate::users;

/// The link's token, and who is to be the first administrator.
#[derive(Debug, Clone)]
pub struct SetUp {
    /// What stands in the link.
    pub token: SecretString,
    /// Where mail reaches the person.
    pub email: String,
    /// What they will sign in with.
    pub password: SecretString,
    /// What they want to be known by.
    pub username: Option<String>,
    /// What they are called.
    pub name: Option<String>,
    /// How their first session is carried.
    pub kind: Kind,
}

/// Makes a token for the shop's first administrator, good once and for a day; `None` where there is one who may sign in.
///
/// Every start makes one, and those of other nodes and of earlier starts stay good as long: whoever reads the screen of either gets
/// in, and the first who does ends them all.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn offer_set_up(context: &Context) -> Result<Option<OneTimeToken>, DatabaseError> {
    if roles::has_admin(context.db.reader()).await? {
        return Ok(None);
    }
    let tx = context.begin(&Origin::system()).await?;
    let token = one_time::issue_in(&tx, &Issue { purpose: Purpose::SetUp, user_id: None, email: None }).await?;
    tx.commit().await?;
    Ok(Some(token))
}

/// Spends the token of the first start: its holder becomes the first administrator and is signed in, all in one transaction. The address
/// counts as proven, for whoever may do everything could say so of any. What is refused leaves the link good.
///
/// # Errors
/// `Link` for a token that opens nothing, which all are once there is an administrator; `Invalid` for fields that are refused; `Taken`
/// where somebody has the address or the username.
pub async fn set_up(accounts: &Accounts, origin: &Origin, command: SetUp) -> Result<SignedIn, SignInError> {
    let (context, token) = (&accounts.context, command.token.expose_secret());
    one_time::peek(context.db.reader(), token, &[Purpose::SetUp], context.now()).await?;
    let said = (command.email.as_str(), command.username.as_deref(), command.name.as_deref());
    let (mut new, password) = read_account(accounts, said, &command.password)?;
    new.password_hash = Some(accounts.passwords.hash(&password).await?);
    let tx = context.begin(origin).await?;
    one_time::spend_in(&tx, token, &[Purpose::SetUp]).await?;
    let user = users::create_in(&tx, new).await?;
    let user = prove_email_in(&tx, &user).await?;
    roles::appoint_first_in(&tx, user.id).await?.ok_or(SpendError::Invalid)?;
    let opened = sessions::open_in(&tx, user.id, command.kind, &context.config.auth).await?;
    let user = users::find(&tx, user.id).await?.ok_or(SignInError::NotFound)?;
    tx.commit().await?;
    SignedIn::of(accounts, user, opened).await
}
