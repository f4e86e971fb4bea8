//! A Stripe that nobody here wrote (`localstripe`, from the Python package index), and a way to it: it does what Stripe does and the server
//! does not, and has the troubles of a network where somebody wants it to.

mod keys;
mod server;
mod trouble;
mod way;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use aws_lc_rs::hmac;
use axum::Router;
use axum::extract::Request;
use axum::http::Method;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use server::Server;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};
use way::Way;

/// What opens an account there.
pub const SECRET_KEY: &str = "sk_test_otter";

/// What Stripe takes and `localstripe` does not know.
const UNKNOWN: [&str; 2] = ["automatic_payment_methods[enabled]", "created[gte]"];

/// A Stripe of one's own, until it is dropped.
#[derive(Debug)]
pub struct Stripe {
    way: Arc<Way>,
    base: String,
    server: Server,
    _stop: DropGuard,
}

impl Stripe {
    /// Starts the server, whose programs lie in this folder, and opens a way to it.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn start(programs: &Path) -> Result<Self> {
        let programs = programs.to_owned();
        let server = tokio::task::spawn_blocking(move || Server::local(&programs)).await??;
        let way = Way::to(server.base(), &UNKNOWN);
        Self::open(server, way).await
    }

    /// Starts `stripe-mock`, which refuses what is not in Stripe's own description of its API, and keeps nothing.
    ///
    /// # Errors
    /// Where it does not start.
    pub async fn mock(program: &Path) -> Result<Self> {
        let program = program.to_owned();
        let server = tokio::task::spawn_blocking(move || Server::mock(&program)).await??;
        let way = Way::to(server.base(), &[]);
        Self::open(server, way).await
    }

    async fn open(server: Server, way: Way) -> Result<Self> {
        let way = Arc::new(way);
        let listener = TcpListener::bind("127.0.0.1:0").await.context("there is no free port")?;
        let (base, stop) = (format!("http://{}", listener.local_addr()?), CancellationToken::new());
        let (passing, stopped) = (Arc::clone(&way), stop.clone().cancelled_owned());
        let pass = async move |request: Request| passing.pass(request).await;
        tokio::spawn(async move { axum::serve(listener, Router::new().fallback(pass)).with_graceful_shutdown(stopped).await });
        Ok(Self { way, base, server, _stop: stop.drop_guard() })
    }

    /// Where a shop finds it.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The next answers are lost on their way: what was asked is done all the same.
    pub fn will_lose(&self, answers: usize) {
        self.way.will_lose(answers);
    }

    /// From now on so many of a thousand requests meet trouble, drawn by this seed.
    pub fn will_be_troubled(&self, of_a_thousand: u64, seed: u64) {
        self.way.will_be_troubled(of_a_thousand, seed);
    }

    /// How many requests of each trouble there were.
    #[must_use]
    pub fn troubles(&self) -> Vec<(&'static str, usize)> {
        self.way.troubles()
    }

    /// How often something was asked for.
    #[must_use]
    pub fn asked(&self, method: &Method, path: &str) -> usize {
        self.way.asked(method, path)
    }

    /// What was asked for, a line for each kind of request, ids left out.
    #[must_use]
    pub fn kinds_asked(&self) -> BTreeSet<String> {
        self.way.kinds_asked()
    }

    /// Requests that the server refused, and its words.
    #[must_use]
    pub fn refused(&self) -> Vec<String> {
        self.way.refused()
    }

    /// Where the server itself is, for other clients than the shop.
    #[must_use]
    pub fn server(&self) -> &str {
        self.server.base()
    }

    /// What the server itself knows.
    ///
    /// # Errors
    /// Where it knows nothing of it.
    pub async fn read(&self, path: &str) -> Result<Value> {
        let reply = self.at_once(Method::GET, path).send().await?.error_for_status()?;
        reply.json().await.with_context(|| format!("{path} is no JSON"))
    }

    /// All of a list that the server itself has.
    ///
    /// # Errors
    /// Where it has no such list.
    pub async fn all(&self, path: &str) -> Result<Vec<Value>> {
        let mut all: Vec<Value> = Vec::new();
        loop {
            let after = all.last().and_then(|last| last.get("id")?.as_str()).map(|id| format!("&starting_after={id}"));
            let mut page = self.read(&format!("{path}?limit=100{}", after.unwrap_or_default())).await?;
            let more = page.get("has_more") == Some(&Value::Bool(true));
            let Some(Value::Array(data)) = page.get_mut("data").map(Value::take) else { break };
            all.extend(data);
            if !more {
                break;
            }
        }
        Ok(all)
    }

    /// How many of a list it has.
    ///
    /// # Errors
    /// Where it has no such list.
    pub async fn count(&self, path: &str) -> Result<usize> {
        Ok(self.all(path).await?.len())
    }

    /// Tells the server itself something; the status of its answer and what it says.
    ///
    /// # Errors
    /// Where it does not answer.
    pub async fn tell(&self, path: &str, body: &Value) -> Result<(u16, Value)> {
        let reply = self.at_once(Method::POST, path).json(body).send().await?;
        Ok((reply.status().as_u16(), reply.json().await.unwrap_or_default()))
    }

    /// The customer agrees to an intent with this test card; the status of the answer.
    ///
    /// # Errors
    /// Where the server does not answer.
    pub async fn pay(&self, intent: &str, card: &str) -> Result<u16> {
        self.tell(&format!("/v1/payment_intents/{intent}"), &json!({"payment_method": card})).await?;
        Ok(self.tell(&format!("/v1/payment_intents/{intent}/confirm"), &json!({})).await?.0)
    }

    /// Has the server tell a shop what happens.
    ///
    /// # Errors
    /// Where it will not.
    pub async fn will_tell(&self, url: &str, secret: &str) -> Result<()> {
        let hook = json!({"url": url, "secret": secret, "events": ["payment_intent.succeeded"]});
        let (status, said) = self.tell("/_config/webhooks/shop", &hook).await?;
        ensure!(status == 200, "{status}: {said}");
        Ok(())
    }

    fn at_once(&self, method: Method, path: &str) -> RequestBuilder {
        self.way.request(method, path)
    }
}

/// The header under which Stripe's signature of a message comes, as of this time.
#[must_use]
pub fn signature(secret: &str, time: i64, body: &str) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), format!("{time}.{body}").as_bytes());
    let tag: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={tag}")
}
