//! A payment provider far away: it takes the money at once, and says so after as long as a network takes. It speaks as Stripe does.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::form_urlencoded;

/// From a request to its answer.
pub(crate) const AWAY: Duration = Duration::from_millis(50);

/// The provider, until it is dropped.
pub(crate) struct Provider {
    base: String,
    task: JoinHandle<()>,
}

impl Provider {
    /// Listens on a free port.
    pub(crate) async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("there is no free port")?;
        let base = format!("http://{}", listener.local_addr().context("a port has a number")?);
        let made = Arc::new(AtomicUsize::new(0));
        let take = async move |body: String| {
            tokio::time::sleep(AWAY).await;
            Json(taken(made.fetch_add(1, Ordering::Relaxed), &body))
        };
        let router = Router::new().route("/v1/payment_intents", post(take));
        let task = tokio::spawn(async move {
            // It ends when the task is aborted.
            let _served = axum::serve(listener, router).await;
        });
        Ok(Self { base, task })
    }

    /// What a shop is told that takes its money here.
    pub(crate) fn variables(&self) -> [(&'static str, &str); 5] {
        [
            // A shop in production takes no money in the clear.
            ("TRADEWIND__MODE", "development"),
            ("TRADEWIND__PAYMENTS__METHODS", "manual,stripe"),
            ("TRADEWIND__PAYMENTS__STRIPE__API_URL", &self.base),
            ("TRADEWIND__PAYMENTS__STRIPE__SECRET_KEY", "sk_test_bench"),
            ("TRADEWIND__PAYMENTS__STRIPE__CHECKOUT", "embedded"),
        ]
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An intent that was paid as soon as it was made.
fn taken(number: usize, form: &str) -> Value {
    let field =
        |wanted: &str| form_urlencoded::parse(form.as_bytes()).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    let amount: i64 = field("amount").and_then(|amount| amount.parse().ok()).unwrap_or(0);
    json!({ "id": format!("pi_{number}"), "status": "succeeded", "amount": amount, "amount_received": amount, "currency": field("currency"),
        "latest_charge": format!("ch_{number}"), "metadata": {} })
}
