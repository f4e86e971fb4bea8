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
    /// What it is known by: sent again, it is the same letter to programs that look. Absent: each time it is sent it is another one.
    pub id: Option<Uuid>,
    /// Where its reader says, by one click, that such letters are not wanted (RFC 8058).
    pub unsubscribe: Option<String>,
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
        let id = format!("<{}@{}>", self.id.unwrap_or_else(Uuid::now_v7), from.email.domain());
        let mut builder = Message::builder().from(from.clone()).to(to.into()).subject(subject).message_id(Some(id));
        for (name, value) in self.heads()? {
            builder = builder.raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(name), value));
        }
        let message = match &self.html {
            Some(html) => builder.multipart(MultiPart::alternative_plain_html(self.text.clone(), html.clone())),
            None => builder.singlepart(SinglePart::plain(self.text.clone())),
        };
        message.map_err(|_| MailError::Unfit("its head is incomplete"))
    }
}

impl Letter {
    /// The lines of its head that every way of sending has.
    pub(super) fn heads(&self) -> Result<Vec<(&'static str, String)>, MailError> {
        // RFC 3834: no out-of-office answers, please.
        let mut heads = vec![("Auto-Submitted", "auto-generated".to_owned())];
        if let Some(unsubscribe) = &self.unsubscribe {
            if !unsubscribe.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'<' && byte != b'>') {
                return Err(MailError::Unfit("its link to unsubscribe is none"));
            }
            heads.push(("List-Unsubscribe", format!("<{unsubscribe}>")));
            heads.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
        }
        Ok(heads)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(subject: &str, text: &str) -> Letter {
        Letter {
            to: Email::parse("ada@example.com").expect("an address"),
            subject: subject.into(),
            text: text.into(),
            html: None,
            id: None,
            unsubscribe: None,
        }
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

    /// RFC 8058: both lines, or neither.
    #[test]
    fn a_letter_that_one_can_unsubscribe_from_says_so_in_its_head() {
        let id = Uuid::nil();
        let link = "https://mugs.example/api/v1/mail/unsubscribe/x-1_y".to_owned();
        let message = sent(&Letter { id: Some(id), unsubscribe: Some(link.clone()), ..letter("Hi", "x") }).expect("a message");
        assert!(message.contains(&format!("Message-ID: <{id}@example.com>")), "{message}");
        assert!(message.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{message}");
        assert!(message.replace("\r\n ", " ").contains(&format!("List-Unsubscribe: <{link}>")), "{message}");
        assert!(!sent(&letter("Hi", "x")).expect("a message").contains("Unsubscribe"));
        for link in ["https://a b", "https://a>\r\nBcc: x", "https://ü"] {
            assert!(sent(&Letter { unsubscribe: Some(link.to_owned()), ..letter("Hi", "x") }).is_err(), "{link}");
        }
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
