//! Tokens that are spent once.

use std::fmt;

use chrono::TimeDelta;
use kernel::{Email, UserId, text_enum};
use sha2::{Digest, Sha256};

text_enum! {
    /// What a token is good for, and nothing else.
    pub enum Purpose {
        /// Showing that the mail of the account's address is read.
        VerifyEmail = "verify_email",
        /// Showing that the mail of the address is read that the account is to have.
        ChangeEmail = "change_email",
        /// Choosing a new password without the old one.
        ResetPassword = "reset_password",
        /// Choosing the first password of an account that somebody else made.
        Invitation = "invitation",
        /// Making the shop's first administrator.
        SetUp = "set_up",
    }
}

impl Purpose {
    /// How long a token may lie in somebody's mail. One that opens an account lies there no longer than it takes to click.
    #[must_use]
    pub const fn lifetime(self) -> TimeDelta {
        match self {
            Self::VerifyEmail | Self::ChangeEmail | Self::Invitation => TimeDelta::hours(48),
            Self::ResetPassword => TimeDelta::minutes(10),
            Self::SetUp => TimeDelta::hours(24),
        }
    }
}

/// What stands in a link: 64 hexadecimal digits, 256 random bits.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeToken(String);

impl OneTimeToken {
    const DIGITS: usize = 64;

    /// A new token from the system's random source.
    pub(super) fn generate() -> Self {
        let bits: [u8; 32] = rand::random();
        Self(bits.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads a token; what does not look like one is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let whole = text.len() == Self::DIGITS && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        whole.then(|| Self(text.to_owned()))
    }

    /// The token itself, for one letter.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored: 256 random bits cannot be guessed back, so that a plain hash needs no salt.
    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

impl fmt::Debug for OneTimeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OneTimeToken(…)")
    }
}

/// What a token was good for, and for whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spent {
    /// What for.
    pub purpose: Purpose,
    /// Whose account it is about; the first administrator has none yet.
    pub user_id: Option<UserId>,
    /// The address to which it was sent.
    pub email: Option<Email>,
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn a_token_is_recognised_and_never_printed() {
        let token = OneTimeToken::generate();
        assert_eq!(OneTimeToken::parse(token.reveal()), Some(token.clone()));
        assert_eq!((format!("{token:?}").as_str(), token.hash().len()), ("OneTimeToken(…)", 32));
        for text in ["", "x", &"g".repeat(64), &"A".repeat(64), &"a".repeat(63), &"a".repeat(65)] {
            assert_eq!(OneTimeToken::parse(text), None, "{text}");
        }
    }

    #[test]
    fn no_two_tokens_are_alike() {
        let tokens: HashSet<String> = (0..10_000).map(|_| OneTimeToken::generate().reveal().to_owned()).collect();
        assert!(tokens.len() == 10_000 && tokens.iter().all(|token| token.len() == 64));
    }

    #[test]
    fn a_link_that_opens_an_account_in_use_dies_soonest() {
        let minutes = |purpose: Purpose| purpose.lifetime().num_minutes();
        assert_eq!(Purpose::ALL.iter().map(|purpose| minutes(*purpose)).collect::<Vec<_>>(), [2_880, 2_880, 10, 2_880, 1_440]);
    }
}
