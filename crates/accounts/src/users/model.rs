//! What is known of a person.

use std::fmt;

use kernel::{Email, Timestamp, UserId, contains_card_number, text, text_enum};
use serde::Serialize;
use serde_json::{Value, json};

text_enum! {
    /// What became of an account.
    pub enum UserStatus {
        /// It can be signed in to.
        Active = "active",
        /// It cannot, until staff say otherwise.
        Deactivated = "deactivated",
        /// Nobody can tell any more whose it was.
        Erased = "erased",
    }
}

/// What a person may be known by instead of an address: 3 to 32 letters, digits, dots, dashes and underscores of ASCII, a letter
/// first. No letter of another script looks like one of these, and no name looks like an address or a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Username(String);

/// Not a username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a username has 3 to 32 letters, digits, dots, dashes or underscores, and starts with a letter")]
pub struct UsernameError;

impl Username {
    /// Fewer could be guessed at once.
    const SHORTEST: usize = 3;
    /// What fits into a line.
    const LONGEST: usize = 32;

    /// Reads a username; blanks around it are dropped.
    ///
    /// # Errors
    /// `UsernameError` where it is none.
    pub fn parse(raw: &str) -> Result<Self, UsernameError> {
        let name = raw.trim();
        let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
        let bounded = (Self::SHORTEST..=Self::LONGEST).contains(&name.len());
        if letters && starts && bounded && !contains_card_number(name) { Ok(Self(name.to_owned())) } else { Err(UsernameError) }
    }

    /// The form by which names are compared.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why staff close or open an account, in their words: 1 to 500 characters on one line, no number of a payment card among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReason(String);

impl StatusReason {
    /// What fits into a line of a list.
    const LONGEST: usize = 500;

    /// Reads a reason.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(raw: &str) -> Result<Self, String> {
        let reason = text(raw, Self::LONGEST).map_err(|error| error.to_string())?;
        if contains_card_number(&reason) { Err("must not hold the number of a payment card".to_owned()) } else { Ok(Self(reason)) }
    }

    /// The words.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What somebody types to be recognised. What can be neither an address nor a username is a login, too: one that nobody has.
#[derive(Clone, PartialEq, Eq)]
pub enum Login {
    /// An address.
    Email(Email),
    /// A username.
    Username(Username),
    /// Nobody's.
    Nobody,
}

impl Login {
    /// Reads a login.
    #[must_use]
    pub fn parse(raw: &str) -> Self {
        Email::parse(raw).map(Self::Email).or_else(|_| Username::parse(raw).map(Self::Username)).unwrap_or(Self::Nobody)
    }

    /// The form by which logins are compared.
    #[must_use]
    pub fn key(&self) -> String {
        match self {
            Self::Email(email) => email.key(),
            Self::Username(name) => name.key(),
            Self::Nobody => String::new(),
        }
    }
}

/// What people are known by stays out of logs.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Login(…)")
    }
}

/// Whether a person wants to be written to for more than what was bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consent {
    /// No, or not any more.
    Refused {
        /// When that was said last; absent where nobody ever said anything.
        at: Option<Timestamp>,
    },
    /// Yes, since then, said there.
    Given {
        /// When.
        at: Timestamp,
        /// Where: `registration`, `profile`, `checkout`.
        source: String,
    },
}

/// A person with an account. What it is signed in to with is not in it.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Where mail reaches it.
    pub email: Option<Email>,
    /// When it showed that it reads that mail.
    pub email_verified_at: Option<Timestamp>,
    /// What the address becomes once its mail is read.
    pub pending_email: Option<Email>,
    /// What it is known by.
    pub username: Option<Username>,
    /// What it is called.
    pub name: Option<String>,
    /// What became of the account.
    pub status: UserStatus,
    /// Why staff closed or opened it, in their words.
    pub status_reason: Option<String>,
    /// Whether it wants advertising.
    pub consent: Consent,
    /// When its password became what it is; absent where it has none.
    pub password_changed_at: Option<Timestamp>,
    /// Words that staff put on it.
    pub tags: Vec<String>,
    /// Grows with each change.
    pub version: i64,
    /// Since when it is there.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl User {
    /// True where it can be signed in to.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == UserStatus::Active
    }

    /// Everything that it can be signed in to with.
    pub fn logins(&self) -> impl Iterator<Item = Login> {
        let email = self.email.clone().map(Login::Email);
        email.into_iter().chain(self.username.clone().map(Login::Username))
    }

    /// What an audit record compares; who the person is is masked there.
    #[must_use]
    pub fn told(&self) -> Value {
        json!({
            "email": self.email,
            "email_verified": self.email_verified_at.is_some(),
            "username": self.username,
            "name": self.name,
            "status": self.status,
            "status_reason": self.status_reason,
            "accepts_marketing": matches!(self.consent, Consent::Given { .. }),
            "tags": self.tags,
        })
    }
}

