//! A shop with one provider, and a browser that goes there and back.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use gateway::Gateway;
use http_body_util::BodyExt;
use platform::Context;
use platform::config::AuthProvider;
use reqwest::redirect::Policy;
use sales::Sales;
use serde_json::{Value, json};
use tradewind::wiring;

use crate::support::{TestResult, TestShop, run_on_postgres, run_on_sqlite};

/// The shop's address; nobody asks for it, for the tests hand requests to its front door.
const SHOP: &str = "https://shop.example";
pub(super) const CALLBACK: &str = "https://shop.example/api/v1/auth/oauth/id/callback";
/// The example of RFC 7636, appendix B.
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// More steps than a provider ever needs.
const MOST_STEPS: usize = 10;

/// Runs a body on both databases, with a provider of its own each time.
pub(super) fn by_provider_alone<B, R>(name: &'static str, body: B) -> TestResult
where
    B: Fn(Door) -> R,
    R: Future<Output = TestResult>,
{
    run_on_sqlite(name, async |shop| body(Door::open(shop).await?).await)?;
    run_on_postgres(name, async |shop| body(Door::open(shop).await?).await)
}

struct Provider {
    process: Child,
    issuer: String,
}

impl Provider {
    fn start() -> TestResult<Self> {
        let modules = std::env::var_os("TRADEWIND_TEST_OIDC_MODULES").map(PathBuf::from).ok_or("cargo xtask test says where it is")?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oauth/provider.mjs");
        let mut command = Command::new("node");
        command.arg(script).arg(modules).arg(CALLBACK).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut line)?;
        Ok(Self { process, issuer: line.trim().to_owned() })
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(super) struct Door {
    pub(super) shop: TestShop,
    gateway: Gateway,
    provider: Option<Provider>,
    browser: reqwest::Client,
    /// What the browser carries for the shop, and for the provider.
    pub(super) carried: String,
    there: HashMap<String, String>,
}

/// What the shop answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    headers: HeaderMap,
    json: Value,
}

impl Door {
    async fn open(shop: TestShop) -> TestResult<Self> {
        let provider = Provider::start()?;
        // What the provider signs is of the real time.
        shop.advance(shop.real_now() - shop.now());
        let issuer = provider.issuer.clone();
        Ok(Self { provider: Some(provider), ..Self::with_issuer(shop, &issuer)? })
    }

    /// A shop whose provider is said to be there.
    pub(super) fn with_issuer(shop: TestShop, issuer: &str) -> TestResult<Self> {
        let mut config = (*shop.context().config).clone();
        config.server.public_url = SHOP.to_owned();
        config.auth.return_to = vec!["https://app.example/in".to_owned()];
        let provider = AuthProvider {
            issuer: issuer.to_owned(),
            client_id: "shop".to_owned(),
            client_secret: "otter & co/1".into(),
            scopes: "openid email profile".to_owned(),
            label: "Example ID".to_owned(),
        };
        config.auth.providers.insert("id".to_owned(), provider);
        let context = Context { config: Arc::new(config), ..shop.context().clone() };
        let sales = Sales { context: context.clone(), ..shop.sales().clone() };
        let gateway = wiring::gateway(&wiring::shop(sales, wiring::accounts(context))?);
        let browser = reqwest::Client::builder().redirect(Policy::none()).build()?;
        Ok(Self { shop, gateway, provider: None, browser, carried: String::new(), there: HashMap::new() })
    }

    /// Where the provider is.
    pub(super) fn issuer(&self) -> &str {
        self.provider.as_ref().map_or("", |provider| &provider.issuer)
    }

    pub(super) async fn ask(&self, method: &str, path: &str, token: Option<&str>, body: Option<Value>) -> TestResult<Answer> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if !self.carried.is_empty() && method == "GET" {
            request = request.header("cookie", format!("__Host-tradewind_oauth={}", self.carried));
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        let (parts, body) = self.gateway.answer(request.body(body)?, None).await.into_parts();
        let json = serde_json::from_slice(&body.collect().await?.to_bytes()).unwrap_or(Value::Null);
        Ok(Answer { status: parts.status.as_u16(), headers: parts.headers, json })
    }

    /// Presses the button.
    pub(super) async fn leave(&mut self, return_to: &str) -> TestResult<Answer> {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("return_to", return_to)
            .append_pair("challenge", CHALLENGE)
            .finish();
        let left = self.ask("GET", &format!("/api/v1/auth/oauth/id/start?{query}"), None, None).await?;
        let cookie = left.header("set-cookie").split([';', '=']).nth(1).unwrap_or_default();
        self.carried = cookie.to_owned();
        Ok(left)
    }

    /// Signs in at the provider as this person; where it leads back to.
    pub(super) async fn visit(&mut self, address: &str, who: &str) -> TestResult<String> {
        let mut next = format!("{address}&login_hint={who}");
        for _ in 0..MOST_STEPS {
            if next.starts_with(SHOP) {
                self.there.clear();
                return Ok(next);
            }
            let cookies: Vec<String> = self.there.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let answer = self.browser.get(&next).header("cookie", cookies.join("; ")).send().await?;
            for cookie in answer.headers().get_all("set-cookie") {
                let (name, rest) = cookie.to_str()?.split_once('=').ok_or("no cookie")?;
                let value = rest.split(';').next().unwrap_or_default();
                if value.is_empty() {
                    self.there.remove(name)
                } else {
                    self.there.insert(name.to_owned(), value.to_owned())
                };
            }
            let location = answer.headers().get("location").and_then(|place| place.to_str().ok()).map(str::to_owned);
            let Some(place) = location else { return Err(format!("it stops there: {}", answer.text().await?).into()) };
            next = url::Url::parse(&next)?.join(&place)?.into();
        }
        Err("the provider never leads back".into())
    }

    /// Comes back to the shop.
    pub(super) async fn arrive(&self, back: &str) -> TestResult<Answer> {
        self.ask("GET", back.strip_prefix(SHOP).ok_or("not the shop")?, None, None).await
    }

    /// There and back; the code.
    pub(super) async fn come_back(&mut self, who: &str, return_to: &str) -> TestResult<String> {
        let left = self.leave(return_to).await?.expect(303)?;
        let back = self.visit(left.header("location"), who).await?;
        let arrived = self.arrive(&back).await?.expect(303)?;
        fragment(&arrived, "code").ok_or_else(|| format!("no code: {arrived:?}").into())
    }

    /// Swaps a code for a session.
    pub(super) async fn swap(&self, code: &str, verifier: &str, more: Value) -> TestResult<Answer> {
        let mut body = json!({"code": code, "verifier": verifier});
        body.as_object_mut().ok_or("an object")?.extend(more.as_object().cloned().unwrap_or_default());
        self.ask("POST", "/api/v1/auth/oauth/token", None, Some(body)).await
    }

    /// Opens the link of the letter that the shop sent there.
    pub(super) async fn prove_mail_of(&self, address: &str) -> TestResult {
        self.shop.settle().await?;
        for file in std::fs::read_dir(self.shop.data_dir().join("mail"))? {
            let letter = std::fs::read_to_string(file?.path())?.replace("=\r\n", "").replace("=3D", "=");
            if !letter.contains(&format!("To: {address}")) {
                continue;
            }
            if let Some((_, rest)) = letter.split_once("/account/verify#token=") {
                let token: String = rest.chars().take_while(char::is_ascii_alphanumeric).collect();
                self.ask("POST", "/api/v1/auth/verify-email", None, Some(json!({"token": token}))).await?.expect(204)?;
                return Ok(());
            }
        }
        Err("no such letter".into())
    }
}

/// What an answer leads to holds behind the `#`.
pub(super) fn fragment(answer: &Answer, name: &str) -> Option<String> {
    let (_, fragment) = answer.header("location").split_once('#')?;
    url::form_urlencoded::parse(fragment.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

impl Answer {
    pub(super) fn data(&self) -> &Value {
        &self.json["data"]
    }

    pub(super) fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub(super) fn expect(self, status: u16) -> TestResult<Self> {
        if self.status == status { Ok(self) } else { Err(format!("expected {status}: {self:?}").into()) }
    }
}
