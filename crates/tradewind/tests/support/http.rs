//! Asking the shop over HTTP, as its clients do.

use std::future::IntoFuture;
use std::pin::Pin;

use accounts::api_keys::{self, CreateApiKey, KeyKind};
use accounts::permissions::{PermissionSet, Scopes};
use axum::body::Body;
use axum::http::Request;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use tradewind::wiring;

use super::shop::TestShop;
use super::{TestResult, promises};

/// The server of one test, and a key that opens everything.
pub(crate) struct Http {
    client: Client,
    base: String,
    key: String,
    stop: DropGuard,
}

impl Http {
    /// Listens on a free port of the loopback address.
    pub(crate) async fn start(shop: &TestShop) -> TestResult<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        let gateway = wiring::gateway(&wiring::shop(shop.sales().clone(), shop.accounts().clone())?);
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(gateway::serve(listener, gateway, wiring::serve_limits(&shop.context().config), stopped));
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { client, base, key: make_key(shop, &["admin:*"]).await?, stop: stop.drop_guard() })
    }

    /// Where the server listens, as `http://127.0.0.1:1234`.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }
}

impl TestShop {
    /// How many statements a GET by staff costs beyond looking up the key.
    pub(crate) async fn statements_of(&self, path: &str) -> TestResult<u32> {
        let request = Request::get(path).header("authorization", format!("Bearer {}", self.http().await?.key)).body(Body::empty())?;
        // In this very task: what the server's own tasks send is not counted.
        let gateway = wiring::gateway(&wiring::shop(self.sales().clone(), self.accounts().clone())?);
        let (answer, statements) = platform::db::count_statements(gateway.answer(request, None)).await;
        if answer.status() != 200 {
            return Err(format!("{path} answered {}", answer.status()).into());
        }
        Ok(statements - 1)
    }
}

/// Makes an API key with these scopes; its token.
pub(crate) async fn make_key(shop: &TestShop, scopes: &[&str]) -> TestResult<String> {
    let scopes = Scopes::parse(scopes.iter().copied())?;
    let request = CreateApiKey { name: "test".to_owned(), kind: KeyKind::Admin, scopes, expires_at: None };
    Ok(api_keys::create(shop.context(), &shop.origin(), request, PermissionSet::all()).await?.token.reveal().to_owned())
}

/// A request under way: change it, then `.await` it. It is staff's unless it says who asks.
#[must_use = "a request is sent when it is awaited"]
pub(crate) struct Ask {
    shop: TestShop,
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    caller: Caller,
    body: Content,
}

enum Caller {
    Staff,
    Anonymous,
    Key(String),
    Cart(String),
}

enum Content {
    None,
    Json(Value),
    Raw(Vec<u8>),
    Form(reqwest::multipart::Form),
}

impl Ask {
    pub(crate) fn new(shop: &TestShop, method: Method, path: &str) -> Self {
        Self { shop: shop.clone(), method, path: path.to_owned(), headers: Vec::new(), caller: Caller::Staff, body: Content::None }
    }

    /// Without any credential.
    pub(crate) fn anonymous(mut self) -> Self {
        self.caller = Caller::Anonymous;
        self
    }

    /// With another API key (or whatever else stands behind `Bearer`).
    pub(crate) fn key(mut self, token: &str) -> Self {
        self.caller = Caller::Key(token.to_owned());
        self
    }

    /// As the holder of a cart.
    pub(crate) fn cart(mut self, token: &str) -> Self {
        self.caller = Caller::Cart(token.to_owned());
        self
    }

    /// With one more header.
    pub(crate) fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    /// Under an idempotency key.
    pub(crate) fn idempotency(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    /// Only if the thing still has this version.
    pub(crate) fn version(self, version: i64) -> Self {
        self.header("If-Match", format!("\"{version}\""))
    }

    /// With a body of JSON.
    pub(crate) fn json(mut self, body: Value) -> Self {
        self.body = Content::Json(body);
        self
    }

    /// With these very bytes, said to be JSON unless a header says otherwise.
    pub(crate) fn raw(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Content::Raw(body.into());
        self
    }

    /// With a form, for files.
    pub(crate) fn form(mut self, form: reqwest::multipart::Form) -> Self {
        self.body = Content::Form(form);
        self
    }

    async fn send(self) -> TestResult<Reply> {
        let http = self.shop.http().await?;
        let method = self.method;
        let request = http.client.request(method.clone(), format!("{}{}", http.base, self.path));
        let request = match self.caller {
            Caller::Staff => request.bearer_auth(&http.key),
            Caller::Anonymous => request,
            Caller::Key(token) => request.bearer_auth(token),
            Caller::Cart(token) => request.header("X-Cart-Token", token),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            headers.append(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
        }
        let request = with_body(request, self.body, headers.contains_key("content-type")).headers(headers);
        let reply = Reply::read(request.send().await?).await?;
        promises::check(method.as_str(), &self.path, &reply)?;
        Ok(reply)
    }
}

fn with_body(request: RequestBuilder, body: Content, has_type: bool) -> RequestBuilder {
    match body {
        Content::None => request,
        Content::Json(json) => request.json(&json),
        Content::Raw(bytes) if has_type => request.body(bytes),
        Content::Raw(bytes) => request.header("content-type", "application/json").body(bytes),
        Content::Form(form) => request.multipart(form),
    }
}

impl IntoFuture for Ask {
    type Output = TestResult<Reply>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// What the shop answered.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body, byte for byte.
    pub(crate) bytes: Vec<u8>,
    /// The body as JSON; null where it is none.
    pub(crate) json: Value,
}

impl Reply {
    async fn read(response: reqwest::Response) -> TestResult<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?.to_vec();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Self { status, headers, bytes, json })
    }

    /// What is in the envelope.
    pub(crate) fn data(&self) -> &Value {
        &self.json["data"]
    }

    /// A text inside of `data`, by JSON pointer without its first slash: `id`, `total/currency`.
    pub(crate) fn text(&self, path: &str) -> &str {
        self.data().pointer(&format!("/{path}")).and_then(Value::as_str).unwrap_or_default()
    }

    /// The error's code; empty for a success.
    pub(crate) fn error_code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }

    /// A header's text; empty where it is absent.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The reply, where its status is this one; otherwise a failure that shows it whole.
    pub(crate) fn expect(self, status: u16) -> TestResult<Self> {
        if self.status == status {
            return Ok(self);
        }
        Err(format!("expected {status}, got {}: {}", self.status, String::from_utf8_lossy(&self.bytes)).into())
    }
}
