//! The one way by which letters leave.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use kernel::Email;
use lettre::message::Mailbox;
use secrecy::ExposeSecret;
use uuid::Uuid;

use super::error::MailError;
use super::files;
use super::letter::Letter;
use super::relay::Relay;
use super::sender;
use super::sendgrid::SendGrid;
use super::smtp::Smtp;
use crate::config::{Config, Mode};

/// Sends letters as configured; cheap to clone.
#[derive(Clone)]
pub struct Mailer(Arc<Way>);

enum Way {
    /// Into this folder.
    Files(Mailbox, PathBuf),
    /// To a server.
    Smtp(Mailbox, Smtp),
    /// To a service.
    SendGrid(Mailbox, SendGrid),
    /// Nowhere, and why; a configuration that was loaded is never this.
    None(String),
}

impl Mailer {
    /// The way of the shop that is configured like this.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        Self(Arc::new(way(config).unwrap_or_else(|error| Way::None(error.to_string()))))
    }

    /// Sends a letter. `Ok` means that the server has taken it over, or that it is on the disk. Sending it again sends it
    /// twice: the job that asks for it is what makes it once.
    ///
    /// # Errors
    /// `Unfit` and `Refused` for good, `Unavailable` where it is worth another try.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailError> {
        match &*self.0 {
            Way::Files(from, folder) => files::write(folder, letter.id, &letter.message(from)?.formatted()).await.map(drop),
            Way::Smtp(from, smtp) => smtp.send(letter.message(from)?).await,
            Way::SendGrid(from, service) => service.send(letter, from).await,
            Way::None(why) => Err(MailError::Misconfigured(why.clone())),
        }
    }

    /// The address that letters come from; `None` where the configuration has none that is fit.
    #[must_use]
    pub fn address(&self) -> Option<&str> {
        match &*self.0 {
            Way::Files(from, _) | Way::Smtp(from, _) | Way::SendGrid(from, _) => Some(from.email.as_ref()),
            Way::None(_) => None,
        }
    }

    /// The letter of this id as it was written to a file; `None` where letters go elsewhere.
    ///
    /// # Errors
    /// `Unavailable` where the disk refuses.
    pub async fn read(&self, id: Uuid) -> Result<Option<String>, MailError> {
        match &*self.0 {
            Way::Files(_, folder) => files::read(folder, id).await,
            Way::Smtp(..) | Way::SendGrid(..) | Way::None(_) => Ok(None),
        }
    }
}

impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Way::Files(_, folder) => write!(f, "Mailer({})", folder.display()),
            Way::Smtp(..) => f.write_str("Mailer(smtp)"),
            Way::SendGrid(..) => f.write_str("Mailer(sendgrid)"),
            Way::None(_) => f.write_str("Mailer(none)"),
        }
    }
}

fn way(config: &Config) -> Result<Way, MailError> {
    let from = sender::sender(config)?;
    let url = config.mail.url.expose_secret();
    if url.is_empty() {
        return Ok(Way::Files(from, config.data_dir.join("mail")));
    }
    if SendGrid::is_meant_by(url) {
        return Ok(Way::SendGrid(from, SendGrid::parse(url)?));
    }
    let relay = Relay::parse(url)?;
    Ok(Way::Smtp(from, Smtp::new(&relay)?))
}

