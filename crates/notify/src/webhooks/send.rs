//! One try: a message is made, signed and sent, and what comes back is written down.

use std::time::Instant;

use chrono::{DateTime, TimeDelta};
use http::{HeaderMap, Method, Request, header};
use kernel::{EventId, Timestamp};
use platform::events::Event;
use platform::http_client::HttpError;

use super::message::message;
use super::model::Verdict;
use super::signature::SigningKey;
use super::store::{Attempt, Due};
use crate::Notify;

/// Where a round of messages goes, and what they are signed with: two keys for a while after a rotation.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) url: String,
    /// None where the shop cannot open them.
    pub(super) keys: Option<Vec<SigningKey>>,
}

/// Sends an event and tells how that went.
pub(super) async fn send(notify: &Notify, target: &Target, due: Due, event: Option<&Event>) -> (Verdict, Attempt) {
    let (started_at, clock) = (notify.context.now(), Instant::now());
    let answered = match request(notify, target, event, started_at) {
        Err(error) => Err(error.to_string()),
        Ok(request) => notify.client.send(request).await.map_err(|error: HttpError| error.to_string()),
    };
    let latency_ms = i64::try_from(clock.elapsed().as_millis()).unwrap_or(i64::MAX);
    let (number, url) = (due.attempts + 1, target.url.clone());
    match answered {
        Ok(answer) => {
            let status = answer.status().as_u16();
            let verdict = Verdict::of(Some(status), retry_after(answer.headers(), started_at));
            let answer = String::from_utf8_lossy(answer.body()).replace('\0', "\u{fffd}");
            (verdict, Attempt { number, url, started_at, latency_ms, status: Some(status.into()), error: None, answer })
        }
        Err(error) => {
            let verdict = Verdict::of(None, None);
            (verdict, Attempt { number, url, started_at, latency_ms, status: None, error: Some(error), answer: String::new() })
        }
    }
}

/// Why no message can be made.
#[derive(Debug, thiserror::Error)]
enum Unmade {
    #[error("the event is kept no more")]
    Forgotten,
    #[error("the signing key cannot be opened: it was sealed with another secret key of the shop; rotate the endpoint's secret")]
    Sealed,
    #[error(transparent)]
    Http(#[from] http::Error),
}

fn request(notify: &Notify, target: &Target, event: Option<&Event>, now: Timestamp) -> Result<Request<Vec<u8>>, Unmade> {
    let event = event.ok_or(Unmade::Forgotten)?;
    let keys = target.keys.as_ref().ok_or(Unmade::Sealed)?;
    let (id, timestamp, body) = (EventId::from_uuid(event.id).to_string(), now.timestamp(), message(event, &notify.kinds));
    let signatures: Vec<String> = keys.iter().map(|key| key.sign(&id, timestamp, &body)).collect();
    let request = Request::builder()
        .method(Method::POST)
        .uri(&target.url)
        .header(header::CONTENT_TYPE, "application/json")
        .header("webhook-id", &id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signatures.join(" "))
        .body(body.into_bytes())?;
    Ok(request)
}

/// How long the other side asks to be left alone: seconds, or until a date (RFC 9110, 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<TimeDelta> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    match text.parse::<u32>() {
        Ok(seconds) => Some(TimeDelta::seconds(seconds.into())),
        Err(_) => DateTime::parse_from_rfc2822(text).ok().map(|until| until.to_utc() - now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_by_a_date() {
        let now: Timestamp = "2026-03-02T09:30:00Z".parse().expect("a moment");
        let asked = |text: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, text.parse().expect("a header"));
            retry_after(&headers, now)
        };
        assert_eq!((asked("120"), asked(" 5 ")), (Some(TimeDelta::minutes(2)), Some(TimeDelta::seconds(5))));
        assert_eq!(asked("Mon, 02 Mar 2026 09:31:00 GMT"), Some(TimeDelta::minutes(1)));
        assert_eq!([asked("soon"), asked("-3"), asked("1.5"), retry_after(&HeaderMap::new(), now)], [None; 4]);
    }
}
