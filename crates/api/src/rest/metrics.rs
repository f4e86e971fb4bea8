//! What a monitor asks for: requests, memory, database, work that waits, and the process itself.

use std::fmt::{Display, Write as _};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use gateway::{Anyone, Facts, Memory, NoParams, Problem};
use http::{HeaderMap, header};
use kernel::Timestamp;
use platform::cache::CacheStats;
use platform::db::DbLoad;
use platform::jobs::QueueView;
use platform::outside::Figures;
use platform::telemetry::{self, ProcessUsage};
use platform::{jobs, outbox};

use crate::routes::{Routes, routes};
use crate::shop::Shop;

/// The text format of Prometheus, version 0.0.4.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// What a proxy adds: behind one everybody comes from this machine.
const BY_PROXY: [&str; 4] = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

pub(super) fn routes() -> Routes {
    routes![metrics]
}

/// Show what the process counts, in the text format of Prometheus. Only this machine is answered unless `metrics.public` is set.
#[utoipa::path(
    get, path = "/metrics", tag = "system", operation_id = "metrics", security(()),
    responses(
        (status = 401, description = "`unauthenticated`", body = gateway::ErrorBody),
        (status = 200, description = "One metric a line", body = String, content_type = "text/plain"),
        (status = 400, description = "`unknown_parameter`: it takes none", body = gateway::ErrorBody),
        (status = 404, description = "`route_not_found`: the caller is on another machine, or behind a proxy", body = gateway::ErrorBody),
    ),
)]
async fn metrics(
    State(shop): State<Shop>,
    _caller: Anyone,
    facts: Facts,
    headers: HeaderMap,
    _none: NoParams,
) -> Result<Response, Problem> {
    let is_local = facts.0.peer().is_none_or(|peer| peer.ip().to_canonical().is_loopback());
    let is_direct = !BY_PROXY.iter().any(|name| headers.contains_key(*name));
    let may_read = shop.context().config.metrics.public || (is_local && is_direct);
    if !may_read {
        return Err(Problem::route_not_found());
    }
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text(&shop).await).into_response())
}

async fn text(shop: &Shop) -> String {
    let mut text = String::with_capacity(16 * 1_024);
    shop.metrics().render(&mut text);
    metric(&mut text, "gauge", "tradewind_streams_open", "Event streams and WebSockets that are open.", shop.notify.streams.open_now());
    cache(&mut text, shop.memory().map(Memory::stats).unwrap_or_default());
    database(&mut text, shop).await;
    outside(&mut text, &platform::outside::figures());
    process(&mut text, shop);
    text
}

fn cache(text: &mut String, stats: CacheStats) {
    let CacheStats { hits, misses, evictions, purges, entries, bytes } = stats;
    metric(text, "counter", "tradewind_cache_hits_total", "Public answers given from memory.", hits);
    metric(text, "counter", "tradewind_cache_misses_total", "Public answers that were not in memory.", misses);
    metric(text, "counter", "tradewind_cache_evictions_total", "Answers that gave way to others for lack of room.", evictions);
    metric(text, "counter", "tradewind_cache_purges_total", "Writes that purged what they changed.", purges);
    metric(text, "gauge", "tradewind_cache_entries", "Answers in memory.", entries);
    metric(text, "gauge", "tradewind_cache_bytes", "Memory that the answers take.", bytes);
}

/// What the database holds of unfinished work. Where it is away, only that is said.
async fn database(text: &mut String, shop: &Shop) {
    let DbLoad { connections, waiting } = shop.context().db.load();
    metric(text, "gauge", "tradewind_database_waiting", "Who waits for a connection, or for SQLite's writer.", waiting);
    if let Some((all, idle)) = connections {
        metric(text, "gauge", "tradewind_database_connections", "Connections to the server.", all);
        metric(text, "gauge", "tradewind_database_connections_idle", "Those that nobody uses.", idle);
    }
    let (db, now) = (shop.context().db.reader(), shop.context().now());
    let asked = tokio::try_join!(outbox::backlog(db), jobs::queues(db, now));
    metric(text, "gauge", "tradewind_database_up", "1 while the database answers.", u8::from(asked.is_ok()));
    let Ok((backlog, queues)) = asked else { return };
    let lag_ms = backlog.oldest.map_or(0, |oldest| (now - oldest).num_milliseconds().max(0));
    metric(text, "gauge", "tradewind_outbox_facts", "Facts that wait to be relayed.", backlog.waiting);
    metric(text, "gauge", "tradewind_outbox_lag_seconds", "Age of the oldest of them.", thousandths(lag_ms));
    work(text, &queues, now);
}

