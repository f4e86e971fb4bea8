//! How many rows a list reads for each row that it answers, as PostgreSQL's own plans say.
//!
//! The module `auto_explain` tells the shop the plan of every statement as a notice, which the shop's log holds.

use std::path::Path;

use anyhow::{Context, Result};
use raw_client::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::compare::Open;
use super::ground::Ground;
use super::queries;
use crate::shop::Shop;

/// What the log has to hold; the parameters of a plan are nobody's who fills a shop by numbers.
const FILTER: &str = "warn,gateway::request=info,db::notice=debug";

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    /// The list.
    pub(crate) name: String,
    /// `start`, or the row behind which the page begins.
    pub(crate) place: String,
    /// Statements.
    pub(crate) statements: usize,
    /// Rows that all statements read from tables and indexes.
    pub(crate) read: f64,
    /// Rows of the page.
    pub(crate) answered: f64,
    /// The longest statement, in milliseconds.
    pub(crate) slowest_ms: f64,
}

impl Plan {
    /// Rows read for each row answered.
    pub(crate) fn ratio(&self) -> f64 {
        self.read / self.answered.max(1.0)
    }
}

/// Asks every list of the set once, page by page, and reads the plans. Only what is read of large tables counts: a small one is read
/// through wherever that is cheaper.
pub(super) async fn explain(ground: &Ground, open: Open<'_>, large: &[String]) -> Result<Vec<Plan>> {
    let mut pages = Vec::new();
    for list in queries::lists() {
        let questions = queries::places(&open.shop, &open.key, list).await?;
        let places = ["start", "row 20", "row 1,000", "row 10,000"];
        pages.extend(questions.paths.into_iter().zip(places).map(|(path, place)| (list, place, path)));
    }
    let key = open.key.clone();
    drop(open);
    // Without workers, whose statements would stand between those of a page.
    let settings = [("TRADEWIND__LOG__FILTER", FILTER), ("TRADEWIND__LOG__FORMAT", "json"), ("TRADEWIND__ROLES", "api")];
    let shop = Shop::start_with(&ground.place, &settings).await?;
    let mut connection = Connection::open(shop.address).await?;
    let mut answered = Vec::new();
    for (_, _, path) in &pages {
        let request = format!("GET {path} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {key}\r\n\r\n");
        let answer = connection.ask(request.as_bytes()).await?.expect(200)?;
        let json: Value = serde_json::from_slice(answer.body).context("no JSON")?;
        #[expect(clippy::cast_precision_loss, reason = "rows of a page")]
        answered.push(json.get("data").and_then(Value::as_array).map_or(0.0, |rows| rows.len() as f64));
    }
    // The log is written by a task of its own.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    drop(shop);
    let requests = requests(&ground.place.log(), large)?;
    let skipped = requests.len().checked_sub(pages.len()).context("the log does not hold every request")?;
    let plans = pages.iter().zip(answered).zip(requests.into_iter().skip(skipped)).map(|(((list, place, _), answered), statements)| Plan {
        name: (*list).to_owned(),
        place: (*place).to_owned(),
        statements: statements.len(),
        read: statements.iter().map(|statement| statement.read).sum(),
        answered,
        slowest_ms: statements.iter().map(|statement| statement.ms).fold(0.0, f64::max),
    });
    Ok(plans.collect())
}

struct Statement {
    read: f64,
    ms: f64,
}

/// The statements of each request, in the order of the log.
fn requests(log: &Path, large: &[String]) -> Result<Vec<Vec<Statement>>> {
    let text = std::fs::read_to_string(log).with_context(|| format!("cannot read {}", log.display()))?;
    let (mut requests, mut open) = (Vec::new(), Vec::new());
    for line in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        match line.get("target").and_then(Value::as_str) {
            Some("gateway::request") => requests.push(std::mem::take(&mut open)),
            Some("db::notice") => {
                open.extend(line.get("message").and_then(Value::as_str).and_then(|notice| statement(notice, large)));
            }
            _ => {}
        }
    }
    Ok(requests)
}

/// `duration: 0.123 ms  plan:` and JSON.
fn statement(notice: &str, large: &[String]) -> Option<Statement> {
    let (head, plan) = notice.split_once("plan:")?;
    let ms = head.split_whitespace().nth(1)?.parse().ok()?;
    let plan: Value = serde_json::from_str(plan).ok()?;
    let read = plan.get("Plan").map_or(0.0, |node| rows_read(node, large));
    // Looking up the credential is no part of the list.
    let is_key = plan.get("Query Text").and_then(Value::as_str).is_some_and(|text| text.contains("api_keys"));
    (!is_key).then_some(Statement { read, ms })
}

/// Rows that the scans below a node went over, those that a filter took away included.
fn rows_read(node: &Value, large: &[String]) -> f64 {
    let number = |name: &str| node.get(name).and_then(Value::as_f64).unwrap_or(0.0);
    let below: f64 = node.get("Plans").and_then(Value::as_array).into_iter().flatten().map(|node| rows_read(node, large)).sum();
    let kind = node.get("Node Type").and_then(Value::as_str).unwrap_or_default();
    let relation = node.get("Relation Name").and_then(Value::as_str).unwrap_or_default();
    let own = match kind {
        _ if !large.iter().any(|name| name == relation) => 0.0,
        "Seq Scan" | "Index Scan" | "Index Only Scan" | "Bitmap Heap Scan" => {
            (number("Actual Rows") + number("Rows Removed by Filter") + number("Rows Removed by Index Recheck")) * number("Actual Loops")
        }
        _ => 0.0,
    };
    own + below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_a_filter_took_away_were_read() {
        let notice = r#"duration: 1.500 ms  plan:
{"Query Text": "SELECT 1", "Plan": {"Node Type": "Limit", "Actual Rows": 2, "Actual Loops": 1, "Plans": [
    {"Node Type": "Index Scan", "Relation Name": "orders", "Actual Rows": 3, "Rows Removed by Filter": 4, "Actual Loops": 2},
    {"Node Type": "Seq Scan", "Relation Name": "channels", "Actual Rows": 1, "Actual Loops": 9}]}}"#;
        let statement = statement(notice, &["orders".to_owned()]).unwrap();
        assert_eq!((statement.read, statement.ms), (14.0, 1.5));
    }
}
