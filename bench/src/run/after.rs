//! What follows a commit: facts on their way through the relay, one of them on its way to two hundred endpoints, and jobs.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use aws_lc_rs::hmac;
use hdrhistogram::Histogram;
use raw_client::receiver::{HANGING, Receiver};
use raw_client::{Connection, request};
use serde_json::{Value, json};

use super::Plan;
use crate::report::Figure;
use crate::shop::{Place, Shop, free_address};

/// What waits that long is lost.
const PATIENCE: Duration = Duration::from_secs(60);
/// Endpoints that take what they are told, those that hang, and those where nobody listens.
const ENDPOINTS: [usize; 3] = [140, 20, 40];
/// Events that they are told of, one after the other.
const EVENTS: usize = 10;

/// Facts a second from the outbox to the stream: what an import left there, from the start of the process on.
pub(super) async fn relay(shop: &Shop, begun: Instant, database: &str, staff: &str) -> Result<Figure> {
    let mut connection = Connection::open(shop.address).await?;
    while waiting(&mut connection).await? > 0.0 {
        ensure!(begun.elapsed() < PATIENCE, "the outbox does not drain");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let last = shop.read("/api/v1/events?limit=1", staff).await?;
    let events = last.pointer("/data/0/seq").and_then(Value::as_u64).context("nothing happened")?;
    #[expect(clippy::cast_precision_loss, reason = "a count of events is far below 2^52")]
    let rate = events as f64 / seconds;
    Ok(Figure::single(database, "events through the relay", rate, "/s"))
}

/// Facts that wait for the relay.
async fn waiting(connection: &mut Connection) -> Result<f64> {
    metric(connection, "tradewind_outbox_facts ").await
}

/// What the shop counts in the line that begins like this.
async fn metric(connection: &mut Connection, begin: &str) -> Result<f64> {
    let answer = connection.ask(&request("GET", "/metrics", "", "")).await?.expect(200)?;
    let text = String::from_utf8_lossy(answer.body);
    let figure = text.lines().find_map(|line| line.strip_prefix(begin)).with_context(|| format!("no figure {begin}"))?;
    figure.parse().with_context(|| format!("no figure {begin}"))
}

/// From the answer to a write until each healthy endpoint has its message, with others beside them that hang or are not there.
pub(super) async fn fan_out(plan: &Plan, place: &Place, database: &str, staff: &str) -> Result<Option<Figure>> {
    let name = format!("webhook fan-out, {} endpoints", ENDPOINTS.iter().sum::<usize>());
    if !plan.wants(&name) {
        return Ok(None);
    }
    eprintln!("{database}: {name}");
    // A shop in production tells nobody on its own machine.
    let shop =
        Shop::start_with(place, &[("TRADEWIND__MODE", "development"), ("TRADEWIND__WEBHOOKS__ALLOW_PRIVATE", "127.0.0.0/8")]).await?;
    let (receiver, mut staff) = (Receiver::start().await?, Staff::of(&shop, staff).await?);
    let dead = free_address()?;
    let bases = [format!("http://{}/", receiver.address()), format!("http://{}{HANGING}/", receiver.address()), format!("http://{dead}/")];
    for (base, count) in bases.iter().zip(ENDPOINTS) {
        for number in 0..count {
            staff.make("/api/v1/webhooks", &json!({ "url": format!("{base}{number}"), "events": ["customer_group.created"] })).await?;
        }
    }
    let (mut times, mut lost) = (Histogram::<u64>::new(3)?, 0);
    for number in 0..EVENTS {
        receiver.messages().clear();
        staff.make("/api/v1/customer-groups", &json!({ "name": format!("Group {number}") })).await?;
        let happened = Instant::now();
        lost += ENDPOINTS[0] - arrivals(&receiver, happened, &mut times).await?;
    }
    let quantile = |q: f64| Some(Duration::from_micros(times.value_at_quantile(q)).as_secs_f64() * 1_000.0);
    Ok(Some(Figure {
        p50_ms: quantile(0.5),
        p95_ms: quantile(0.95),
        p99_ms: quantile(0.99),
        wrong: u64::try_from(lost)?,
        example: (lost > 0).then(|| "a healthy endpoint was not told".to_owned()),
        ..Figure::single(database, &name, quantile(1.0).unwrap_or_default(), "ms, the slowest")
    }))
}

/// Jobs that wait in a run that is to be believed, and in one that looks for wrong answers.
const WAITING: usize = 10_000;
const FEW_WAITING: usize = 200;
/// What others sign with here.
const SECRET: &str = "nobody else has to guess this";
const SIGNATURE: &str = "x-signature";

/// Jobs a second, each of which reads a message that came in, tells on that it did and notes that, in one durable transaction.
pub(super) async fn jobs(plan: &Plan, place: &Place, database: &str, staff: &str) -> Result<Option<Figure>> {
    let name = "jobs drained";
    if !plan.wants(name) {
        return Ok(None);
    }
    eprintln!("{database}: {name}");
    let source = [("SECRET", SECRET), ("SCHEME", "hmac"), ("HEADER", SIGNATURE)]
        .map(|(key, value)| (format!("TRADEWIND__INBOUND__BENCH__{key}"), value));
    let shop = Shop::start_with(place, &source.each_ref().map(|(key, value)| (key.as_str(), *value))).await?;
    let queue = "/api/v1/job-queues/default";
    Staff::of(&shop, staff).await?.ask("POST", &format!("{queue}/pause")).await?;
    let count = if plan.is_short() { FEW_WAITING } else { WAITING };
    let mut sender = Connection::open(shop.address).await?;
    for number in 0..count {
        let body = json!({ "message": number }).to_string();
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), body.as_bytes());
        let header = format!("{SIGNATURE}: {}\r\n", hexadecimal(signature.as_ref()));
        sender.ask(&request("POST", "/api/v1/inbound/bench", &header, &body)).await?.expect(202)?;
    }
    // A connection that is silent for so long is not kept.
    Staff::of(&shop, staff).await?.ask("POST", &format!("{queue}/resume")).await?;
    let begin = Instant::now();
    while unfinished(&mut sender).await? > 0.0 {
        ensure!(begin.elapsed() < PATIENCE, "the jobs do not drain");
        // Counting them is work for the database, too.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of jobs is far below 2^52")]
    let rate = count as f64 / begin.elapsed().as_secs_f64();
    Ok(Some(Figure::single(database, name, rate, "/s")))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Jobs that wait for their turn or have it.
async fn unfinished(connection: &mut Connection) -> Result<f64> {
    let of_state = |state: &str| format!("tradewind_jobs{{queue=\"default\",state=\"{state}\"}} ");
    Ok(metric(connection, &of_state("due")).await? + metric(connection, &of_state("running")).await?)
}

/// Waits until every healthy endpoint has its message, and notes when each had; how many they were.
async fn arrivals(receiver: &Receiver, happened: Instant, times: &mut Histogram<u64>) -> Result<usize> {
    let mut told = BTreeSet::new();
    while told.len() < ENDPOINTS[0] && happened.elapsed() < PATIENCE {
        tokio::time::sleep(Duration::from_millis(5)).await;
        for message in receiver.messages().iter().filter(|message| !message.path.starts_with(HANGING)) {
            if told.insert(message.path.clone()) {
                times.record(u64::try_from(message.at.saturating_duration_since(happened).as_micros())?)?;
            }
        }
    }
    Ok(told.len())
}

/// Somebody who may do everything.
struct Staff {
    connection: Connection,
    authorisation: String,
}

impl Staff {
    async fn of(shop: &Shop, key: &str) -> Result<Self> {
        Ok(Self { connection: Connection::open(shop.address).await?, authorisation: format!("authorization: Bearer {key}\r\n") })
    }

    async fn ask(&mut self, method: &str, path: &str) -> Result<()> {
        let answer = self.connection.ask(&request(method, path, &self.authorisation, "")).await?;
        ensure!((200..300).contains(&answer.status), "{method} {path} was answered {}", answer.status);
        Ok(())
    }

    async fn make(&mut self, path: &str, body: &Value) -> Result<()> {
        self.connection.ask(&request("POST", path, &self.authorisation, &body.to_string())).await?.expect(201).map(drop)
    }
}
