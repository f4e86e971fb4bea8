//! What is sent, and its form on the wire.

use std::fmt;

use kernel::Email;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};
use uuid::Uuid;

use super::error::MailError;

/// More than any subject that a mail program shows.
const LONGEST_SUBJECT: usize = 255;
/// Larger letters are cut off or refused by many servers.
const MOST_BODY_BYTES: usize = 512 * 1_024;

/// A letter to one reader.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Who reads it.
    pub to: Email,
    /// One line.
    pub subject: String,
    /// What it says, in plain text.
    pub text: String,
    /// The same for programs that show HTML.
    pub html: Option<String>,
}

/// Letters hold links that open accounts, and stay out of logs.
impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Letter(…)")
    }
}

impl Letter {
    /// The message that a server takes. Text that would end a line of its head is refused, not repaired: somebody meant it.
    pub(super) fn message(&self, from: &Mailbox) -> Result<Message, MailError> {
        let subject = kernel::text(&self.subject, LONGEST_SUBJECT)
            .map_err(|_| MailError::Unfit("its subject is empty, too long or holds control characters"))?;
        for body in [Some(&self.text), self.html.as_ref()].into_iter().flatten() {
            if body.len() > MOST_BODY_BYTES {
                return Err(MailError::Unfit("it is too long"));
            }
            if body.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
                return Err(MailError::Unfit("it holds control characters"));
            }
        }
        let to: Address = self.to.as_str().parse().map_err(|_| MailError::Unfit("its address is none that mail can reach"))?;
        let id = format!("<{}@{}>", Uuid::now_v7(), from.email.domain());
        // RFC 3834: no out-of-office answers, please.
        let automatic = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
        let builder = Message::builder().from(from.clone()).to(to.into()).subject(subject).message_id(Some(id)).raw_header(automatic);
        let message = match &self.html {
            Some(html) => builder.multipart(MultiPart::alternative_plain_html(self.text.clone(), html.clone())),
            None => builder.singlepart(SinglePart::plain(self.text.clone())),
        };
        message.map_err(|_| MailError::Unfit("its head is incomplete"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(subject: &str, text: &str) -> Letter {
        Letter { to: Email::parse("ada@example.com").expect("an address"), subject: subject.into(), text: text.into(), html: None }
    }

    fn sent(letter: &Letter) -> Result<String, MailError> {
        let from = Mailbox::new(Some("Mugs, \"Cups\" & Möre".into()), "shop@example.com".parse().expect("an address"));
        letter.message(&from).map(|message| String::from_utf8(message.formatted()).expect("seven bits"))
    }

    #[test]
    fn a_letter_is_readable_by_any_mail_program() {
        let message = sent(&Letter { html: Some("<p>Grüße</p>".into()), ..letter("Grüße aus Köln", "Grüße") }).expect("a message");
        let (head, _) = message.split_once("\r\n\r\n").expect("a head");
        for line in ["To: ada@example.com", "Auto-Submitted: auto-generated", "MIME-Version: 1.0"] {
            assert!(head.lines().any(|told| told == line), "{line}: {head}");
        }
        assert!(head.contains("Content-Type: multipart/alternative") && head.contains("Date: ") && head.contains("Message-ID: <"));
        assert!(message.is_ascii());
    }

    #[test]
    fn nobody_adds_a_line_to_the_head() {
        for subject in
            ["Hello\r\nBcc: eve@example.com", "Hello\nBcc: eve@example.com", "Hello\rBcc: x", "a\0b", "a\u{1b}[31m", "\u{85}", "", " "]
        {
            let refused = sent(&letter(subject, "x"));
            let trimmed = subject.trim();
            assert!(refused.is_err() || !trimmed.is_empty() && !trimmed.chars().any(char::is_control), "{subject:?}");
        }
        assert!(matches!(sent(&letter("a", "b\0")), Err(MailError::Unfit(_))));
        assert!(matches!(sent(&letter("a", &"b".repeat(MOST_BODY_BYTES + 1))), Err(MailError::Unfit(_))));
    }

    #[test]
    fn a_letter_does_not_print_what_it_says() {
        assert_eq!(format!("{:?}", letter("secret", "otter")), "Letter(…)");
    }
}
