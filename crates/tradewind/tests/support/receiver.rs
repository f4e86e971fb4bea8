//! Somebody else's server, which is told of events and answers what the test wants it to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::TestResult;

/// A message that has not arrived by then does not come.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// One message as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The name of the event that it tells of.
    pub(crate) fn event(&self) -> String {
        self.json()["type"].as_str().unwrap_or_default().to_owned()
    }
}

#[derive(Debug, Default)]
struct Script {
    answers: VecDeque<(StatusCode, Option<String>)>,
    received: Vec<Received>,
}

/// A server on a free port of the loopback address. What it is not told it answers with 204.
#[derive(Clone)]
pub(crate) struct Receiver {
    script: Arc<Mutex<Script>>,
    arrived: Arc<Semaphore>,
    /// One answer leaves for each permit; closed where none waits.
    gate: Arc<Semaphore>,
    base: String,
    _stop: Arc<DropGuard>,
}

impl Receiver {
    pub(crate) async fn start() -> TestResult<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        let (script, stop) = (Arc::<Mutex<Script>>::default(), CancellationToken::new());
        let (heard, stopped) = (script.clone(), stop.clone().cancelled_owned());
        let (arrived, gate) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)));
        let (arriving, leaving) = (arrived.clone(), gate.clone());
        let take = async move |uri: Uri, headers: HeaderMap, body: Bytes| -> Response {
            let (status, retry_after) = {
                let mut script = heard.lock().unwrap();
                script.received.push(Received { path: uri.path().to_owned(), headers, body });
                script.answers.pop_front().unwrap_or((StatusCode::NO_CONTENT, None))
            };
            arriving.add_permits(1);
            leaving.acquire().await.unwrap().forget();
            let extra = retry_after.map(|value| [(header::RETRY_AFTER, value)]);
            (status, extra, format!("said {}", status.as_u16())).into_response()
        };
        let serve = axum::serve(listener, Router::new().fallback(take)).with_graceful_shutdown(stopped);
        tokio::spawn(async move { serve.await });
        Ok(Self { script, arrived, gate, base, _stop: Arc::new(stop.drop_guard()) })
    }

    /// Where it listens, as `http://127.0.0.1:1234`.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The answers to the next messages.
    pub(crate) fn will_answer(&self, statuses: impl IntoIterator<Item = u16>) {
        let status = |code| (StatusCode::from_u16(code).unwrap(), None);
        self.script.lock().unwrap().answers.extend(statuses.into_iter().map(status));
    }

    /// The answer to the next message asks for a pause.
    pub(crate) fn will_ask_for_a_pause(&self, retry_after: &str) {
        self.script.lock().unwrap().answers.push_back((StatusCode::TOO_MANY_REQUESTS, Some(retry_after.to_owned())));
    }

    /// Lets a message arrive, does something, and answers only then. The message is held from this call on, not from the first poll:
    /// call it before whatever sends is spawned, or the answer may have left.
    pub(crate) fn while_it_waits<T>(&self, act: impl Future<Output = T>) -> impl Future<Output = T> {
        self.gate.forget_permits(Semaphore::MAX_PERMITS);
        self.arrived.forget_permits(Semaphore::MAX_PERMITS);
        async {
            timeout(LONGEST_WAIT, self.arrived.acquire()).await.expect("a message arrives").unwrap().forget();
            let done = act.await;
            self.gate.add_permits(Semaphore::MAX_PERMITS);
            done
        }
    }

    /// What has arrived since this was asked last.
    pub(crate) fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.script.lock().unwrap().received)
    }
}
