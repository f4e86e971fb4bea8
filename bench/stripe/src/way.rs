//! The way to the server: what passes it, and what becomes of it there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Result;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use raw_client::random::Random;
use reqwest::{Client, RequestBuilder};
use url::form_urlencoded;

use super::SECRET_KEY;
use super::keys::{Answer, Keys};
use super::trouble::Fate;

/// No request of the shop is larger.
const MOST_BYTES: usize = 1_048_576;
/// The way.
#[derive(Debug)]
pub(crate) struct Way {
    server: String,
    /// Fields that the server does not know: they are left out.
    unknown: &'static [&'static str],
    client: Client,
    keys: Keys,
    /// How many answers are still to be lost.
    losing: AtomicUsize,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    asked: Vec<(Method, String)>,
    refused: Vec<String>,
    fates: BTreeMap<&'static str, usize>,
    troubled: Option<(u64, Random)>,
}

/// A request that has arrived whole.
#[derive(Debug, Clone)]
struct Asked {
    method: Method,
    path: String,
    form: Bytes,
    key: Option<String>,
}

impl Way {
    /// A way without trouble.
    pub(crate) fn to(server: &str, unknown: &'static [&'static str]) -> Self {
        let (client, keys, losing) = (Client::new(), Keys::default(), AtomicUsize::new(0));
        Self { server: server.to_owned(), unknown, client, keys, losing, seen: Mutex::default() }
    }

    pub(crate) fn will_lose(&self, answers: usize) {
        self.losing.store(answers, Ordering::SeqCst);
    }

    pub(crate) fn will_be_troubled(&self, of_a_thousand: u64, seed: u64) {
        self.look().troubled = Some((of_a_thousand, Random::new(seed, "way")));
    }

    pub(crate) fn troubles(&self) -> Vec<(&'static str, usize)> {
        self.look().fates.iter().map(|(name, count)| (*name, *count)).collect()
    }

    pub(crate) fn asked(&self, method: &Method, path: &str) -> usize {
        self.look().asked.iter().filter(|asked| (&asked.0, asked.1.as_str()) == (method, path)).count()
    }

    pub(crate) fn kinds_asked(&self) -> BTreeSet<String> {
        // Theirs begin with two letters, as `pi_`.
        let is_id = |part: &str| part.find('_') == Some(2);
        let without_ids = |path: &str| {
            let parts: Vec<&str> = path.split('/').map(|part| if is_id(part) { "{id}" } else { part }).collect();
            parts.join("/")
        };
        self.look().asked.iter().map(|(method, path)| format!("{method} {}", without_ids(path))).collect()
    }

    pub(crate) fn refused(&self) -> Vec<String> {
        self.look().refused.clone()
    }

    /// A request to the server itself.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.server)).bearer_auth(SECRET_KEY)
    }

    /// Has a request meet its fate.
    pub(crate) async fn pass(self: &Arc<Self>, request: Request) -> Response {
        let Ok(asked) = self.read(request).await else { return StatusCode::BAD_REQUEST.into_response() };
        let fate = self.fate_of(&asked);
        match fate {
            Fate::NeverArrives => return broken(&(200, Bytes::from_static(b"{}"))),
            Fate::IsRefused(status) => return told((status, Bytes::new())),
            Fate::IsLate(time) => tokio::time::sleep(time).await,
            _ => {}
        }
        if fate == Fate::ArrivesTwice {
            self.carry(asked.clone()).await;
        }
        let answer = self.carry(asked).await;
        match fate {
            Fate::AnswerIsLost => told((504, Bytes::new())),
            Fate::AnswerBreaksOff => broken(&answer),
            Fate::AnswerIsLate(time) => {
                tokio::time::sleep(time).await;
                told(answer)
            }
            _ => told(answer),
        }
    }

    fn fate_of(&self, asked: &Asked) -> Fate {
        let is_lost = self.losing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        let mut seen = self.look();
        seen.asked.push((asked.method.clone(), asked.path.split('?').next().unwrap_or_default().to_owned()));
        let drawn = seen.troubled.as_mut().map(|(of_a_thousand, random)| Fate::drawn(*of_a_thousand, random));
        let fate = if is_lost { Fate::AnswerIsLost } else { drawn.unwrap_or(Fate::Passes) };
        *seen.fates.entry(fate.name()).or_default() += 1;
        fate
    }

    /// Carries it to the server. Whoever asked may be gone before the answer: what was sent is done all the same.
    async fn carry(self: &Arc<Self>, asked: Asked) -> Answer {
        let way = Arc::clone(self);
        let carried = tokio::spawn(async move {
            let known = asked.key.as_deref().and_then(|key| way.keys.begin(key, &asked.form));
            if let Some(answer) = known {
                return answer;
            }
            let answer = way.ask(&asked).await.ok();
            if let Some(key) = &asked.key {
                way.keys.end(key, asked.form, answer.clone());
            }
            answer.unwrap_or((502, Bytes::new()))
        });
        carried.await.unwrap_or((502, Bytes::new()))
    }

    async fn ask(&self, asked: &Asked) -> Result<Answer> {
        let request = self.request(asked.method.clone(), &asked.path);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(asked.form.clone());
        let reply = request.send().await?;
        let (status, body) = (reply.status().as_u16(), reply.bytes().await?);
        if status >= 400 {
            self.look().refused.push(format!("{} {}: {status} {}", asked.method, asked.path, String::from_utf8_lossy(&body)));
        }
        Ok((status, body))
    }

    async fn read(&self, request: Request) -> Result<Asked> {
        let (head, body) = request.into_parts();
        let form = self.without_unknown(&axum::body::to_bytes(body, MOST_BYTES).await?);
        let key = head.headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
        let query = head.uri.query().map(|query| self.without_unknown(query.as_bytes())).unwrap_or_default();
        let path = format!("{}?{}", head.uri.path(), String::from_utf8_lossy(&query));
        Ok(Asked { method: head.method, path, form, key })
    }

    fn without_unknown(&self, form: &[u8]) -> Bytes {
        let known = form_urlencoded::parse(form).filter(|(name, _)| !self.unknown.contains(&name.as_ref()));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(known).finish().into()
    }

    fn look(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn told((status, body): Answer) -> Response {
    (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), body).into_response()
}

/// An answer of which half comes; then the connection ends.
fn broken((status, body): &Answer) -> Response {
    let half = body.slice(..body.len() / 2);
    let rest = std::io::Error::other("it breaks off here");
    let body = Body::from_stream(stream::iter([Ok(half), Err(rest)]));
    (StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY), body).into_response()
}
