//! Giving somebody an account.

use kernel::{Email, FieldErrors, UserId, contains_card_number, text};
use platform::audit::{self, Entry};
use platform::db::WriteTx;
use platform::outbox;
use secrecy::SecretString;

use super::events::UserEvent;
use super::model::{Consent, User, UserStatus, Username};
use super::store::{self, TakenError};

/// Why nobody gets an account.
pub type CreateUserError = TakenError;

/// The longest name.
const LONGEST_NAME: usize = 255;

/// Who gets an account.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Where mail reaches the person.
    pub email: Email,
    /// What it is known by.
    pub username: Option<Username>,
    /// What it is called.
    pub name: Option<String>,
    /// Where it said that it wants advertising; absent where it did not.
    pub accepts_marketing_at: Option<&'static str>,
    /// The hash of its password; absent where it signs in otherwise.
    pub password_hash: Option<SecretString>,
}

/// What a person may be called: 1 to 255 characters, none of them a control, and no card's number.
pub(super) fn person_name(raw: &str) -> Result<String, String> {
    let name = text(raw, LONGEST_NAME).map_err(|error| error.to_string())?;
    if contains_card_number(&name) { Err("must not hold the number of a payment card".to_owned()) } else { Ok(name) }
}

impl NewUser {
    /// Reads what somebody says of itself; a blank username or name is none.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(email: &str, username: Option<&str>, name: Option<&str>) -> Result<Self, FieldErrors> {
        fn given(raw: Option<&str>) -> Option<&str> {
            raw.filter(|raw| !raw.trim().is_empty())
        }
        let mut errors = FieldErrors::new();
        let email = errors.take("email", Email::parse(email));
        let username = errors.take_optional("username", given(username), Username::parse);
        let name = errors.take_optional("name", given(name), person_name);
        errors.finish(|| Some(Self { email: email?, username, name, accepts_marketing_at: None, password_hash: None }))
    }
}

/// Makes an account, with `user.registered` and a record of the audit log. The unique keys of address and username are what gives
/// each to one person, however many ask at once.
///
/// # Errors
/// `Email` or `Username` where somebody has it.
pub async fn create_in(tx: &WriteTx, new: NewUser) -> Result<User, CreateUserError> {
    let now = tx.now();
    let consent = new.accepts_marketing_at.map(|source| Consent::Given { at: now, source: source.to_owned() });
    let user = User {
        id: UserId::generate(),
        email: Some(new.email),
        email_verified_at: None,
        pending_email: None,
        username: new.username,
        name: new.name,
        status: UserStatus::Active,
        status_reason: None,
        consent: consent.unwrap_or(Consent::Refused { at: None }),
        password_changed_at: new.password_hash.as_ref().map(|_| now),
        tags: Vec::new(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::insert(tx, &user, new.password_hash.as_ref()).await?;
    outbox::record(tx, &UserEvent::Registered { user_id: user.id }).await?;
    audit::record(tx, &Entry::of("user.registered", user.id).after(&user.told()).hiding(&["name"])).await?;
    Ok(user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let refused = NewUser::parse("ada", Some("9"), Some("4111 1111 1111 1111")).expect_err("refused").into_map();
        assert_eq!(refused.keys().collect::<Vec<_>>(), ["email", "name", "username"]);
        let controls = NewUser::parse("ada@example.com", None, Some("a\u{1b}[31m")).expect_err("refused").into_map();
        assert_eq!(controls.keys().collect::<Vec<_>>(), ["name"]);
        let blank = NewUser::parse(" ada@example.com ", Some(" "), Some("")).expect("no username, no name");
        assert_eq!((blank.email.as_str(), blank.username, blank.name), ("ada@example.com", None, None));
    }
}