/// What is in each queue of jobs.
fn work(text: &mut String, queues: &[QueueView], now: Timestamp) {
    head(text, "gauge", "tradewind_jobs", "Jobs that are not done, by queue and state; the due are among the available.");
    for view in queues {
        let states = [("available", view.available), ("due", view.due), ("running", view.running), ("discarded", view.discarded)];
        for (state, count) in states {
            // Writing to a text does not fail.
            let _ = writeln!(text, "tradewind_jobs{{queue=\"{}\",state=\"{state}\"}} {count}", view.queue);
        }
    }
    head(text, "gauge", "tradewind_jobs_lag_seconds", "For how long the oldest job whose time has come waits, by queue.");
    for view in queues {
        let lag_ms = view.oldest_due_at.map_or(0, |oldest| (now - oldest).num_milliseconds().max(0));
        let _ = writeln!(text, "tradewind_jobs_lag_seconds{{queue=\"{}\"}} {}", view.queue, thousandths(lag_ms));
    }
    head(text, "gauge", "tradewind_job_queue_paused", "1 while nothing of the queue is begun.");
    for view in queues {
        let _ = writeln!(text, "tradewind_job_queue_paused{{queue=\"{}\"}} {}", view.queue, u8::from(view.paused_at.is_some()));
    }
}

/// Systems that are not ours, as this node knows them.
fn outside(text: &mut String, systems: &[Figures]) {
    head(text, "gauge", "tradewind_outside_up", "0 while the system does not answer and is left alone.");
    for system in systems {
        let _ = writeln!(text, "tradewind_outside_up{{system=\"{}\"}} {}", system.name, u8::from(system.is_up));
    }
    head(
        text,
        "counter",
        "tradewind_outside_questions_total",
        "What was asked of it: `answered`, `failed`, or `spared` while it is left alone.",
    );
    for system in systems {
        for (outcome, count) in [("answered", system.answered), ("failed", system.failed), ("spared", system.spared)] {
            let _ = writeln!(text, "tradewind_outside_questions_total{{system=\"{}\",outcome=\"{outcome}\"}} {count}", system.name);
        }
    }
    head(text, "counter", "tradewind_outside_seconds_total", "How long that took in all.");
    for system in systems {
        let _ = writeln!(text, "tradewind_outside_seconds_total{{system=\"{}\"}} {:.3}", system.name, system.busy.as_secs_f64());
    }
}

fn process(text: &mut String, shop: &Shop) {
    let ProcessUsage { resident_bytes, cpu_centiseconds, open_files } = ProcessUsage::now();
    if let Some(bytes) = resident_bytes {
        metric(text, "gauge", "process_resident_memory_bytes", "Resident memory.", bytes);
    }
    if let Some(ticks) = cpu_centiseconds {
        let seconds = format!("{}.{:02}", ticks / 100, ticks % 100);
        metric(text, "counter", "process_cpu_seconds_total", "Time on a processor.", seconds);
    }
    if let Some(files) = open_files {
        metric(text, "gauge", "process_open_fds", "Open files and connections.", files);
    }
    metric(text, "gauge", "process_start_time_seconds", "When it began to answer.", shop.started_at().timestamp());
    metric(text, "counter", "tradewind_log_dropped_lines_total", "Lines that nobody read in time.", telemetry::dropped_lines());
}

fn metric(text: &mut String, kind: &str, name: &str, help: &str, value: impl Display) {
    head(text, kind, name, help);
    let _ = writeln!(text, "{name} {value}");
}

fn head(text: &mut String, kind: &str, name: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

/// `1.250`
fn thousandths(value: i64) -> String {
    format!("{}.{:03}", value / 1_000, value % 1_000)
}
