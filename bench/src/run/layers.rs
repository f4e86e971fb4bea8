//! What each layer of an answer costs, asked within one process and one thread, without a socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use async_trait::async_trait;
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::http::{HeaderValue, Request, StatusCode, header};
use axum::routing::get;
use gateway::{Anyone, Authenticator, Gateway, GatewayRules, Identity, Limits, Memory, NoParams, One, Problem};
use kernel::SystemClock;
use platform::Secrets;
use platform::cache::{Purges, Tag};
use platform::config::{Flags, LogFormat, load};
use platform::outbox::Fact;
use platform::rate_limits::{LocalLimiter, RateLimitEvent};
use platform::telemetry::LogLayer;
use serde::Serialize;
use tower::Service as _;
use tracing_subscriber::prelude::*;
use utoipa::ToSchema;

use super::Plan;
use crate::report::Figure;

/// Where the table says that neither database is asked.
const NOWHERE: &str = "none";
const PATH: &str = "/api/v1/products/product-0";
const SENTENCE: &str = "What a merchant writes about a thing that is for sale, in many more words than it needs for being found.";
/// Of nothing that is secret.
const MASTER_KEY: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Requests between two looks at the clock.
const STRIDE: u32 = 500;
/// Turns of all layers; the median of each counts.
const ROUNDS: usize = 5;

/// The layers of an answer in microseconds for each request.
pub(super) async fn measure(plan: &Plan) -> Result<Vec<Figure>> {
    if !plan.wants("layer") {
        return Ok(Vec::new());
    }
    let time = plan.time / 50;
    // A process installs its log once, so that the turns without come first.
    let silent = Layers::measure(time).await?;
    let log = LogLayer::new("info".parse().context("a filter")?, LogFormat::Json, |line: &[u8]| {
        std::hint::black_box(line);
    });
    tracing_subscriber::registry().with(log).try_init().context("another log is installed")?;
    let logged = Layers::measure(time).await?;
    let rows = [
        ("layer: router, handler and its JSON", silent.router),
        ("layer: the gateway around them", silent.gateway - silent.router),
        ("layer: the line of the log", logged.gateway - silent.gateway),
        ("layer: all of it from memory instead", logged.memory),
        ("layer: the limit of the address", logged.limited - logged.memory),
        ("layer: the same, not modified", logged.unchanged),
    ];
    Ok(rows.into_iter().map(|(name, us)| Figure::single(NOWHERE, name, us, "µs")).collect())
}

/// Microseconds of a request that goes as far.
#[derive(Debug, Clone, Copy)]
struct Layers {
    router: f64,
    gateway: f64,
    memory: f64,
    limited: f64,
    unchanged: f64,
}

impl Layers {
    async fn measure(time: Duration) -> Result<Self> {
        let router = router();
        let gateway = |memory| Gateway::new(router.clone(), GatewayRules::default(), Arc::new(SystemClock)).remembering(memory);
        let memory = Memory::new(Purges::new(&[Shown::AGGREGATE]), 1_000_000, Duration::from_secs(3_600));
        let (through, remembering) = (gateway(None), gateway(Some(memory.clone())));
        let limited = gateway(Some(memory)).limited_by(limits()?);
        let peer = Some(SocketAddr::from(([192, 0, 2, 7], 4_711)));
        let tag = remembering.answer(request(None)?, None).await.headers().get(header::ETAG).context("no tag")?.clone();
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            let asked = async || router.clone().call(request(None)?).await.map(|answer| answer.status()).context("no answer");
            rounds.push(Self {
                router: each(time, StatusCode::OK, asked).await?,
                gateway: each(time, StatusCode::OK, async || Ok(through.answer(request(None)?, None).await.status())).await?,
                memory: each(time, StatusCode::OK, async || Ok(remembering.answer(request(None)?, None).await.status())).await?,
                limited: each(time, StatusCode::OK, async || Ok(limited.answer(request(None)?, peer).await.status())).await?,
                unchanged: each(time, StatusCode::NOT_MODIFIED, async || Ok(remembering.answer(request(Some(&tag))?, None).await.status()))
                    .await?,
            });
        }
        let median = |of: fn(&Self) -> f64| {
            let mut values: Vec<f64> = rounds.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values.get(ROUNDS / 2).copied().context("no round")
        };
        let (router, gateway) = (median(|seen| seen.router)?, median(|seen| seen.gateway)?);
        let (memory, limited) = (median(|seen| seen.memory)?, median(|seen| seen.limited)?);
        Ok(Self { router, gateway, memory, limited, unchanged: median(|seen| seen.unchanged)? })
    }
}

/// Limits wide enough for a bench, kept as those of a shop are.
fn limits() -> Result<Arc<Limits>> {
    let values = [("rate_limits.factor", "1000000"), ("secrets.master_key", MASTER_KEY)];
    let values = values.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    let config = load(&Flags { config: None, values }).context("a configuration")?.config;
    let purges = Purges::new(&[RateLimitEvent::AGGREGATE]);
    let limiter = LocalLimiter::new(gateway::quotas(&config.rate_limits), purges, Secrets::of(&config));
    Ok(Arc::new(Limits::new(Arc::new(limiter))))
}

/// Microseconds of one request.
async fn each(time: Duration, expected: StatusCode, ask: impl AsyncFn() -> Result<StatusCode>) -> Result<f64> {
    let (begin, mut asked) = (Instant::now(), 0_u32);
    while begin.elapsed() < time {
        for _ in 0..STRIDE {
            let status = ask().await?;
            ensure!(status == expected, "{status} instead of {expected}");
        }
        asked += STRIDE;
    }
    Ok(begin.elapsed().as_secs_f64() * 1_000_000.0 / f64::from(asked.max(1)))
}

fn request(tag: Option<&HeaderValue>) -> Result<Request<Body>> {
    let request = Request::get(PATH).header(header::HOST, "bench");
    let request = tag.into_iter().fold(request, |request, tag| request.header(header::IF_NONE_MATCH, tag));
    request.body(Body::empty()).context("a request")
}

fn router() -> Router {
    let shelf = Shelf { keys: Arc::new(Nobody) };
    Router::new().route("/api/v1/products/{product_id}", get(product)).with_state(shelf)
}

async fn product(State(_shelf): State<Shelf>, caller: Anyone, _none: NoParams) -> One<View> {
    let view = View { id: "prod_01h2xcejqtf2nbrexx3vqjhp41", slug: "product-0", title: "Product 0", description: [SENTENCE; 12] };
    One::versioned(view, 1).cache(caller.cache(60)).shows([Tag::every::<Shown>()])
}

/// As long as what the shop answers.
#[derive(Serialize, ToSchema)]
struct View {
    id: &'static str,
    slug: &'static str,
    title: &'static str,
    description: [&'static str; 12],
}

#[derive(Clone, FromRef)]
struct Shelf {
    keys: Arc<dyn Authenticator>,
}

struct Nobody;

#[async_trait]
impl Authenticator for Nobody {
    async fn authenticate(&self, _bearer: &str) -> Result<Option<Identity>, Problem> {
        Ok(None)
    }
}

/// What would purge the answer from memory.
#[derive(Serialize, ToSchema)]
struct Shown;

impl Fact for Shown {
    type Subject = kernel::ProductTag;
    const AGGREGATE: &'static str = "shown";
    const NAMES: &'static [(&'static str, &'static str)] = &[];

    fn name(&self) -> &'static str {
        "shown.changed"
    }

    fn aggregate_id(&self) -> uuid::Uuid {
        uuid::Uuid::nil()
    }
}
