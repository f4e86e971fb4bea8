//! Signing in: the password is shown, then the second factor, and a session is opened.

use kernel::{Origin, UserId};
use platform::audit::{self, Entry};
use secrecy::{ExposeSecret as _, SecretString};

use super::error::SignInError;
use super::second_factor;
use super::signed_in::SignedIn;
use crate::Accounts;
use crate::passwords::Verdict;
use crate::sessions::{self, Kind};
use crate::throttle::{self, Attempt, Door, Who};
use crate::users::{self, Login, WithPassword};

/// What somebody shows who wants in.
#[derive(Debug, Clone)]
pub struct LogIn {
    /// Address or username.
    pub login: Login,
    /// The password.
    pub password: SecretString,
    /// A code of the second factor, where there is one.
    pub code: Option<SecretString>,
    /// How the session is carried.
    pub kind: Kind,
}

/// A password that was shown, what it was held against, and what it is to be kept as from now on.
struct Shown {
    found: WithPassword,
    better_hash: Option<SecretString>,
    attempt: Attempt,
}

/// Opens a session for whoever knows the password, and the second factor where one is on. A hash of another shop is replaced by one of
/// ours.
///
/// No account, a closed one, one without a password and a wrong password take the same steps and answer the same.
///
/// # Errors
/// `CredentialsInvalid`; `Throttled` after too many failures; `CodeRequired` or `TwoFactor` where the code is absent or wrong.
pub async fn log_in(accounts: &Accounts, origin: &Origin, command: LogIn) -> Result<SignedIn, SignInError> {
    let shown = show_password(accounts, origin, &command).await?;
    let id = shown.found.user.id;
    let factor = match second_factor::begin(accounts, origin, id, command.code.as_ref()).await {
        Err(SignInError::CodeRequired) => return refuse_without_code(accounts, origin, shown).await,
        factor => factor?,
    };
    let tx = accounts.context.begin(origin).await?;
    let mut opened = sessions::open_in(&tx, id, command.kind, &accounts.context.config.auth).await?;
    // The row is held since the session was opened: a password that was changed meanwhile opens nothing.
    let now = users::find_with_password(&tx, id).await?.filter(|now| is_same(now, &shown.found));
    let user = now.ok_or(SignInError::CredentialsInvalid)?.user;
    if let Some(hash) = &shown.better_hash {
        users::keep_password(&tx, id, hash, false).await?;
    }
    if let Some(factor) = factor
        && let Err(error) = factor.pass_in(accounts, &tx, &mut opened).await
    {
        drop(tx);
        return second_factor::refuse(accounts, origin, id, error).await;
    }
    shown.attempt.succeeded_in(&tx).await?;
    tx.commit().await?;
    SignedIn::of(accounts, user, opened).await
}

/// Holds the password against that of the account; what is wrong is recorded, whoever's it is.
async fn show_password(accounts: &Accounts, origin: &Origin, command: &LogIn) -> Result<Shown, SignInError> {
    let context = &accounts.context;
    let found = users::find_by_login(context.db.reader(), &command.login).await?;
    let who = Who::Typed(&command.login.key(), found.as_ref().map(|found| found.user.id));
    let attempt = throttle::begin(context, origin, Door::Password, who).await?;
    let open = found.as_ref().filter(|found| found.user.is_active() && !attempt.is_barred());
    let hash = open.and_then(|found| found.password_hash.as_ref());
    let verdict = accounts.passwords.verify(hash, &command.password).await?;
    match (verdict, found) {
        (Verdict::Wrong, found) => refuse(accounts, origin, found.map(|found| found.user.id)).await,
        (Verdict::Right, Some(found)) => Ok(Shown { found, better_hash: None, attempt }),
        (Verdict::Outdated, Some(found)) => {
            let better_hash = Some(accounts.passwords.hash_again(&command.password).await?);
            Ok(Shown { found, better_hash, attempt })
        }
        (Verdict::Right | Verdict::Outdated, None) => Err(SignInError::CredentialsInvalid),
    }
}

async fn refuse<T>(accounts: &Accounts, origin: &Origin, user: Option<UserId>) -> Result<T, SignInError> {
    let tx = accounts.context.begin(origin).await?;
    let subject = user.map_or_else(|| "nobody".to_owned(), |user| user.to_string());
    audit::record_refusal(&tx, &Entry::of("user.logged_in", subject)).await?;
    tx.commit().await?;
    Err(SignInError::CredentialsInvalid)
}

/// The password was no guess, and the code is asked for next.
async fn refuse_without_code(accounts: &Accounts, origin: &Origin, shown: Shown) -> Result<SignedIn, SignInError> {
    let tx = accounts.context.begin(origin).await?;
    shown.attempt.succeeded_in(&tx).await?;
    tx.commit().await?;
    Err(SignInError::CodeRequired)
}

/// True where both have the same hash.
pub(super) fn is_same(now: &WithPassword, then: &WithPassword) -> bool {
    let hash = |found: &WithPassword| found.password_hash.as_ref().map(|hash| hash.expose_secret().to_owned());
    hash(now) == hash(then)
}
