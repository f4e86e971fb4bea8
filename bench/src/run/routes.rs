//! How long the shop itself says that it took for each route: with one client nobody waits for anybody, and what is left is the work,
//! most of it the database's.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use anyhow::Result;
use raw_client::Connection;

/// The histogram of the shop's metrics.
const BUCKET: &str = "tradewind_http_request_duration_seconds_bucket{";
/// Fewer answers say nothing of the slowest of them.
const FEWEST: f64 = 40.0;

/// Answers so far by route and method, each up to a bound in seconds.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Durations(BTreeMap<String, Vec<(f64, f64)>>);

impl Durations {
    /// As the shop tells them; nothing where it has no metrics.
    pub(super) async fn read(shop: SocketAddr) -> Result<Self> {
        let mut connection = Connection::open(shop).await?;
        let answer = connection.ask(b"GET /metrics HTTP/1.1\r\nhost: bench\r\n\r\n").await?;
        Ok(if answer.status == 200 { Self::parse(&String::from_utf8_lossy(answer.body)) } else { Self::default() })
    }

    fn parse(text: &str) -> Self {
        let mut routes: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
        for (labels, count) in text.lines().filter_map(|line| line.strip_prefix(BUCKET)?.split_once("} ")) {
            let label = |name: &str| labels.split_once(&format!("{name}=\""))?.1.split('"').next();
            let (Some(route), Some(method), Some(bound), Ok(count)) = (label("route"), label("method"), label("le"), count.parse()) else {
                continue;
            };
            let bound = bound.parse().unwrap_or(f64::INFINITY);
            routes.entry(format!("{method} {route}")).or_default().push((bound, count));
        }
        Self(routes)
    }

    /// The bound within which 95 of a hundred answers lie that came since then, in milliseconds, by route.
    pub(super) fn p95_since(&self, earlier: &Self) -> Vec<(String, f64)> {
        let of = |(route, buckets): (&String, &Vec<(f64, f64)>)| {
            let before = |place: usize| earlier.0.get(route).and_then(|old| old.get(place)).map_or(0.0, |(_, count)| *count);
            let new: Vec<(f64, f64)> = buckets.iter().enumerate().map(|(place, (bound, count))| (*bound, count - before(place))).collect();
            let all = new.last().map_or(0.0, |(_, count)| *count);
            let within = new.iter().find(|(_, count)| *count >= all * 0.95)?;
            (all >= FEWEST).then(|| (route.clone(), within.0 * 1_000.0))
        };
        self.0.iter().filter_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_of_a_load_are_those_since_its_begin() {
        let text = |fast: u32, all: u32| {
            let line = |bound: &str, count: u32| format!("{BUCKET}route=\"/a/{{id}}\",method=\"GET\",le=\"{bound}\"}} {count}\n");
            line("0.001", fast) + &line("0.01", all) + &line("+Inf", all) + "tradewind_other 1\n"
        };
        let (before, after) = (Durations::parse(&text(1_000, 1_000)), Durations::parse(&text(1_010, 1_100)));

        assert_eq!(after.p95_since(&before), [("GET /a/{id}".to_owned(), 10.0)]);
        assert_eq!(before.p95_since(&before), []);
    }
}
