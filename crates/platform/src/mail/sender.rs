//! Who sends the shop's mail.

use kernel::Email;
use lettre::Address;
use lettre::message::Mailbox;
use url::{Host, Url};

use super::error::MailError;
use crate::config::Config;

/// What a sender is called, at most.
const LONGEST_NAME: usize = 100;

/// `mail.from`, or the shop's name at the host of `server.public_url`.
pub(super) fn sender(config: &Config) -> Result<Mailbox, MailError> {
    let configured = config.mail.from.trim();
    if configured.is_empty() {
        return named(&config.shop.name, &format!("shop@{}", host(&config.server.public_url)));
    }
    let refused = || MailError::Misconfigured(format!("mail.from `{configured}` is not of the form `Name <shop@example.com>`"));
    let (name, address) = match configured.strip_suffix('>').and_then(|rest| rest.rsplit_once('<')) {
        Some((name, address)) => (name, address),
        None => ("", configured),
    };
    let email = Email::parse(address).map_err(|_| refused())?;
    named(name.trim().trim_matches('"'), email.as_str()).map_err(|_| refused())
}

fn named(name: &str, address: &str) -> Result<Mailbox, MailError> {
    let refused = || MailError::Misconfigured("mail.from cannot be the head of a letter".to_owned());
    let address: Address = address.parse().map_err(|_| refused())?;
    let name = if name.is_empty() { None } else { Some(kernel::text(name, LONGEST_NAME).map_err(|_| refused())?) };
    Ok(Mailbox::new(name, address))
}

/// The host by which others know the shop; a shop that has none is on its owner's own machine.
fn host(public_url: &str) -> String {
    match Url::parse(public_url).ok().as_ref().and_then(Url::host) {
        Some(Host::Domain(domain)) => domain.to_owned(),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) | None => "localhost".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Flags, load};

    fn of(values: &[(&str, &str)]) -> Result<String, MailError> {
        let mut config = load(&Flags::default()).expect("defaults").config;
        for (key, value) in values {
            match *key {
                "mail.from" => config.mail.from = (*value).to_owned(),
                "shop.name" => config.shop.name = (*value).to_owned(),
                _ => config.server.public_url = (*value).to_owned(),
            }
        }
        sender(&config).map(|mailbox| format!("{}|{}", mailbox.name.unwrap_or_default(), mailbox.email))
    }

    #[test]
    fn the_sender_is_who_is_configured_or_the_shop_itself() {
        for (from, told) in [
            ("Mugs & More <shop@example.com>", "Mugs & More|shop@example.com"),
            ("\"Mugs, Cups\" <shop@example.com>", "Mugs, Cups|shop@example.com"),
            ("shop@example.com", "|shop@example.com"),
            ("", "Tradewind|shop@localhost"),
        ] {
            assert_eq!(of(&[("mail.from", from)]).expect("a sender"), told);
        }
        assert_eq!(of(&[("shop.name", "Mugs"), ("url", "https://mugs.example:8443/x")]).expect("a sender"), "Mugs|shop@mugs.example");
        assert_eq!(of(&[("url", "http://127.0.0.1:8080")]).expect("a sender"), "Tradewind|shop@localhost");
    }

    #[test]
    fn what_no_head_of_a_letter_holds_is_refused() {
        for from in ["Mugs", "Mugs <shop>", "Mugs <shop@example.com", "Mugs\r\nBcc: x <shop@example.com>", "<>", "Mugs <a@b.co> x"] {
            assert!(matches!(of(&[("mail.from", from)]), Err(MailError::Misconfigured(_))), "{from:?}");
        }
    }
}
