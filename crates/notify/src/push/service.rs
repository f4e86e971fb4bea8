//! The way to a browser: its push service, which takes a message over or says why not.

use chrono::TimeDelta;
use http::{Method, Request, Response, StatusCode, header};
use kernel::Timestamp;
use platform::http_client::{HttpClient, HttpError};

use crate::webhooks::retry_after;

/// A message as a push service takes it (RFC 8030).
#[derive(Clone)]
pub struct Envelope {
    /// Where the browser is reached: whoever knows it may write there.
    pub endpoint: String,
    /// Who writes.
    pub authorization: String,
    /// For how many seconds it is kept where the browser is away.
    pub ttl_s: u32,
    /// Whether it is worth waking a device.
    pub urgency: &'static str,
    /// What it replaces where that was not fetched yet: the same message, sent before.
    pub topic: String,
    /// What it says, for the browser alone.
    pub body: Vec<u8>,
}

/// Where it goes stays out of logs.
impl std::fmt::Debug for Envelope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Envelope").field("ttl_s", &self.ttl_s).field("topic", &self.topic).finish_non_exhaustive()
    }
}

/// What a push service answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushAnswer {
    /// It has taken the message over.
    Taken,
    /// The browser is subscribed no more.
    Gone,
    /// It never takes this message, and why.
    Refused(String),
    /// It does not take it now, why, and how long it asks to be left alone.
    Later(String, Option<TimeDelta>),
}

/// Whoever brings messages to browsers.
#[async_trait::async_trait]
pub trait PushService: std::fmt::Debug + Send + Sync {
    /// Brings a message, once; `now` is when.
    async fn deliver(&self, envelope: Envelope, now: Timestamp) -> PushAnswer;
}

/// The push services of the web, each asked at the address that its browser was given.
#[derive(Debug)]
pub struct HttpPush(HttpClient);

impl HttpPush {
    /// By this client, which bounds the time and where it connects to.
    #[must_use]
    pub const fn new(client: HttpClient) -> Self {
        Self(client)
    }
}

#[async_trait::async_trait]
impl PushService for HttpPush {
    async fn deliver(&self, envelope: Envelope, now: Timestamp) -> PushAnswer {
        let Ok(request) = request(envelope) else {
            return PushAnswer::Refused("the address of the browser is none that can be asked".to_owned());
        };
        answer(&self.0.send(request).await, now)
    }
}

fn request(envelope: Envelope) -> Result<Request<Vec<u8>>, http::Error> {
    Request::builder()
        .method(Method::POST)
        .uri(envelope.endpoint)
        .header(header::AUTHORIZATION, envelope.authorization)
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::CONTENT_ENCODING, "aes128gcm")
        .header("ttl", envelope.ttl_s)
        .header("urgency", envelope.urgency)
        .header("topic", envelope.topic)
        .body(envelope.body)
}

/// What an answer means. Its words are not told on: services repeat in them what they were asked.
fn answer(answered: &Result<Response<Vec<u8>>, HttpError>, now: Timestamp) -> PushAnswer {
    let answered = match answered {
        Ok(answered) => answered,
        Err(error) => return PushAnswer::Later(error.to_string(), None),
    };
    let why = || format!("the push service answered {}", answered.status().as_u16());
    match answered.status() {
        status if status.is_success() => PushAnswer::Taken,
        StatusCode::NOT_FOUND | StatusCode::GONE => PushAnswer::Gone,
        status if status.is_server_error() || [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS].contains(&status) => {
            PushAnswer::Later(why(), retry_after(answered.headers(), now))
        }
        _ => PushAnswer::Refused(why()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, retry_after: Option<&str>) -> PushAnswer {
        let mut response = Response::builder().status(status);
        if let Some(pause) = retry_after {
            response = response.header("retry-after", pause);
        }
        answer(&Ok(response.body(b"https://push.example/secret".to_vec()).expect("an answer")), Timestamp::default())
    }

    #[test]
    fn an_answer_is_taken_gone_never_or_later() {
        for status in [200, 201, 202, 204] {
            assert_eq!(answered(status, None), PushAnswer::Taken);
        }
        assert_eq!([answered(404, None), answered(410, Some("5"))], [PushAnswer::Gone, PushAnswer::Gone]);
        for status in [301, 302, 307, 400, 401, 403, 405, 413] {
            assert_eq!(answered(status, Some("5")), PushAnswer::Refused(format!("the push service answered {status}")));
        }
        for status in [408, 429, 500, 502, 503, 504] {
            let why = format!("the push service answered {status}");
            assert_eq!(answered(status, None), PushAnswer::Later(why.clone(), None));
            assert_eq!(answered(status, Some("90")), PushAnswer::Later(why, Some(TimeDelta::seconds(90))));
        }
        let silent = answer(&Err(HttpError::NoAnswer("it took too long".to_owned())), Timestamp::default());
        assert_eq!(silent, PushAnswer::Later("no answer: it took too long".to_owned(), None));
    }

    #[test]
    fn a_message_says_how_it_is_encoded_and_how_long_it_is_news_and_where_it_goes_is_not_shown() {
        let envelope = Envelope {
            endpoint: "https://push.example/secret".to_owned(),
            authorization: "vapid t=token, k=key".to_owned(),
            ttl_s: 60,
            urgency: "high",
            topic: "abc".to_owned(),
            body: vec![1, 2],
        };
        let shown = format!("{envelope:?}");
        assert!(shown.contains("abc") && !shown.contains("secret") && !shown.contains("token"), "{shown}");
        let request = request(envelope).expect("a request");
        let head = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert_eq!((request.method(), request.uri().path(), request.body().as_slice()), (&Method::POST, "/secret", [1, 2].as_slice()));
        assert_eq!(["ttl", "urgency", "topic", "content-encoding"].map(head), ["60", "high", "abc", "aes128gcm"]);
        assert_eq!(head("authorization"), "vapid t=token, k=key");
    }
}
