//! What is counted of requests: by route, method and class of status, in handles that are looked up once.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use http::{Method, StatusCode};

/// Where the buckets of durations end: dense where answers should be, sparse where they should not.
const BOUNDS_US: [u64; 14] = [100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 5_000_000];
/// The last one is for methods that are no method of ours.
const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"];
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// What is counted of requests that no route noted: unknown addresses, files, the documentation.
const NO_ROUTE: &str = "none";

/// The counters of a front door; one for each process.
#[derive(Debug, Default)]
pub struct Metrics {
    routes: RwLock<HashMap<Box<str>, Arc<RouteMetrics>>>,
    none: Arc<RouteMetrics>,
    in_flight: AtomicI64,
}

/// The counters of one route, by method.
#[derive(Debug, Default)]
pub(crate) struct RouteMetrics {
    name: Box<str>,
    methods: [OnceLock<Box<Series>>; METHODS.len()],
}

#[derive(Debug, Default)]
struct Series {
    classes: [AtomicU64; CLASSES.len()],
    /// Each counts what its bound holds and the bound before does not; the last one counts the rest.
    buckets: [AtomicU64; BOUNDS_US.len() + 1],
    sum_us: AtomicU64,
}

/// A request under way, until it is dropped.
#[derive(Debug)]
pub(crate) struct InFlight<'a>(&'a AtomicI64);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Metrics {
    /// Counts a request as under way.
    pub(crate) fn enter(&self) -> InFlight<'_> {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        InFlight(&self.in_flight)
    }

    /// The handle of a route. Its name is one of the router's, never the client's: there are only so many.
    pub(crate) fn route(&self, name: Option<&str>) -> Arc<RouteMetrics> {
        let Some(name) = name else { return Arc::clone(&self.none) };
        if let Some(known) = self.routes.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Arc::clone(known);
        }
        let mut routes = self.routes.write().unwrap_or_else(PoisonError::into_inner);
        let new = || Arc::new(RouteMetrics { name: name.into(), ..RouteMetrics::default() });
        Arc::clone(routes.entry(name.into()).or_insert_with(new))
    }

    /// Writes the counters in the text form of Prometheus.
    pub fn render(&self, text: &mut String) {
        let mut routes: Vec<Arc<RouteMetrics>> =
            self.routes.read().unwrap_or_else(PoisonError::into_inner).values().map(Arc::clone).collect();
        routes.sort_by(|one, other| one.name.cmp(&other.name));
        let all = || routes.iter().map(AsRef::as_ref).chain([self.none.as_ref()]);
        // Writing to a text does not fail.
        let _ = writeln!(text, "# HELP tradewind_http_requests_in_flight Requests that are being answered.");
        let _ = writeln!(text, "# TYPE tradewind_http_requests_in_flight gauge");
        let _ = writeln!(text, "tradewind_http_requests_in_flight {}", self.in_flight.load(Ordering::Relaxed));
        let _ = writeln!(text, "# HELP tradewind_http_requests_total Answers by route, method and class of status.");
        let _ = writeln!(text, "# TYPE tradewind_http_requests_total counter");
        all().for_each(|route| route.each(|labels, series| series.render_classes(text, labels)));
        let _ = writeln!(text, "# HELP tradewind_http_request_duration_seconds From the head of a request to the head of its answer.");
        let _ = writeln!(text, "# TYPE tradewind_http_request_duration_seconds histogram");
        all().for_each(|route| route.each(|labels, series| series.render_durations(text, labels)));
    }
}

impl RouteMetrics {
    /// The route as the router knows it, with its parameters' names.
    pub(crate) fn name(&self) -> Option<&str> {
        Some(&*self.name).filter(|name| !name.is_empty())
    }

    /// Counts an answer.
    pub(crate) fn observe(&self, method: &Method, status: StatusCode, took: Duration) {
        let place = METHODS.iter().position(|name| *name == method.as_str()).unwrap_or(METHODS.len() - 1);
        if let Some(series) = self.methods.get(place) {
            series.get_or_init(Box::default).observe(status, took);
        }
    }

    fn each(&self, mut tell: impl FnMut(&str, &Series)) {
        for (method, series) in METHODS.iter().zip(&self.methods) {
            if let Some(series) = series.get() {
                tell(&format!(r#"route="{}",method="{method}""#, self.name().unwrap_or(NO_ROUTE)), series);
            }
        }
    }
}

impl Series {
    fn observe(&self, status: StatusCode, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS_US.partition_point(|bound| *bound < micros);
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        for counter in self.classes.get(class).into_iter().chain(self.buckets.get(bucket)) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        self.sum_us.fetch_add(micros, Ordering::Relaxed);
    }

    fn render_classes(&self, text: &mut String, labels: &str) {
        for (class, counter) in CLASSES.iter().zip(&self.classes) {
            let count = counter.load(Ordering::Relaxed);
            if count > 0 {
                let _ = writeln!(text, "tradewind_http_requests_total{{{labels},status=\"{class}\"}} {count}");
            }
        }
    }

    fn render_durations(&self, text: &mut String, labels: &str) {
        let name = "tradewind_http_request_duration_seconds";
        let bounds = BOUNDS_US.iter().map(|bound| seconds(*bound)).chain(["+Inf".to_owned()]);
        let mut count = 0;
        for (bound, bucket) in bounds.zip(&self.buckets) {
            count += bucket.load(Ordering::Relaxed);
            let _ = writeln!(text, "{name}_bucket{{{labels},le=\"{bound}\"}} {count}");
        }
        let _ = writeln!(text, "{name}_sum{{{labels}}} {}", seconds(self.sum_us.load(Ordering::Relaxed)));
        let _ = writeln!(text, "{name}_count{{{labels}}} {count}");
    }
}

/// `0.0025`, exactly.
fn seconds(micros: u64) -> String {
    let text = format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_route_method_class_and_duration() {
        let metrics = Metrics::default();
        let under_way = metrics.enter();
        let route = Some("/api/v1/products/{product_id}");
        metrics.route(route).observe(&Method::GET, StatusCode::OK, Duration::from_micros(100));
        metrics.route(route).observe(&Method::GET, StatusCode::NOT_FOUND, Duration::from_micros(101));
        metrics.route(route).observe(&Method::HEAD, StatusCode::OK, Duration::from_secs(9));
        metrics.route(None).observe(&Method::TRACE, StatusCode::METHOD_NOT_ALLOWED, Duration::ZERO);
        let mut text = String::new();
        metrics.render(&mut text);
        drop(under_way);
        let get = r#"route="/api/v1/products/{product_id}",method="GET""#;
        for line in [
            "tradewind_http_requests_in_flight 1".to_owned(),
            format!("tradewind_http_requests_total{{{get},status=\"2xx\"}} 1"),
            format!("tradewind_http_requests_total{{{get},status=\"4xx\"}} 1"),
            format!("tradewind_http_request_duration_seconds_bucket{{{get},le=\"0.0001\"}} 1"),
            format!("tradewind_http_request_duration_seconds_bucket{{{get},le=\"0.00025\"}} 2"),
            format!("tradewind_http_request_duration_seconds_bucket{{{get},le=\"+Inf\"}} 2"),
            format!("tradewind_http_request_duration_seconds_sum{{{get}}} 0.000201"),
            format!("tradewind_http_request_duration_seconds_count{{{get}}} 2"),
            r#"tradewind_http_requests_total{route="none",method="other",status="4xx"} 1"#.to_owned(),
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.contains("HEAD\",le=\"5\"} 1"), "nine seconds are beyond the last bound");
    }
}
