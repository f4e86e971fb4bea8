//! Files sent to an address and fetched from one: signed, bounded, and never led elsewhere.

use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use http::header::{self, HeaderName};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, request};
use kernel::Timestamp;
use platform::config::{DataSync, SyncExport, SyncImport, SyncPlace, SyncTable};
use platform::http_client::{Excess, HttpBounds, HttpClient, HttpError, Reach};
use platform::outside::OutsideSystem;
use secrecy::ExposeSecret;
use url::Url;

use super::error::SyncError;
use super::import::{Found, MOST_BYTES};
use super::model::{ChangesFile, hex_digest};
use super::store::Validators;
use crate::webhooks::Secret;

/// Who is not reached by then is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Of the answer to a file nothing but its status is used.
const MOST_OF_AN_ANSWER: usize = 4_096;
/// No server needs more to know a content by.
const LONGEST_VALIDATOR: usize = 500;
/// A content of this age does not change within the second that its date stands for (RFC 9110, 8.8.2.2).
const SETTLED: TimeDelta = TimeDelta::seconds(1);

/// The ways to the addresses of the configuration.
#[derive(Debug, Clone)]
pub(crate) struct Addresses {
    export: HttpClient,
    import: HttpClient,
}

impl Addresses {
    pub(crate) fn new(sync: &DataSync, reach: &Reach) -> Result<Self, HttpError> {
        let (connect_timeout, timeout) = (CONNECT_TIMEOUT, Duration::from_millis(sync.timeout_ms));
        let client = |name: &str, most_bytes, excess| {
            HttpClient::new(OutsideSystem::one(name), HttpBounds { connect_timeout, timeout, most_bytes, excess }, reach.clone())
        };
        let export = client("sync_export", MOST_OF_AN_ANSWER, Excess::Cut)?;
        Ok(Self { export, import: client("sync_import", MOST_BYTES, Excess::Refused)? })
    }

    /// Sends a file; `Ok` where the other side has taken it over, which any 2xx says.
    pub(super) async fn send(&self, to: &Url, export: &SyncExport, file: ChangesFile, now: Timestamp) -> Result<(), SyncError> {
        let secret = Secret::parse(export.secret.expose_secret()).ok_or(SyncError::NotConfigured("sync.export.secret"))?;
        let (id, timestamp) = (file.message_id(), now.timestamp());
        let request = Request::builder()
            .method(Method::POST)
            .uri(to.as_str())
            .header(header::CONTENT_TYPE, "application/x-ndjson")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", secret.sign((&id, timestamp), &file.body))
            .header("tradewind-sync-from", file.from)
            .header("tradewind-sync-to", file.to);
        let answer = ask(&self.export, to, request, file.body).await?;
        if answer.status().is_success() { Ok(()) } else { Err(failed(to, format!("it answered {}", answer.status()))) }
    }

    /// Fetches a file, and what its server knows its content by; nothing where the server says that it is the one that is known.
    pub(super) async fn fetch(
        &self,
        from: &Url,
        import: &SyncImport,
        known: &Validators,
    ) -> Result<Option<(Found, Validators)>, SyncError> {
        let (name, table) = SyncTable::at(from).ok_or(SyncError::NotConfigured("sync.import.source"))?;
        let mut request = Request::builder().method(Method::GET).uri(from.as_str());
        for (name, value) in [(header::IF_NONE_MATCH, &known.etag), (header::IF_MODIFIED_SINCE, &known.last_modified)] {
            request = value.iter().fold(request, |request, value| request.header(&name, value));
        }
        if !import.authorization.expose_secret().is_empty() {
            let mut shown = HeaderValue::from_str(import.authorization.expose_secret())
                .map_err(|_| SyncError::NotConfigured("sync.import.authorization"))?;
            shown.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, shown);
        }
        let (head, body) = ask(&self.import, from, request, Vec::new()).await?.into_parts();
        match head.status {
            StatusCode::NOT_MODIFIED => Ok(None),
            StatusCode::OK if is_page(&head.headers) => Err(failed(from, "it answered with a page and not with a table".to_owned())),
            StatusCode::OK => Ok(Some((Found::of(name.to_owned(), table, body), validators(&head.headers)))),
            status => Err(failed(from, format!("it answered {status}"))),
        }
    }
}

/// What stands for a place where it is remembered: of an address the host is told, and no more than a hash of what may open something.
pub(super) fn key_of(place: &SyncPlace) -> String {
    match place {
        SyncPlace::Folder(path) => path.display().to_string(),
        SyncPlace::Address(address) => format!("{place}#{}", hex_digest(address.as_str().as_bytes())),
    }
}

async fn ask(client: &HttpClient, address: &Url, request: request::Builder, body: Vec<u8>) -> Result<Response<Vec<u8>>, SyncError> {
    let request = request.body(body).map_err(|error| failed(address, error.to_string()))?;
    client.send(request).await.map_err(|error| failed(address, error.to_string()))
}

fn failed(address: &Url, why: String) -> SyncError {
    SyncError::Address { host: address.host_str().unwrap_or_default().to_owned(), why }
}

/// Somebody asks for a password, or says that there is nothing, without saying so in the status.
fn is_page(headers: &HeaderMap) -> bool {
    text(headers, header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html"))
}

fn validators(headers: &HeaderMap) -> Validators {
    let date = |name| text(headers, name).and_then(|text| DateTime::parse_from_rfc2822(text).ok());
    let is_settled = matches!((date(header::LAST_MODIFIED), date(header::DATE)), (Some(at), Some(now)) if now - at > SETTLED);
    let kept = |name| text(headers, name).filter(|text| text.len() <= LONGEST_VALIDATOR).map(str::to_owned);
    Validators { etag: kept(header::ETAG), last_modified: kept(header::LAST_MODIFIED).filter(|_| is_settled) }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(headers: &[(HeaderName, &str)]) -> (Option<String>, Option<String>) {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().expect("a value"))).collect();
        let Validators { etag, last_modified } = validators(&headers);
        (etag, last_modified)
    }

    #[test]
    fn a_date_that_may_stand_for_two_contents_is_not_kept() {
        const DATE: &str = "Mon, 02 Mar 2026 09:30:00 GMT";
        let modified = |at: &str| kept(&[(header::LAST_MODIFIED, at), (header::DATE, DATE)]).1;
        assert_eq!(modified("Mon, 02 Mar 2026 09:29:58 GMT").as_deref(), Some("Mon, 02 Mar 2026 09:29:58 GMT"));
        assert_eq!([modified("Mon, 02 Mar 2026 09:29:59 GMT"), modified(DATE), modified("yesterday")], [None, None, None]);
        assert_eq!(kept(&[(header::LAST_MODIFIED, DATE)]), (None, None), "nobody says what time it was");
        assert_eq!(kept(&[(header::ETAG, "W/\"7\"")]).0.as_deref(), Some("W/\"7\""));
        assert_eq!(kept(&[(header::ETAG, &"7".repeat(LONGEST_VALIDATOR + 1))]), (None, None));
    }

    #[test]
    fn an_address_is_remembered_by_its_host_and_told_apart_by_all_of_it() {
        let key = |text: &str| SyncPlace::parse(text).expect("a place").map(|place| key_of(&place)).unwrap_or_default();
        let (one, other) = (key("https://erp.example/a?key=hidden"), key("https://erp.example/a?key=other"));
        assert!(one.starts_with("https://erp.example#") && !one.contains("hidden") && one != other, "{one}");
        assert_eq!(key("/srv/shop/out"), "/srv/shop/out");
    }
}
