//! A try at something that could be guessed.

use std::net::IpAddr;

use kernel::{DomainError, ErrorKind, Origin, UserId};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, SecretsError};

use super::model::{Tries, whole_seconds};
use super::store;

/// What stands before the key of an account of each door, so that failures at one say nothing at another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Signing in, and showing the password again.
    Password,
    /// The code of a second factor.
    SecondFactor,
    /// Asking for a letter: each one counts, for nobody wants twenty.
    Letter,
    /// The code of a promotion.
    PromotionCode,
    /// The code of a gift card.
    GiftCard,
}

impl Door {
    const fn word(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::SecondFactor => "second_factor",
            Self::Letter => "letter",
            Self::PromotionCode => "promotion_code",
            Self::GiftCard => "gift_card",
        }
    }
}

/// Why a try is not let in.
#[derive(Debug, thiserror::Error)]
pub enum ThrottleError {
    /// Too many failed before.
    #[error("too many attempts: try again in {retry_after_s} seconds")]
    TooMany {
        /// When the next is let in.
        retry_after_s: u32,
    },
    /// The master key.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ThrottleError {
    fn code(&self) -> &'static str {
        match self {
            Self::TooMany { .. } => "too_many_attempts",
            Self::Secrets(_) => "internal",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::TooMany { .. } => ErrorKind::TooMany,
            Self::Secrets(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }

    fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::TooMany { retry_after_s } => Some(*retry_after_s),
            Self::Secrets(_) | Self::Database(_) => None,
        }
    }
}

/// Who tries.
#[derive(Debug, Clone, Copy)]
pub enum Who<'a> {
    /// Somebody who is signed in.
    Known(UserId),
    /// Somebody who typed this, and the account that it belongs to, where there is one.
    Typed(&'a str, Option<UserId>),
}

impl Who<'_> {
    /// What is counted. Two logins of one account are counted together, too; for what belongs to nobody as much is counted.
    fn names(self) -> Vec<String> {
        let account = |id: UserId| format!("account:{id}");
        match self {
            Self::Known(id) => vec![account(id)],
            Self::Typed(typed, id) => vec![format!("typed:{typed}"), id.map_or_else(|| format!("nobody:{typed}"), account)],
        }
    }
}

/// A try that was let in. It counts as failed until it is said to have succeeded, so that many at once are not let in as one.
#[derive(Debug)]
#[must_use = "a try counts as failed until it succeeds"]
pub struct Attempt {
    accounts: Vec<Vec<u8>>,
    address: Option<Vec<u8>>,
    is_barred: bool,
}

impl Attempt {
    /// True where the account bears no further try, though what was typed does: it has been tried under another login. The try has to
    /// fail like any other, for "try later" would tell that both logins are one person's.
    #[must_use]
    pub const fn is_barred(&self) -> bool {
        self.is_barred
    }

    /// It was no guess: the account's failures are forgotten, and the address gets this try back. Its other failures stay, for
    /// else a guesser would sign in to an account of its own now and then.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub async fn succeeded_in(self, tx: &WriteTx) -> Result<(), DatabaseError> {
        // In the order in which `begin` takes them.
        for account in self.accounts {
            store::forget(tx, account).await?;
        }
        match self.address {
            Some(address) => store::give_back(tx, address).await,
            None => Ok(()),
        }
    }
}

/// Lets a try in, or says when to come back. Whether there is an account makes no difference. The count is kept in a transaction of
/// its own, so that a failure cannot take it back; no other may be open.
///
/// # Errors
/// `TooMany` where too many failed before, under this name or from this address.
pub async fn begin(context: &Context, origin: &Origin, door: Door, who: Who<'_>) -> Result<Attempt, ThrottleError> {
    let accounts = who.names().iter().map(|name| sealed(context, door, name)).collect::<Result<Vec<_>, _>>()?;
    let address = origin.client.ip.map(|ip| sealed(context, door, &format!("address:{}", network(ip)))).transpose()?;
    let keys: Vec<Vec<u8>> = accounts.iter().cloned().chain(address.clone()).collect();
    let tx = context.begin(origin).await?;
    store::lock(&tx, &keys).await?;
    let known = store::find(&tx, &keys).await?;
    let tries = |key: &Vec<u8>| known.iter().find(|(known, _)| known == key).map(|(_, tries)| *tries);
    let scale = address_scale(context.config.rate_limits.factor);
    let wait = |key: &Vec<u8>| {
        let scale = if address.as_ref() == Some(key) { scale } else { 1 };
        tries(key).map_or(0, |tries| whole_seconds(tries.wait(scale, tx.now())))
    };
    // The account behind what was typed is asked last, and says nothing.
    let silent = accounts.get(1).filter(|_| accounts.len() > 1);
    let retry_after_s = keys.iter().filter(|key| Some(*key) != silent).map(wait).max().unwrap_or(0);
    if retry_after_s > 0 {
        return Err(ThrottleError::TooMany { retry_after_s });
    }
    let is_barred = silent.is_some_and(|key| wait(key) > 0);
    for key in keys.iter().filter(|key| !(is_barred && Some(*key) == silent)) {
        let count = tries(key).map_or(0, |tries| tries.counting(tx.now()));
        store::keep(&tx, key.clone(), Tries { count: count.saturating_add(1), last_at: tx.now() }).await?;
    }
    tx.commit().await?;
    Ok(Attempt { accounts, address, is_barred })
}

/// Forgets the failures of an account, whose owner has shown otherwise who they are.
///
/// # Errors
/// `ThrottleError`, by what went wrong.
pub async fn clear_in(tx: &WriteTx, context: &Context, door: Door, who: Who<'_>) -> Result<(), ThrottleError> {
    for name in who.names() {
        store::forget(tx, sealed(context, door, &name)?).await?;
    }
    Ok(())
}

/// A name that tells nothing about whom it stands for.
fn sealed(context: &Context, door: Door, name: &str) -> Result<Vec<u8>, SecretsError> {
    Ok(context.secrets.mac("throttle", format!("{}:{name}", door.word()).as_bytes())?.to_vec())
}

/// Whoever has one address of version 6 has a network of them.
fn network(ip: IpAddr) -> String {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => ip.segments().iter().take(4).map(|segment| format!("{segment:x}:")).collect(),
    }
}

/// How many times more failures of one address are borne than of one account: what multiplies every limit on requests.
fn address_scale(factor: f64) -> i64 {
    const MOST: i32 = 1_000_000;
    // The least whole number that is no less: nothing but comparing turns a float into one without a cast.
    let (mut below, mut least) = (0, MOST);
    while least - below > 1 {
        let middle = below + (least - below) / 2;
        if f64::from(middle) >= factor { least = middle } else { below = middle }
    }
    i64::from(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_a_network_are_one_and_others_are_not() {
        let network = |ip: &str| network(ip.parse().expect("an address"));
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }

    #[test]
    fn limits_that_are_multiplied_are_so_here_too() {
        for (factor, scale) in [(0.5, 1), (1.0, 1), (1.5, 2), (1_000.0, 1_000), (f64::MAX, 1_000_000)] {
            assert_eq!(address_scale(factor), scale, "{factor}");
        }
    }
}
