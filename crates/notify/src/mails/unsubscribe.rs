//! Links by which readers say that such letters are not wanted.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{DomainError, Email, ErrorKind, Origin};
use platform::Context;
use platform::db::DatabaseError;
use sales::customers::{self, ChangeCustomerError};

/// What links are sealed for: only this shop can make one, and who reads it is not seen in it.
const SEAL: &str = "unsubscribe";
/// Longer than any that is made.
const LONGEST_TOKEN: usize = 1_000;

/// What a link says.
#[derive(Clone)]
pub struct Subscription {
    /// Whose it is.
    pub email: Email,
    /// Whether its reader wants news.
    pub wanted: bool,
}

/// Who reads a letter stays out of logs.
impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription").field("wanted", &self.wanted).finish_non_exhaustive()
    }
}

/// Why a link does nothing.
#[derive(Debug, thiserror::Error)]
pub enum UnsubscribeError {
    /// It is none of this shop's.
    #[error("no such link")]
    NotFound,
    /// The consent cannot be taken back.
    #[error(transparent)]
    Change(#[from] ChangeCustomerError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for UnsubscribeError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "unsubscribe_link_not_found",
            Self::Change(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Change(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }
}

/// The link for the reader of this address. It is good for ever: nobody is kept from saying no.
pub(super) fn link(context: &Context, email: &Email) -> Result<String, DatabaseError> {
    let sealed = context.secrets.seal(SEAL, email.as_str().as_bytes()).map_err(|_| DatabaseError::corrupt("the master key"))?;
    Ok(format!("{}/api/v1/mail/unsubscribe/{}", context.config.server.base_url(), URL_SAFE_NO_PAD.encode(sealed)))
}

fn read(context: &Context, token: &str) -> Result<Email, UnsubscribeError> {
    let sealed = Some(token).filter(|token| token.len() <= LONGEST_TOKEN).and_then(|token| URL_SAFE_NO_PAD.decode(token).ok());
    let opened = sealed.and_then(|sealed| context.secrets.open(SEAL, &sealed).ok());
    let text = opened.and_then(|bytes| String::from_utf8(bytes).ok());
    text.and_then(|text| Email::parse(&text).ok()).ok_or(UnsubscribeError::NotFound)
}

/// What a link says, without doing anything: programs that look at mails open all links in them.
///
/// # Errors
/// `NotFound` for what is no link of this shop.
pub async fn subscription(context: &Context, token: &str) -> Result<Subscription, UnsubscribeError> {
    let email = read(context, token)?;
    let wanted = !customers::consenting(context.db.reader(), &[&email]).await?.is_empty();
    Ok(Subscription { email, wanted })
}

/// Takes back the consent of the link's reader; done again it changes nothing.
///
/// # Errors
/// `NotFound` for what is no link of this shop.
pub async fn unsubscribe(context: &Context, origin: &Origin, token: &str) -> Result<(), UnsubscribeError> {
    let email = read(context, token)?;
    let tx = context.begin(origin).await?;
    customers::withdraw_in(&tx, &email).await?;
    Ok(tx.commit().await?)
}
