//! What the letters about an account say. Nothing in them was typed by a stranger: whoever registers with another's address must
//! not be able to write to it.

use kernel::{Email, text_enum};
use platform::mail::Letter;

use crate::one_time::Purpose;

text_enum! {
    /// A letter about an account.
    pub enum LetterKind {
        /// There is one, and a link proves the address.
        Welcome = "welcome",
        /// A link proves the address.
        VerifyEmail = "verify_email",
        /// A link makes this the account's address.
        ChangeEmail = "change_email",
        /// The account is about to leave this address.
        EmailChanging = "email_changing",
        /// A link lets its reader choose a password.
        ResetPassword = "reset_password",
        /// There is an account that somebody else made, and a link lets its reader choose the first password.
        Invitation = "invitation",
        /// The password is another.
        PasswordChanged = "password_changed",
        /// There is one, and a provider vouched for the address.
        WelcomeByProvider = "welcome_by_provider",
        /// The account can be signed in to by way of a provider.
        IdentityLinked = "identity_linked",
    }
}

/// Where a password is chosen by a link.
pub(super) const CHOOSE_PASSWORD: &str = "/account/reset-password";

impl LetterKind {
    /// What the link in it is good for, and where it leads; some have none.
    pub(super) const fn link(self) -> Option<(Purpose, &'static str)> {
        match self {
            Self::Welcome | Self::VerifyEmail => Some((Purpose::VerifyEmail, "/account/verify")),
            Self::ChangeEmail => Some((Purpose::ChangeEmail, "/account/verify")),
            Self::ResetPassword => Some((Purpose::ResetPassword, CHOOSE_PASSWORD)),
            Self::Invitation => Some((Purpose::Invitation, CHOOSE_PASSWORD)),
            Self::EmailChanging | Self::PasswordChanged | Self::WelcomeByProvider | Self::IdentityLinked => None,
        }
    }
}

/// The letter of the shop with this name; the token stands behind a `#`, so that no server logs it.
pub(super) fn letter(kind: LetterKind, to: Email, shop: &str, link: &str) -> Letter {
    let (subject, text) = match kind {
        LetterKind::Welcome => (
            format!("Welcome to {shop}"),
            format!(
                "You have an account at {shop} now.\n\nPlease show us that this address is yours, within 48 hours:\n\n{link}\n\nIf it was not you, leave this letter alone."
            ),
        ),
        LetterKind::VerifyEmail => (
            format!("Your e-mail address at {shop}"),
            format!(
                "Please show us that this address is yours, within 48 hours:\n\n{link}\n\nIf you have no account at {shop}, leave this letter alone."
            ),
        ),
        LetterKind::ChangeEmail => (
            format!("Your new e-mail address at {shop}"),
            format!(
                "This is to be the address of an account at {shop}. Please confirm it within 48 hours:\n\n{link}\n\nIf it was not you, leave this letter alone."
            ),
        ),
        LetterKind::EmailChanging => (
            format!("Your account at {shop} is about to change its address"),
            format!(
                "Somebody who knows the password of your account at {shop} wants to give it another e-mail address.\n\nIf it was not you, reset your password now and write to us."
            ),
        ),
        LetterKind::ResetPassword => (
            format!("Your password at {shop}"),
            format!(
                "Choose a new password within 10 minutes:\n\n{link}\n\nIf you did not ask for it, leave this letter alone: your password stays as it is."
            ),
        ),
        LetterKind::Invitation => (
            format!("Your account at {shop}"),
            format!(
                "Somebody at {shop} made an account for you. Choose its password within 48 hours:\n\n{link}\n\nIf you know nothing of it, leave this letter alone: nobody can sign in to the account."
            ),
        ),
        LetterKind::PasswordChanged => (
            format!("Your password at {shop} was changed"),
            format!(
                "The password of your account at {shop} was changed, and all other devices were signed out.\n\nIf it was not you, reset your password now and write to us."
            ),
        ),
        LetterKind::WelcomeByProvider => (
            format!("Welcome to {shop}"),
            format!(
                "You have an account at {shop} now, and sign in to it the way you just did.\n\nIf it was not you, write to us: somebody can read your mail."
            ),
        ),
        LetterKind::IdentityLinked => (
            format!("Another way to sign in to your account at {shop}"),
            format!(
                "Your account at {shop} can be signed in to by way of another service now.\n\nIf it was not you, reset your password, take that way away in your account and write to us."
            ),
        ),
    };
    Letter { to, subject, text: format!("{text}\n"), html: None, id: None, unsubscribe: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_with_a_link_holds_it_and_says_for_how_long() {
        for kind in LetterKind::ALL {
            let to = Email::parse("ada@example.com").expect("an address");
            let letter = letter(*kind, to, "Mugs & More", "https://shop.example/x#token=1");
            assert_eq!(letter.text.contains("#token=1"), kind.link().is_some(), "{kind}");
            assert!(letter.subject.contains("Mugs & More") && !letter.subject.contains('\n'), "{kind}");
            if let Some((purpose, _)) = kind.link() {
                let hours = purpose.lifetime().num_hours();
                let said = if hours > 0 { format!("{hours} hours") } else { format!("{} minutes", purpose.lifetime().num_minutes()) };
                assert!(letter.text.contains(&said), "{kind}");
            }
        }
    }
}
