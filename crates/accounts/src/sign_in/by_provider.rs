//! Signing in by way of somebody else: the identity is known, or belongs to an account whose address both sides saw proven, or is
//! the beginning of an account.

use kernel::{Email, IdentityId, Origin, UserId};
use platform::Context;
use platform::db::WriteTx;
use secrecy::{ExposeSecret as _, SecretString};

use super::error::SignInError;
use super::jobs::{LetterKind, write_letter_in};
use super::second_factor;
use super::signed_in::SignedIn;
use super::verify_email::prove_email_in;
use crate::Accounts;
use crate::oauth::{self, Claimed, Identity, OAuthError, Proof, read_proof};
use crate::sessions::{self, Kind};
use crate::users::{self, Login, NewUser, User};

/// What whoever came back from a provider shows.
#[derive(Debug, Clone)]
pub struct ByProvider {
    /// The code that they came back with.
    pub code: SecretString,
    /// What they knew when they left.
    pub verifier: SecretString,
    /// A code of the second factor, where the account has one.
    pub two_factor_code: Option<SecretString>,
    /// How the session is carried.
    pub kind: Kind,
}

/// Whom the shop takes somebody for.
enum Recognised {
    /// The identity is this account's.
    Known(IdentityId, UserId),
    /// Both sides saw that the mail of this account's address is read by the same person.
    SameAddress(UserId, Email),
    /// Nobody yet.
    Stranger(Email),
}

impl Recognised {
    const fn user(&self) -> Option<UserId> {
        match self {
            Self::Known(_, user) | Self::SameAddress(user, _) => Some(*user),
            Self::Stranger(_) => None,
        }
    }
}

/// Opens a session for whoever a provider vouches for.
///
/// An identity that was seen before opens its account. Another one is linked to the account with the same address only where the
/// provider saw that its mail is read *and* this shop did: whoever registered here with somebody else's address never showed the
/// latter, and a provider that lets anybody type an address never saw the former. Otherwise an account is made, with the address
/// proven. A second factor is asked for as at the front door. Whatever is refused leaves the code unspent.
///
/// # Errors
/// `OAuth` for a code that opens nothing; `IdentityUnlinked` and `EmailUnverified` as above; `CodeRequired` or `TwoFactor`.
pub async fn by_provider(accounts: &Accounts, origin: &Origin, command: ByProvider) -> Result<SignedIn, SignInError> {
    let context = &accounts.context;
    let proof = read_proof(context, command.code.expose_secret(), command.verifier.expose_secret())?;
    let recognised = recognise(context, &proof.claimed).await?;
    let factor = match recognised.user() {
        Some(user) => second_factor::begin(accounts, origin, user, command.two_factor_code.as_ref()).await?,
        None => None,
    };
    let tx = context.begin(origin).await?;
    oauth::spend_in(&tx, &proof).await?;
    let user = admit_in(&tx, recognised, &proof.claimed).await?;
    let mut opened = sessions::open_in(&tx, user.id, command.kind, &context.config.auth).await?;
    if let Some(factor) = factor
        && let Err(error) = factor.pass_in(accounts, &tx, &mut opened).await
    {
        drop(tx);
        return second_factor::refuse(accounts, origin, user.id, error).await;
    }
    tx.commit().await?;
    SignedIn::of(accounts, user, opened).await
}

async fn recognise(context: &Context, claimed: &Claimed) -> Result<Recognised, SignInError> {
    let reader = context.db.reader();
    if let Some(Identity { id, user_id, .. }) = oauth::find_by_subject(reader, claimed).await? {
        return Ok(Recognised::Known(id, user_id));
    }
    let email = claimed.verified_email.clone().ok_or(SignInError::EmailUnverified)?;
    match users::find_by_login(reader, &Login::Email(email.clone())).await? {
        None => Ok(Recognised::Stranger(email)),
        Some(found) if found.user.is_active() && found.user.email_verified_at.is_some() => {
            Ok(Recognised::SameAddress(found.user.id, email))
        }
        Some(_) => Err(SignInError::IdentityUnlinked),
    }
}

/// The account, whose row is held from then on; what was seen before the transaction is looked at again.
async fn admit_in(tx: &WriteTx, recognised: Recognised, claimed: &Claimed) -> Result<User, SignInError> {
    match recognised {
        Recognised::Known(identity, id) => {
            let user = active(tx, id).await?;
            let still = oauth::find_by_subject(tx, claimed).await?.filter(|still| (still.id, still.user_id) == (identity, id));
            oauth::touch_in(tx, still.ok_or(OAuthError::CodeInvalid)?.id).await?;
            Ok(user)
        }
        Recognised::SameAddress(id, email) => {
            let user = active(tx, id).await?;
            let is_same = user.email.as_ref().map(Email::key) == Some(email.key()) && user.email_verified_at.is_some();
            if !is_same {
                return Err(SignInError::IdentityUnlinked);
            }
            oauth::link_in(tx, id, claimed).await?;
            write_letter_in(tx, Some(id), LetterKind::IdentityLinked).await?;
            Ok(user)
        }
        Recognised::Stranger(email) => {
            let named = NewUser::parse(email.as_str(), None, claimed.name.as_deref());
            let new = named.or_else(|_| NewUser::parse(email.as_str(), None, None))?;
            let user = users::create_in(tx, new).await?;
            let user = prove_email_in(tx, &user).await?;
            oauth::link_in(tx, user.id, claimed).await?;
            write_letter_in(tx, Some(user.id), LetterKind::WelcomeByProvider).await?;
            Ok(user)
        }
    }
}

async fn active(tx: &WriteTx, id: UserId) -> Result<User, SignInError> {
    let found = users::lock(tx, id).await?.map(|found| found.user).filter(User::is_active);
    found.ok_or(SignInError::CredentialsInvalid)
}

/// Links what a provider vouches for to the account of whoever is signed in; a letter tells its owner.
///
/// # Errors
/// `OAuth` for a code that opens nothing, or an identity that is another account's.
pub async fn link_identity(accounts: &Accounts, origin: &Origin, user: UserId, proof: &Proof) -> Result<Identity, SignInError> {
    let tx = accounts.context.begin(origin).await?;
    oauth::spend_in(&tx, proof).await?;
    active(&tx, user).await?;
    let identity = oauth::link_in(&tx, user, &proof.claimed).await?;
    write_letter_in(&tx, Some(user), LetterKind::IdentityLinked).await?;
    tx.commit().await?;
    Ok(identity)
}

/// Takes an identity away from whoever is signed in.
///
/// # Errors
/// `OAuth` where it is another's, or the only way in.
pub async fn unlink_identity(context: &Context, origin: &Origin, user: UserId, identity: IdentityId) -> Result<(), SignInError> {
    let tx = context.begin(origin).await?;
    let owner = users::lock(&tx, user).await?.ok_or(SignInError::NotFound)?;
    oauth::unlink_in(&tx, &owner, identity).await?;
    Ok(tx.commit().await?)
}
