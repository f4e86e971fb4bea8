//! Asking Stripe: with the key that opens the account, in one version of the API, and never twice for one thing.

use std::fmt;
use std::time::Duration;

use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response};
use platform::http_client::{Excess, HttpBounds, HttpClient, HttpError, Reach};
use platform::outside::OutsideSystem;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::Instant;

use super::form::Form;
use super::refusal::{Refusal, judged};

/// What requests and answers look like; a later one is taken when somebody has read what it changes.
const VERSION: HeaderValue = HeaderValue::from_static("2025-03-31.basil");
/// Whoever asks waits for twenty seconds; in them one more try must fit.
const BOUNDS: HttpBounds =
    HttpBounds { connect_timeout: Duration::from_secs(3), timeout: Duration::from_secs(8), most_bytes: 1_048_576, excess: Excess::Refused };
/// The pauses before the second try and the third.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_millis(1_500)];
/// No try begins later: its answer would come when nobody waits any more.
const LATEST_TRY: Duration = Duration::from_secs(10);

/// Stripe's API, as one account.
pub(super) struct Client {
    http: Option<HttpClient>,
    system: OutsideSystem,
    base: String,
    authorization: Option<HeaderValue>,
}

/// One question; asked again it is the same, byte for byte.
struct Question {
    method: Method,
    path: String,
    form: Form,
    key: Option<String>,
}

impl Client {
    /// Nobody is asked anything yet. What cannot be configured so never reaches this: then every answer is unclear.
    pub(super) fn new(base: &str, secret_key: &SecretString) -> Self {
        let system = OutsideSystem::one("stripe");
        let authorization = HeaderValue::try_from(format!("Bearer {}", secret_key.expose_secret())).ok().map(|mut value| {
            value.set_sensitive(true);
            value
        });
        let http = HttpClient::new(system.clone(), BOUNDS, Reach::Anywhere).ok();
        Self { http, system, base: base.trim_end_matches('/').to_owned(), authorization }
    }

    /// Reads something.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str, query: Form) -> Result<T, Refusal> {
        self.ask(Question { method: Method::GET, path: path.to_owned(), form: query, key: None }).await
    }

    /// Has something done: once, however often it is asked for under this key.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &str, form: Form, key: impl ToString) -> Result<T, Refusal> {
        self.ask(Question { method: Method::POST, path: path.to_owned(), form, key: Some(key.to_string()) }).await
    }

    async fn ask<T: DeserializeOwned>(&self, question: Question) -> Result<T, Refusal> {
        let answer = self.insist(&question).await.inspect_err(|refusal| told(&question, refusal))?;
        serde_json::from_value(answer).map_err(|_| {
            let refusal = Refusal::Unclear { why: "it answers something else than was asked for".to_owned(), again: false };
            told(&question, &refusal);
            refusal
        })
    }

    /// Asks up to three times, as far as the time and the budget of second questions go.
    async fn insist(&self, question: &Question) -> Result<Value, Refusal> {
        let latest = Instant::now() + LATEST_TRY;
        let mut answer = self.ask_once(question).await;
        for pause in PAUSES {
            let may_help = matches!(&answer, Err(Refusal::Unclear { again: true, .. })) && Instant::now() + pause < latest;
            if !may_help || !self.system.may_retry() {
                break;
            }
            tokio::time::sleep(pause).await;
            answer = self.ask_once(question).await;
        }
        answer
    }

    async fn ask_once(&self, question: &Question) -> Result<Value, Refusal> {
        let unable = || Refusal::Unclear { why: "this process cannot ask anybody".to_owned(), again: false };
        let (http, authorization) = (self.http.as_ref().ok_or_else(unable)?, self.authorization.clone().ok_or_else(unable)?);
        let request = question.request(&self.base, authorization).ok_or_else(unable)?;
        let answer = http.send(request).await.map_err(|error| match error {
            HttpError::NoAnswer(_) => Refusal::Unclear { why: error.to_string(), again: true },
            HttpError::TooLong(_) | HttpError::Resting { .. } => Refusal::Unclear { why: error.to_string(), again: false },
        })?;
        let not_now = says_not_to_retry(&answer);
        judged(answer.status().as_u16(), answer.body()).map_err(|refusal| match refusal {
            Refusal::Unclear { why, again } => Refusal::Unclear { why, again: again && !not_now },
            Refusal::Refused(code) => Refusal::Refused(code),
        })
    }
}

impl Question {
    fn request(&self, base: &str, authorization: HeaderValue) -> Option<Request<Vec<u8>>> {
        let encoded = self.form.encode();
        let is_read = self.method == Method::GET;
        let behind = if is_read && !encoded.is_empty() { format!("?{encoded}") } else { String::new() };
        let request = Request::builder().method(&self.method).uri(format!("{base}{}{behind}", self.path));
        let request = request.header(AUTHORIZATION, authorization).header("stripe-version", VERSION);
        let request = match &self.key {
            Some(key) => request.header("idempotency-key", key),
            None => request,
        };
        if is_read {
            return request.body(Vec::new()).ok();
        }
        request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(encoded.into_bytes()).ok()
    }
}

/// Stripe knows best whether asking again helps.
fn says_not_to_retry(answer: &Response<Vec<u8>>) -> bool {
    answer.headers().get("stripe-should-retry").is_some_and(|value| value == "false")
}

fn told(question: &Question, refusal: &Refusal) {
    let (path, operation) = (&question.path, question.key.as_deref().unwrap_or_default());
    match refusal {
        Refusal::Refused(code) => tracing::info!(stripe.path = path, stripe.key = operation, code, "Stripe refuses"),
        Refusal::Unclear { why, .. } => tracing::warn!(stripe.path = path, stripe.key = operation, why, "Stripe gives no clear answer"),
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base", &self.base).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(method: Method, key: Option<&str>) -> Question {
        Question { method, path: "/v1/refunds".to_owned(), form: Form::default().with("amount", 5), key: key.map(str::to_owned) }
    }

    #[test]
    fn a_question_names_account_version_and_key() {
        let asked = |question: Question| question.request("https://api.stripe.com", "Bearer sk_1".parse().expect("a header"));
        let post = asked(question(Method::POST, Some("op_1"))).expect("a request");
        let header = |name: &str| post.headers().get(name).and_then(|value| value.to_str().ok());
        assert_eq!((header("stripe-version"), header("idempotency-key")), (Some("2025-03-31.basil"), Some("op_1")));
        assert_eq!((header("authorization"), header("content-type")), (Some("Bearer sk_1"), Some("application/x-www-form-urlencoded")));
        assert_eq!((post.uri().to_string().as_str(), &post.body()[..]), ("https://api.stripe.com/v1/refunds", &b"amount=5"[..]));
        let get = asked(question(Method::GET, None)).expect("a request");
        assert_eq!((get.uri().query(), get.body().len(), get.headers().contains_key("idempotency-key")), (Some("amount=5"), 0, false));
    }

    #[test]
    fn the_key_of_the_account_is_never_shown() {
        let client = Client::new("https://api.stripe.com/", &"sk_live_otter".into());
        assert_eq!(client.base, "https://api.stripe.com");
        assert!(!format!("{client:?} {:?}", client.authorization).contains("otter"));
    }
}
