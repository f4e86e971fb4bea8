//! What a provider says of a person, and what the shop keeps of it.

use std::fmt;

use kernel::{Email, IdentityId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// What a provider says of somebody, checked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claimed {
    /// Who says so.
    pub issuer: String,
    /// What the person is called there, for ever.
    pub subject: String,
    /// Where mail reaches the person, where the provider saw that it does; any other address is worth nothing here.
    pub verified_email: Option<Email>,
    /// What the person is called.
    pub name: Option<String>,
}

/// Who people are stays out of logs.
impl fmt::Debug for Claimed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claimed").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// What somebody else knows a person by.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its id.
    pub id: IdentityId,
    /// Whose it is.
    pub user_id: UserId,
    /// Who knows the person.
    pub issuer: String,
    /// By what.
    pub subject: String,
    /// When it was last signed in with.
    pub last_used_at: Timestamp,
    /// When it was linked.
    pub created_at: Timestamp,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("id", &self.id).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_tells_who_knows_somebody_and_not_whom() {
        let (issuer, subject) = ("https://id.example".to_owned(), "ada-1815".to_owned());
        let identity = Identity {
            id: IdentityId::generate(),
            user_id: UserId::generate(),
            issuer: issuer.clone(),
            subject: subject.clone(),
            last_used_at: Timestamp::default(),
            created_at: Timestamp::default(),
        };
        let claimed = Claimed { issuer, subject, verified_email: Email::parse("ada@example.com").ok(), name: Some("Ada".to_owned()) };
        for shown in [format!("{claimed:?}"), format!("{identity:?}")] {
            assert!(shown.contains("https://id.example") && !shown.to_lowercase().contains("ada"), "{shown}");
        }
    }
}