/// Who people are stays out of logs.
impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usernames_are_short_plain_and_start_with_a_letter() {
        for raw in ["ada", " Ada.Lovelace ", "a-b_c.9", &"x".repeat(32)] {
            assert_eq!(Username::parse(raw).as_ref().map(Username::as_str), Ok(raw.trim()), "{raw}");
        }
        for raw in [
            "ab",
            "9ada",
            "_ada",
            "a da",
            "ada@home",
            "\u{430}da",
            "ad\u{e4}",
            &"x".repeat(33),
            "a4111111111111111",
            "a-4111-1111-1111-1111",
        ] {
            assert_eq!(Username::parse(raw), Err(UsernameError), "{raw}");
        }
    }

    #[test]
    fn a_login_is_an_address_a_username_or_nobodys() {
        assert!(matches!(Login::parse("ada@example.com"), Login::Email(_)));
        assert!(matches!(Login::parse("Ada"), Login::Username(name) if name.key() == "ada"));
        assert_eq!(Login::parse("\0"), Login::Nobody);
        assert_eq!(format!("{:?}", Login::parse("ada@example.com")), "Login(…)");
        let keys = ["Ada@Example.com", "Ada", "\0"].map(|raw| Login::parse(raw).key());
        assert_eq!(keys, ["ada@example.com", "ada", ""]);
    }

    #[test]
    fn a_reason_is_one_line_of_words() {
        assert_eq!(StatusReason::parse(" chargebacks ").as_ref().map(StatusReason::as_str), Ok("chargebacks"));
        for raw in ["", "two\nlines", "4111 1111 1111 1111", &"x".repeat(501)] {
            assert!(StatusReason::parse(raw).is_err(), "{raw}");
        }
    }

    fn ada(status: UserStatus) -> User {
        let now = Timestamp::default();
        User {
            id: UserId::generate(),
            email: Some(Email::parse("ada@example.com").expect("an address")),
            email_verified_at: Some(now),
            pending_email: None,
            username: Some(Username::parse("countess").expect("a username")),
            name: Some("Ada Lovelace".to_owned()),
            status,
            status_reason: None,
            consent: Consent::Given { at: now, source: "profile".to_owned() },
            password_changed_at: None,
            tags: vec!["press".to_owned()],
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    #[test]
    fn only_an_active_account_can_be_signed_in_to_and_by_all_that_it_is_known_by() {
        let [active, closed, erased] = [UserStatus::Active, UserStatus::Deactivated, UserStatus::Erased].map(ada);
        assert_eq!((active.is_active(), closed.is_active(), erased.is_active()), (true, false, false));
        let logins: Vec<String> = active.logins().map(|login| login.key()).collect();
        assert_eq!(logins, [Login::parse("ada@example.com").key(), Login::parse("Countess").key()]);
    }

    #[test]
    fn the_log_tells_an_id_alone_and_the_audit_what_changed() {
        let ada = ada(UserStatus::Active);
        let shown = format!("{ada:?}");
        assert!(shown.contains(&format!("{:?}", ada.id)) && !shown.contains("Ada") && !shown.contains("ada@"), "{shown}");
        let told = json!({
            "email": "ada@example.com", "email_verified": true, "username": "countess", "name": "Ada Lovelace", "status": "active",
            "status_reason": null, "accepts_marketing": true, "tags": ["press"],
        });
        assert_eq!(ada.told(), told);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_a_login_and_its_capitals_say_nothing(raw in ".{0,80}") {
            let key = Login::parse(&raw).key();
            prop_assert_eq!(Login::parse(&raw.to_ascii_uppercase()).key(), key);
        }
    }
}
