//! A stand-in for Stripe's pages to pay on, which `localstripe` does not have: sessions that are made, found, paid and closed, as Stripe's
//! own reference describes them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio_util::sync::{CancellationToken, DropGuard};
use url::form_urlencoded;

use crate::support::TestResult;

type Answer = (StatusCode, Json<Value>);

#[derive(Default)]
struct Kept {
    /// By their ids.
    sessions: BTreeMap<String, Value>,
    /// The form of each request that made one.
    forms: Vec<BTreeMap<String, String>>,
    by_key: BTreeMap<String, String>,
    losing: usize,
}

type Shelf = Arc<Mutex<Kept>>;

/// The server.
pub(super) struct Pages {
    kept: Shelf,
    base: String,
    _stop: DropGuard,
}

impl Pages {
    pub(super) async fn start() -> TestResult<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        let (kept, base, stop) = (Shelf::default(), format!("http://{}", listener.local_addr()?), CancellationToken::new());
        let router = Router::new()
            .route("/v1/checkout/sessions", post(make).get(list))
            .route("/v1/checkout/sessions/{id}", get(read))
            .route("/v1/checkout/sessions/{id}/expire", post(expire))
            .with_state(kept.clone());
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stopped).await });
        Ok(Self { kept, base, _stop: stop.drop_guard() })
    }

    pub(super) fn base(&self) -> &str {
        &self.base
    }

    /// The next answers are lost on their way: what was asked is done all the same.
    pub(super) fn will_lose(&self, answers: usize) {
        self.kept.lock().unwrap().losing = answers;
    }

    /// The forms of the sessions that were asked for.
    pub(super) fn forms(&self) -> Vec<BTreeMap<String, String>> {
        self.kept.lock().unwrap().forms.clone()
    }

    /// How the sessions are.
    pub(super) fn statuses(&self) -> Vec<String> {
        let kept = self.kept.lock().unwrap();
        kept.sessions.values().map(|session| session["status"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The customer pays on the only page there is, so much.
    pub(super) fn pay(&self, amount: i64) {
        let mut kept = self.kept.lock().unwrap();
        let session = kept.sessions.values_mut().next().expect("a session");
        session["status"] = json!("complete");
        session["amount_total"] = json!(amount);
        session["payment_intent"] = json!({"id": "pi_hosted", "status": "succeeded", "amount": amount, "amount_received": amount,
            "currency": session["currency"], "latest_charge": "ch_hosted", "metadata": session["metadata"]});
    }
}

fn missing() -> Answer {
    (StatusCode::NOT_FOUND, Json(json!({"error": {"type": "invalid_request_error", "code": "resource_missing"}})))
}

async fn make(State(kept): State<Shelf>, headers: HeaderMap, body: String) -> Answer {
    let form: BTreeMap<String, String> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let key = headers["idempotency-key"].to_str().unwrap().to_owned();
    let mut kept = kept.lock().unwrap();
    let next = format!("cs_test_{}", kept.sessions.len() + 1);
    let id = kept.by_key.entry(key).or_insert_with(|| next.clone()).clone();
    if id == next {
        let text = |name: &str| form.get(name).cloned().unwrap_or_default();
        let price = |name: &str| text(&format!("line_items[0][price_data][{name}]"));
        let named = form.iter().filter_map(|(name, value)| Some((name.strip_prefix("metadata[")?.strip_suffix(']')?, value)));
        let metadata: BTreeMap<&str, &String> = named.collect();
        let amount: i64 = price("unit_amount").parse().unwrap();
        let session = json!({"id": id, "object": "checkout.session", "status": "open", "url": format!("https://checkout.stripe.example/{id}"),
            "amount_total": amount, "currency": price("currency"), "payment_intent": null, "metadata": metadata});
        kept.sessions.insert(id.clone(), session);
        kept.forms.push(form);
    }
    if kept.losing > 0 {
        kept.losing -= 1;
        return (StatusCode::GATEWAY_TIMEOUT, Json(Value::Null));
    }
    (StatusCode::OK, Json(kept.sessions[&id].clone()))
}

async fn list(State(kept): State<Shelf>) -> Answer {
    let sessions: Vec<Value> = kept.lock().unwrap().sessions.values().rev().cloned().collect();
    (StatusCode::OK, Json(json!({"object": "list", "data": sessions, "has_more": false})))
}

async fn read(State(kept): State<Shelf>, Path(id): Path<String>) -> Answer {
    kept.lock().unwrap().sessions.get(&id).map_or_else(missing, |session| (StatusCode::OK, Json(session.clone())))
}

async fn expire(State(kept): State<Shelf>, Path(id): Path<String>) -> Answer {
    let mut kept = kept.lock().unwrap();
    match kept.sessions.get_mut(&id) {
        Some(session) if session["status"] == "open" => {
            session["status"] = json!("expired");
            (StatusCode::OK, Json(session.clone()))
        }
        Some(_) => (StatusCode::BAD_REQUEST, Json(json!({"error": {"type": "invalid_request_error"}}))),
        None => missing(),
    }
}