/// Refuses a configuration by which no letter could leave, or only where everybody reads it.
pub(crate) fn refuse_unfit(config: &Config) -> Result<(), MailError> {
    let way = way(config)?;
    if !config.mail.alerts_to.is_empty() && Email::parse(&config.mail.alerts_to).is_err() {
        return Err(MailError::Misconfigured(format!("mail.alerts_to `{}` is not an address", config.mail.alerts_to)));
    }
    let sent = match &way {
        Way::Smtp(from, smtp) => Some((from, smtp.is_readable_by_others())),
        Way::SendGrid(from, service) => Some((from, service.is_readable_by_others())),
        Way::Files(..) | Way::None(_) => None,
    };
    if let (Mode::Production, Some((from, is_readable_by_others))) = (config.mode, sent) {
        if is_readable_by_others {
            return Err(MailError::Misconfigured("mail.url has tls=none, which is for servers on this machine only".to_owned()));
        }
        if from.email.domain() == "localhost" {
            return Err(MailError::Misconfigured("mail.from or server.public_url must say who sends mail".to_owned()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use crate::config::{Flags, load};

    fn config(values: &[(&str, &str)]) -> Result<Config, crate::config::ConfigError> {
        let values = values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        load(&Flags { config: None, values }).map(|loaded| loaded.config)
    }

    #[tokio::test]
    async fn letters_are_files_that_only_their_owner_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        let mailer = Mailer::of(&config(&[("data_dir", &folder.path().display().to_string())]).expect("fine"));
        let letter = |text: &str| Letter {
            to: Email::parse("ada@example.com").expect("an address"),
            subject: "Welcome".into(),
            text: text.into(),
            html: None,
            id: None,
            unsubscribe: None,
        };
        for text in ["first", "second"] {
            mailer.send(&letter(text)).await.expect("sent");
        }
        let files = std::fs::read_dir(folder.path().join("mail")).expect("a folder");
        let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        paths.sort();
        assert_eq!(paths.len(), 2);
        for (path, text) in paths.iter().zip(["first", "second"]) {
            assert!(std::fs::read_to_string(path).expect("read").trim_end().ends_with(&format!("\r\n\r\n{text}")), "{}", path.display());
            assert_eq!(std::fs::metadata(path).expect("a file").permissions().mode() & 0o777, 0o600);
            assert_eq!(path.extension().and_then(|ending| ending.to_str()), Some("eml"));
        }
        let unfit = Letter { subject: "a\r\nBcc: eve@example.com".into(), ..letter("x") };
        assert!(matches!(mailer.send(&unfit).await, Err(MailError::Unfit(_))));
    }

    #[tokio::test]
    async fn a_disk_that_refuses_is_worth_another_try() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let mailer = Mailer::of(&config(&[("data_dir", &file.path().display().to_string())]).expect("fine"));
        let letter = Letter {
            to: Email::parse("a@b.co").expect("an address"),
            subject: "Hi".into(),
            text: "x".into(),
            html: None,
            id: None,
            unsubscribe: None,
        };
        assert!(matches!(mailer.send(&letter).await, Err(MailError::Unavailable(_))));
    }

    #[test]
    fn what_could_never_send_is_refused_at_the_start_and_no_password_is_printed() {
        let sent_by = |url, mode| config(&[("mail.url", url), ("mode", mode), ("server.public_url", "https://mugs.example")]);
        for (url, mode, is_fine) in [
            ("smtp://u:otter@mail.example", "production", true),
            ("smtps://mail.example", "production", true),
            ("smtp://localhost:25?tls=none", "production", true),
            ("smtp://mail.example?tls=none", "production", false),
            ("smtp://mail.example?tls=none", "development", true),
            ("sendgrid://apikey:otter@api.sendgrid.com", "production", true),
            ("sendgrid://apikey:otter@mail.example?tls=none", "production", false),
            ("sendgrid://api.sendgrid.com", "development", false),
            ("http://mail.example", "development", false),
            ("mail.example", "development", false),
            ("smtp://mail.example?authority=/nowhere.pem", "development", false),
        ] {
            assert_eq!(sent_by(url, mode).is_ok(), is_fine, "{url} {mode}");
        }
        for (address, is_fine) in [("", true), ("stock@mugs.example", true), ("stock", false), ("a@b.co, c@d.co", false)] {
            assert_eq!(config(&[("mail.alerts_to", address)]).is_ok(), is_fine, "{address}");
        }
        let unnamed = config(&[("mail.url", "smtps://mail.example"), ("mode", "production")]).expect_err("refused").to_string();
        assert!(unnamed.contains("mail.from"), "{unnamed}");
        let mailer = Mailer::of(&sent_by("smtp://u:otter@mail.example", "development").expect("fine"));
        assert_eq!(format!("{mailer:?}"), "Mailer(smtp)");
        let refused = sent_by("smpt://u:otter@mail.example", "development").expect_err("refused").to_string();
        assert!(!refused.contains("otter"), "{refused}");
    }
}
