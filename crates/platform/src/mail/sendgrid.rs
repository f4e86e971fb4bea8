//! Handing letters to SendGrid, by its API v3 (`POST /v3/mail/send`).

use std::time::Duration;

use http::{Method, Request, StatusCode, header};
use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::error::MailError;
use super::letter::Letter;
use super::relay::{is_own, plain};
use crate::http_client::{Excess, HttpBounds, HttpClient, Reach};
use crate::outside::OutsideSystem;

/// Well below the lease of the job that sends; of an answer nothing but its status is used.
const BOUNDS: HttpBounds =
    HttpBounds { connect_timeout: Duration::from_secs(10), timeout: Duration::from_secs(30), most_bytes: 4_096, excess: Excess::Cut };

/// The service, and the key that opens it.
pub(super) struct SendGrid {
    client: HttpClient,
    endpoint: String,
    key: SecretString,
    is_readable_by_others: bool,
}

impl SendGrid {
    /// True for an address that is one of SendGrid.
    pub(super) fn is_meant_by(text: &str) -> bool {
        text.starts_with("sendgrid:")
    }

    /// Reads `sendgrid://apikey:SG.…@api.sendgrid.com` (`api.eu.sendgrid.com`), `?tls=none` for a stand-in on this machine. No message repeats
    /// the address: it holds the key.
    pub(super) fn parse(text: &str) -> Result<Self, MailError> {
        let refused = |why: &str| MailError::Misconfigured(format!("mail.url {why}"));
        let url = Url::parse(text).map_err(|_| refused("is not an address"))?;
        let key = url.password().map(plain).filter(|key| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic()));
        let key = key.ok_or_else(|| refused("needs the key, as in sendgrid://apikey:SG.…@api.sendgrid.com"))?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| refused("names no host"))?;
        let plain_http = match (url.query(), url.path()) {
            (None, "" | "/") => false,
            (Some("tls=none"), "" | "/") => true,
            _ => return Err(refused("has an option that is none: `tls=none` is")),
        };
        let (scheme, port) = (if plain_http { "http" } else { "https" }, url.port().map(|port| format!(":{port}")).unwrap_or_default());
        let client = HttpClient::new(OutsideSystem::one("mail"), BOUNDS, Reach::Anywhere)
            .map_err(|error| MailError::Misconfigured(error.to_string()))?;
        let endpoint = format!("{scheme}://{host}{port}/v3/mail/send");
        Ok(Self { client, endpoint, key: key.into(), is_readable_by_others: plain_http && !is_own(host) })
    }

    pub(super) const fn is_readable_by_others(&self) -> bool {
        self.is_readable_by_others
    }

    /// `Ok` where the service has taken it over.
    pub(super) async fn send(&self, letter: &Letter, from: &Mailbox) -> Result<(), MailError> {
        // What no server would take is refused here as well.
        letter.message(from)?;
        let mut bearer = header::HeaderValue::try_from(format!("Bearer {}", self.key.expose_secret()))
            .map_err(|_| MailError::Misconfigured("the key in mail.url is none".to_owned()))?;
        bearer.set_sensitive(true);
        let request = Request::builder().method(Method::POST).uri(&self.endpoint).header(header::AUTHORIZATION, bearer);
        let body = told(letter, from)?.to_string().into_bytes();
        let request = request.header(header::CONTENT_TYPE, "application/json").body(body);
        let request = request.map_err(|_| MailError::Misconfigured("mail.url is not an address".to_owned()))?;
        match self.client.send(request).await {
            Ok(answer) => judge(answer.status()),
            Err(_) => Err(MailError::Unavailable("the service cannot be reached or takes too long".to_owned())),
        }
    }
}

/// The letter in the words of the API. Links lead where they say: the service counts neither clicks nor readers.
fn told(letter: &Letter, from: &Mailbox) -> Result<Value, MailError> {
    let email = from.email.to_string();
    let sender = from.name.as_ref().map_or_else(|| json!({ "email": email }), |name| json!({ "email": email, "name": name }));
    let html = letter.html.as_ref().map(|html| json!({ "type": "text/html", "value": html }));
    let content: Value = [json!({ "type": "text/plain", "value": letter.text })].into_iter().chain(html).collect();
    let heads: serde_json::Map<String, Value> = letter.heads()?.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
    Ok(json!({
        "personalizations": [{ "to": [{ "email": letter.to.as_str() }] }],
        "from": sender,
        "subject": letter.subject,
        "content": content,
        "headers": heads,
        "tracking_settings": { "click_tracking": { "enable": false, "enable_text": false }, "open_tracking": { "enable": false } },
    }))
}

