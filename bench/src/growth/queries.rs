//! The committed set of lists, and the places in each from which a page is asked for.

use anyhow::Result;
use serde_json::Value;

use crate::shop::Shop;
use crate::visits::Questions;

const QUERIES: &str = include_str!("../../queries.txt");
/// Begins the line of a list that is asked with its total.
const TOTAL: &str = "total ";
/// Rows of a page.
const ROWS: usize = 20;
/// Cursors are taken behind these pages, where a list has as many: near its start, at its thousandth row, at its ten-thousandth.
const PAGES: [usize; 3] = [1, 50, 500];

/// The lists.
pub(super) fn lists() -> impl Iterator<Item = &'static str> {
    QUERIES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Pages of a list: its start and behind each cursor; none of them has a total. A list whose line begins with `total` is asked for its
/// first page with its total instead.
pub(super) async fn places(shop: &Shop, key: &str, list: &str) -> Result<Questions> {
    let mark = if list.contains('?') { '&' } else { '?' };
    let header = format!("authorization: Bearer {key}");
    if let Some(list) = list.strip_prefix(TOTAL) {
        return Ok(Questions::of(vec![format!("{list}{mark}per_page={ROWS}")]).with(&header));
    }
    let mut paths = vec![format!("{list}{mark}limit={ROWS}")];
    for page in PAGES {
        let answer = shop.read(&format!("{list}{mark}per_page={ROWS}&page={page}"), key).await?;
        let cursor = answer.get("meta").and_then(|meta| meta.get("next_cursor")).and_then(Value::as_str);
        match cursor {
            Some(cursor) => paths.push(format!("{list}{mark}limit={ROWS}&after={cursor}")),
            None => break,
        }
    }
    Ok(Questions::of(paths).with(&header))
}
