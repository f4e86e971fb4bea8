//! What a session is, and the token that renews it.

use std::fmt;

use chrono::TimeDelta;
use kernel::{Client, SessionId, Timestamp, UserId, text_enum};
use platform::config::Auth;
use sha2::{Digest, Sha256};

text_enum! {
    /// How a session is carried.
    pub enum Kind {
        /// By access tokens, renewed with refresh tokens.
        Bearer = "bearer",
        /// By a cookie, for pages.
        Cookie = "cookie",
    }
}

text_enum! {
    /// Why a session ended before its time.
    pub enum RevokedBecause {
        /// Its own credential asked for it.
        LoggedOut = "logged_out",
        /// Its owner ended it from another one.
        RevokedByUser = "revoked_by_user",
        /// Staff ended it.
        RevokedByStaff = "revoked_by_staff",
        /// The password, the address or the second factor is another.
        CredentialsChanged = "credentials_changed",
        /// The account does not sign in any more.
        Deactivated = "deactivated",
        /// One of its refresh tokens was used twice.
        Reused = "reused",
        /// Its owner opened too many others.
        CrowdedOut = "crowded_out",
    }
}

/// A sign-in that goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub user_id: UserId,
    /// How it is carried.
    pub kind: Kind,
    /// From where it was used last.
    pub client: Client,
    /// When its owner showed a second factor in it.
    pub two_factor_at: Option<Timestamp>,
    /// When it was opened or renewed last.
    pub last_used_at: Timestamp,
    /// However often it is renewed, it is over then.
    pub expires_at: Timestamp,
    /// It is over since then.
    pub revoked_at: Option<Timestamp>,
    /// When it was opened.
    pub created_at: Timestamp,
}

impl Session {
    /// When it is over unless it is used before.
    #[must_use]
    pub fn idle_until(&self, rules: &Auth) -> Timestamp {
        self.last_used_at.checked_add_signed(patience(self.kind, rules)).unwrap_or(self.expires_at).min(self.expires_at)
    }

    /// True while it opens doors. That its owner's account is active is another question.
    #[must_use]
    pub fn is_live(&self, rules: &Auth, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.idle_until(rules)
    }
}

/// How long a session of this kind may lie unused.
fn patience(kind: Kind, rules: &Auth) -> TimeDelta {
    let patience = match kind {
        Kind::Bearer => TimeDelta::try_days(rules.refresh_token_days),
        Kind::Cookie => TimeDelta::try_hours(rules.cookie_idle_hours),
    };
    patience.unwrap_or(TimeDelta::MAX)
}

/// When a session that is opened now is over, however often it is renewed.
pub(super) fn end_of(now: Timestamp, rules: &Auth) -> Timestamp {
    let life = TimeDelta::try_days(rules.session_days).unwrap_or(TimeDelta::MAX);
    now.checked_add_signed(life).unwrap_or(Timestamp::MAX_UTC)
}

/// What renews a session, once: `twr_` and 64 hexadecimal digits, 256 bits that nobody guesses.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken(String);

impl RefreshToken {
    const PREFIX: &'static str = "twr_";

    /// A new token from the system's random source.
    pub(super) fn generate() -> Self {
        Self::of(&rand::random())
    }

    pub(super) fn of(bits: &[u8; 32]) -> Self {
        let digits: String = bits.iter().map(|byte| format!("{byte:02x}")).collect();
        Self(format!("{}{digits}", Self::PREFIX))
    }

    /// Reads a token; what does not look like one is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(Self::PREFIX)?;
        let whole = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
        whole.then(|| Self(text.to_owned()))
    }

    /// The token itself, for its owner alone.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is stored. 256 unknown bits cannot be guessed back from a plain hash, which needs no salt.
    #[must_use]
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use platform::config::{Flags, load};

    use super::*;

    fn rules() -> Auth {
        load(&Flags::default()).expect("the defaults").config.auth
    }

    fn session(kind: Kind) -> Session {
        let now = Timestamp::default();
        let (id, user_id, client) = (SessionId::generate(), UserId::generate(), Client::default());
        let (two_factor_at, revoked_at) = (None, None);
        let expires_at = end_of(now, &rules());
        Session { id, user_id, kind, client, two_factor_at, last_used_at: now, expires_at, revoked_at, created_at: now }
    }

    #[test]
    fn a_refresh_token_is_recognised_and_never_printed() {
        let token = RefreshToken::generate();
        assert_eq!(RefreshToken::parse(token.reveal()), Some(token.clone()));
        assert_eq!((format!("{token:?}").as_str(), token.hash().len()), ("RefreshToken(…)", 32));
        let (key, shouted) = (token.reveal().replace("twr_", "twk_"), token.reveal().to_uppercase());
        for text in ["", "twr_", &key, &shouted, &format!("{} ", token.reveal()), &token.reveal()[..67]] {
            assert_eq!(RefreshToken::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_session_ends_when_it_lies_unused_and_at_its_time_whatever_happens() {
        let (now, rules) = (Timestamp::default(), rules());
        for (kind, patience) in [(Kind::Bearer, TimeDelta::days(7)), (Kind::Cookie, TimeDelta::hours(24))] {
            let idle = session(kind);
            assert!(idle.is_live(&rules, now + patience - TimeDelta::microseconds(1)) && !idle.is_live(&rules, now + patience));
            let busy = Session { last_used_at: now + TimeDelta::days(29) + TimeDelta::hours(12), ..idle.clone() };
            assert!(!busy.is_live(&rules, now + TimeDelta::days(30)));
            assert!(!Session { revoked_at: Some(now), ..idle }.is_live(&rules, now));
        }
    }
}
