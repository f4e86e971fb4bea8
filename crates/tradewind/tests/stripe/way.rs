//! A Stripe that nobody here wrote, and the way to it, which loses answers where a test wants it to.

use std::collections::HashMap;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use reqwest::Client;
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::form_urlencoded;

use crate::support::TestResult;

/// What opens an account there.
pub(super) const SECRET_KEY: &str = "sk_test_otter";
/// What Stripe takes and this server does not know.
const UNKNOWN: [&str; 2] = ["automatic_payment_methods[enabled]", "created[gte]"];

/// The server's process: `localstripe`, which keeps what it is told.
struct Server {
    process: Child,
    base: String,
}

/// The way to it. What Stripe does and the server does not is done here: the first answer to a key is the answer to every
/// further request under it.
#[derive(Default)]
struct Way {
    server: String,
    client: Client,
    /// How many answers are still to be lost, and whether they say that asking again at once does not help.
    losing: AtomicUsize,
    answers: Mutex<HashMap<String, (Bytes, u16, Bytes)>>,
    asked: Mutex<Vec<(Method, String)>>,
}

/// A Stripe of a test's own.
pub(super) struct Stripe {
    way: Arc<Way>,
    base: String,
    _server: Server,
    _stop: DropGuard,
}

impl Server {
    fn start() -> TestResult<Self> {
        let programs = std::env::var_os("TRADEWIND_TEST_STRIPE_PROGRAMS").map(PathBuf::from).expect("cargo xtask test says where it is");
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = Command::new(programs.join("python"));
        command.args(["-m", "localstripe", "--from-scratch", "--port", &port.to_string()]);
        let process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let mut server = Self { process, base: format!("http://127.0.0.1:{port}") };
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if let Some(status) = server.process.try_wait()? {
                return Err(format!("localstripe ended: {status}").into());
            }
            std::thread::yield_now();
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Way {
    async fn pass(&self, request: Request) -> TestResult<Response> {
        let (head, body) = request.into_parts();
        let body = without_unknown(&axum::body::to_bytes(body, 1_048_576).await?);
        self.asked.lock().unwrap().push((head.method.clone(), head.uri.path().to_owned()));
        let key = head.headers.get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
        let known = key.as_ref().and_then(|key| self.answers.lock().unwrap().get(key).cloned());
        let (status, answer) = match known {
            Some((first, _, _)) if first != body => (400, r#"{"error":{"type":"idempotency_error"}}"#.into()),
            Some((_, status, answer)) => (status, answer),
            None => {
                let query = head.uri.query().map(|query| without_unknown(query.as_bytes())).unwrap_or_default();
                let url = format!("{}{}?{}", self.server, head.uri.path(), String::from_utf8_lossy(&query));
                let request = self.client.request(head.method.clone(), url).bearer_auth(SECRET_KEY);
                let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body.clone());
                let reply = request.send().await?;
                (reply.status().as_u16(), reply.bytes().await?)
            }
        };
        if let Some(key) = key {
            self.answers.lock().unwrap().entry(key).or_insert((body, status, answer.clone()));
        }
        let lost = self.losing.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        let status = if lost { StatusCode::GATEWAY_TIMEOUT } else { StatusCode::from_u16(status)? };
        Ok((status, if lost { Bytes::new() } else { answer }).into_response())
    }
}

fn without_unknown(form: &[u8]) -> Bytes {
    let known = form_urlencoded::parse(form).filter(|(name, _)| !UNKNOWN.contains(&name.as_ref()));
    form_urlencoded::Serializer::new(String::new()).extend_pairs(known).finish().into()
}

impl Stripe {
    pub(super) async fn start() -> TestResult<Self> {
        let server = tokio::task::spawn_blocking(Server::start).await??;
        let way = Arc::new(Way { server: server.base.clone(), ..Way::default() });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let (base, stop) = (format!("http://{}", listener.local_addr()?), CancellationToken::new());
        let (passing, stopped) = (way.clone(), stop.clone().cancelled_owned());
        let pass = async move |request: Request| passing.pass(request).await.map_err(|_| StatusCode::BAD_GATEWAY);
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(pass)).with_graceful_shutdown(stopped).await });
        Ok(Self { way, base, _server: server, _stop: stop.drop_guard() })
    }

    /// Where the shop finds it.
    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// The next answers are lost on their way: what was asked is done all the same.
    pub(super) fn will_lose(&self, answers: usize) {
        self.way.losing.store(answers, Ordering::SeqCst);
    }

    /// How often something was asked for.
    pub(super) fn asked(&self, method: Method, path: &str) -> usize {
        self.way.asked.lock().unwrap().iter().filter(|asked| (&asked.0, asked.1.as_str()) == (&method, path)).count()
    }

    /// What the server itself knows.
    pub(super) async fn read(&self, path: &str) -> TestResult<Value> {
        let reply = self.way.client.get(format!("{}{path}", self.way.server)).bearer_auth(SECRET_KEY).send().await?;
        Ok(reply.error_for_status()?.json().await?)
    }

    /// How many of a kind there are.
    pub(super) async fn count(&self, path: &str) -> TestResult<usize> {
        Ok(self.read(&format!("{path}?limit=100")).await?["data"].as_array().map_or(0, Vec::len))
    }

    /// The customer agrees to an intent with this test card; the status of the answer.
    pub(super) async fn pay(&self, intent: &str, card: &str) -> TestResult<u16> {
        self.tell(&format!("/v1/payment_intents/{intent}"), &json!({"payment_method": card})).await?;
        self.tell(&format!("/v1/payment_intents/{intent}/confirm"), &json!({})).await
    }

    /// Has the server tell a shop what happens.
    pub(super) async fn will_tell(&self, url: &str, secret: &str) -> TestResult {
        let hook = json!({"url": url, "secret": secret, "events": ["payment_intent.succeeded"]});
        assert_eq!(self.tell("/_config/webhooks/shop", &hook).await?, 200);
        Ok(())
    }

    async fn tell(&self, path: &str, body: &Value) -> TestResult<u16> {
        let request = self.way.client.post(format!("{}{path}", self.way.server)).bearer_auth(SECRET_KEY).json(body);
        Ok(request.send().await?.status().as_u16())
    }
}