/// What an answer means for the letter; never in the service's own words, which name the reader.
fn judge(status: StatusCode) -> Result<(), MailError> {
    match status.as_u16() {
        200..=299 => Ok(()),
        // It refuses us, not the letter: somebody may change that.
        401 | 403 => Err(MailError::Unavailable(format!("the service does not accept the key ({status})"))),
        408 | 429 => Err(MailError::Unavailable(format!("the service asks to come back later ({status})"))),
        code @ 400..=499 => Err(MailError::Refused(code)),
        _ => Err(MailError::Unavailable(format!("the service answers {status}"))),
    }
}

#[cfg(test)]
mod tests {
    use kernel::Email;

    use super::*;

    #[test]
    fn an_address_holds_the_key_and_says_where() {
        for (url, endpoint, readable) in [
            ("sendgrid://apikey:SG.x-y_z@api.sendgrid.com", "https://api.sendgrid.com/v3/mail/send", false),
            ("sendgrid://apikey:SG.x@api.eu.sendgrid.com/", "https://api.eu.sendgrid.com/v3/mail/send", false),
            ("sendgrid://apikey:SG.x@127.0.0.1:9?tls=none", "http://127.0.0.1:9/v3/mail/send", false),
            ("sendgrid://apikey:SG.x@mail.example?tls=none", "http://mail.example/v3/mail/send", true),
        ] {
            let service = SendGrid::parse(url).expect("an address");
            assert_eq!((service.endpoint.as_str(), service.is_readable_by_others()), (endpoint, readable), "{url}");
        }
        for url in [
            "sendgrid://api.sendgrid.com",
            "sendgrid://SG.otter@api.sendgrid.com",
            "sendgrid://apikey:@api.sendgrid.com",
            "sendgrid://apikey:otter@api.sendgrid.com/v4",
            "sendgrid://apikey:otter@api.sendgrid.com?tls=maybe",
            "sendgrid:otter",
        ] {
            let refused = SendGrid::parse(url).err().expect(url).to_string();
            assert!(refused.contains("mail.url") && !refused.contains("otter"), "{url}: {refused}");
        }
    }

    #[test]
    fn a_refusal_is_for_good_unless_it_is_ours_or_of_the_moment() {
        let judged = |code: u16| judge(StatusCode::from_u16(code).expect("a status"));
        assert!(judged(202).is_ok() && judged(200).is_ok());
        for code in [400, 404, 413, 422] {
            assert!(matches!(judged(code), Err(MailError::Refused(told)) if told == code), "{code}");
        }
        for code in [301, 401, 403, 408, 429, 500, 502, 503] {
            assert!(matches!(judged(code), Err(MailError::Unavailable(_))), "{code}");
        }
    }

    #[test]
    fn the_letter_is_told_as_the_service_reads_it() {
        let from = Mailbox::new(Some("Mugs & More".into()), "shop@example.com".parse().expect("an address"));
        let letter = Letter {
            to: Email::parse("ada@example.com").expect("an address"),
            subject: "Grüße".into(),
            text: "Hallo".into(),
            html: Some("<p>Hallo</p>".into()),
            id: None,
            unsubscribe: Some("https://mugs.example/u/1".into()),
        };
        let told = told(&letter, &from).expect("told");
        assert_eq!(told["personalizations"][0]["to"][0]["email"], "ada@example.com");
        assert_eq!((&told["from"]["name"], &told["subject"]), (&json!("Mugs & More"), &json!("Grüße")));
        assert_eq!(told["content"][1], json!({"type": "text/html", "value": "<p>Hallo</p>"}));
        assert_eq!(told["headers"]["List-Unsubscribe"], "<https://mugs.example/u/1>");
        assert_eq!(told["tracking_settings"]["open_tracking"]["enable"], false);
    }
}
