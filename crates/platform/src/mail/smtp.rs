//! Handing letters to a server.

use std::time::Duration;

use lettre::message::Message;
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters, TlsParametersBuilder};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::ExposeSecret;

use super::error::MailError;
use super::relay::{Relay, Security};
use crate::outside::{Asked, OutsideSystem};

/// How long a server may take to be there.
const CONNECT: Duration = Duration::from_secs(10);
/// How long it may take for all of it; well below the lease of the job that sends.
const WHOLE: Duration = Duration::from_secs(30);

/// A server that takes letters. Each letter has a connection of its own: one that is cut off harms no other, and mail is rare.
pub(super) struct Smtp {
    system: OutsideSystem,
    transport: AsyncSmtpTransport<Tokio1Executor>,
    is_readable_by_others: bool,
    patience: Duration,
}

impl Smtp {
    pub(super) fn new(relay: &Relay) -> Result<Self, MailError> {
        let tls = match relay.security {
            Security::None => Tls::None,
            Security::StartTls => Tls::Required(parameters(relay)?),
            Security::Tls => Tls::Wrapper(parameters(relay)?),
        };
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&relay.host).port(relay.port).timeout(Some(CONNECT)).tls(tls);
        if let Some((name, password)) = &relay.user {
            builder = builder.credentials(Credentials::new(name.clone(), password.expose_secret().to_owned()));
        }
        Ok(Self {
            system: OutsideSystem::one("mail"),
            transport: builder.build(),
            is_readable_by_others: relay.is_readable_by_others(),
            patience: WHOLE,
        })
    }

    /// `Ok` where the server has taken it over.
    pub(super) async fn send(&self, message: Message) -> Result<(), MailError> {
        let handing = tokio::time::timeout(self.patience, self.transport.send(message));
        let handed = async {
            match handing.await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(told(&error)),
                Err(_) => Err(MailError::Unavailable("the server takes too long".to_owned())),
            }
        };
        let trouble = |handed: &Result<(), MailError>| match handed {
            Err(MailError::Unavailable(why)) => Some(why.clone()),
            _ => None,
        };
        self.system.ask(handed, trouble).await.map_err(|asked| match asked {
            Asked::Failed(error) => error,
            Asked::Resting(left, trouble) => MailError::Unavailable(format!("{trouble}; it is asked again in {} s", left.as_secs() + 1)),
        })
    }

    pub(super) const fn is_readable_by_others(&self) -> bool {
        self.is_readable_by_others
    }
}

fn parameters(relay: &Relay) -> Result<TlsParameters, MailError> {
    let mut builder: TlsParametersBuilder = TlsParameters::builder(relay.host.clone());
    if let Some(file) = &relay.authority {
        let unreadable = |why: &dyn std::fmt::Display| MailError::Misconfigured(format!("{}: {why}", file.display()));
        let pem = std::fs::read(file).map_err(|error| unreadable(&error))?;
        builder = builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| unreadable(&error))?);
    }
    builder.build().map_err(|error| MailError::Misconfigured(format!("TLS to the mail server: {error}")))
}

/// What an error means for the letter; never in the server's own words, which name the reader.
fn told(error: &SmtpError) -> MailError {
    match error.status() {
        // The server refuses us (530, 534, 535, 538), not the letter: somebody may change that.
        Some(code) if error.is_permanent() && !matches!(u16::from(code), 530 | 534 | 535 | 538) => MailError::Refused(code.into()),
        Some(code) => MailError::Unavailable(format!("the server answers {code}")),
        None if error.is_tls() => MailError::Unavailable("there is no private line to the server".to_owned()),
        None if error.is_timeout() => MailError::Unavailable("the server takes too long".to_owned()),
        None if error.is_client() => MailError::Unavailable("the server lacks what the letter needs".to_owned()),
        None => MailError::Unavailable("the server cannot be reached or does not speak SMTP".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use kernel::Email;
    use lettre::message::Mailbox;
    use tokio::net::TcpListener;

    use super::*;
    use crate::mail::Letter;

    async fn sent(url: &str) -> Result<(), MailError> {
        let mut smtp = Smtp::new(&Relay::parse(url).expect("an address")).expect("a way");
        smtp.patience = Duration::from_millis(300);
        let to = Email::parse("ada@example.com").expect("an address");
        let from = Mailbox::new(None, "shop@example.com".parse().expect("an address"));
        smtp.send(
            Letter { to, subject: "Hi".into(), text: "x".into(), html: None, id: None, unsubscribe: None }
                .message(&from)
                .expect("a message"),
        )
        .await
    }

    #[tokio::test]
    async fn a_server_that_says_nothing_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let begun = Instant::now();
        let refused = sent(&format!("smtp://127.0.0.1:{port}?tls=none")).await;
        assert!(matches!(refused, Err(MailError::Unavailable(_))) && begun.elapsed() < Duration::from_secs(5));
    }

    #[tokio::test]
    async fn a_server_that_is_gone_is_worth_another_try() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        assert!(matches!(sent(&format!("smtp://127.0.0.1:{port}?tls=none")).await, Err(MailError::Unavailable(_))));
    }
}
