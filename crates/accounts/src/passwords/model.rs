//! Which passwords are let in.

use std::fmt;

use kernel::fold;
use secrecy::{ExposeSecret as _, SecretString};

use super::guesses;

/// Fewer characters can be tried out (NIST SP 800-63B, ASVS 6.2.1).
const SHORTEST: usize = 8;
/// More than any password manager makes; keeps what is hashed small (ASVS 6.2.9 asks for at least 64).
const LONGEST: usize = 256;
/// A word about its owner that is shorter turns up in passwords by chance.
const SHORTEST_OWN_WORD: usize = 4;

/// A password that somebody may have from now on, exactly as it was typed.
#[derive(Clone)]
pub struct Password(SecretString);

/// Why a password is not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too few characters.
    #[error("must be at least 8 characters long")]
    TooShort,
    /// Too many characters.
    #[error("must be at most 256 characters long")]
    TooLong,
    /// Nobody types it, and no database keeps it.
    #[error("must not contain control characters")]
    Control,
    /// One of those that are tried first, or known from break-ins elsewhere.
    #[error("is too common: it is among the first that anybody tries")]
    Common,
    /// The e-mail address, the username or the shop's name.
    #[error("must not be the e-mail address, the username or the name of the shop")]
    Own,
}

impl Password {
    /// Reads a new password. `own` are words that whoever knows the person tries first: its address, its username, the shop's name.
    /// What is let in is neither shortened nor trimmed.
    ///
    /// # Errors
    /// `PasswordError` names the rule that is broken.
    pub fn parse(raw: &SecretString, own: &[&str]) -> Result<Self, PasswordError> {
        let text = raw.expose_secret();
        let length = text.chars().count();
        if length < SHORTEST {
            return Err(PasswordError::TooShort);
        }
        if length > LONGEST {
            return Err(PasswordError::TooLong);
        }
        if text.chars().any(char::is_control) {
            return Err(PasswordError::Control);
        }
        let folded = fold(text);
        if own.iter().any(|word| is_own(&folded, &fold(word))) {
            return Err(PasswordError::Own);
        }
        if guesses::contains(&folded) { Err(PasswordError::Common) } else { Ok(Self(raw.clone())) }
    }

    /// The password.
    pub(super) const fn secret(&self) -> &SecretString {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// True where a password is a word about its owner, or what stands before the `@` of its address, with some digits and signs
/// around it.
fn is_own(folded: &str, word: &str) -> bool {
    let local = word.split_once('@').map_or(word, |(local, _)| local);
    let bare = guesses::core(folded);
    [word, local].iter().any(|word| {
        let long_enough = word.chars().count() >= SHORTEST_OWN_WORD;
        long_enough && (folded == *word || bare == guesses::core(word))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<(), PasswordError> {
        let own = ["ada.lovelace@example.com", "countess", "Mugs & More", ""];
        Password::parse(&text.into(), &own).map(drop)
    }

    /// The table of ASVS 6.2: length, no truncation, every character, common and breached ones.
    #[test]
    fn passwords_are_refused_for_what_makes_them_weak_and_for_nothing_else() {
        for text in [
            "otter-in-a-teapot",
            "8 blanks",
            "пароль на завтра",
            "🦦🐝🐝🦦🐝🦦🦦🦦",
            "aB3$xY9!",
            " leading and trailing ",
            "correct horse battery staple",
            &(0..64).map(|n| format!("{n:04}")).collect::<String>(),
        ] {
            assert_eq!(parse(text), Ok(()), "{text}");
        }
        let refusals = [
            ("", PasswordError::TooShort),
            ("1234567", PasswordError::TooShort),
            ("🦦🦦🦦🦦🦦🦦🦦", PasswordError::TooShort),
            ("a\u{7}bcdefgh", PasswordError::Control),
            ("abcdefg\0", PasswordError::Control),
            ("password", PasswordError::Common),
            ("PASSWORD", PasswordError::Common),
            ("Password1!", PasswordError::Common),
            ("12345678", PasswordError::Common),
            ("qwertyuiop", PasswordError::Common),
            ("iloveyou", PasswordError::Common),
            ("P@ssw0rd", PasswordError::Common),
            ("aaaaaaaa", PasswordError::Common),
            ("🦦🦦🦦🦦🦦🦦🦦🦦", PasswordError::Common),
            ("20012001", PasswordError::Common),
            ("Liverpool2019", PasswordError::Common),
            ("ada.lovelace@example.com", PasswordError::Own),
            ("Ada.Lovelace", PasswordError::Own),
            ("ada.lovelace1815!", PasswordError::Own),
            ("Countess1", PasswordError::Own),
            ("mugs & more 2026", PasswordError::Own),
        ];
        for (text, error) in refusals {
            assert_eq!(parse(text), Err(error), "{text}");
        }
        assert_eq!(parse(&"é".repeat(257)), Err(PasswordError::TooLong));
        assert_eq!(format!("{:?}", Password::parse(&"otter-in-a-teapot".into(), &[]).expect("good")), "Password(…)");
    }

    proptest! {
        #[test]
        fn what_is_let_in_is_kept_to_the_last_letter(text in "\\PC{8,80}") {
            if let Ok(password) = Password::parse(&text.as_str().into(), &[]) {
                prop_assert_eq!(password.secret().expose_secret(), text.as_str());
            }
        }
    }
}
