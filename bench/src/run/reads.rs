//! Reading: products, lists, orders.

use anyhow::{Context, Result};
use serde_json::Value;

use super::bench::Bench;
use crate::visits::Questions;
use raw_client::Connection;

/// So many products are read again and again: they fit into any cache.
const HOT: usize = 100;
/// Orders that staff read.
const ORDERS: usize = 50;

impl Bench<'_> {
    /// Products and their lists, from the cache for anybody and from the database for a program with a key.
    pub(super) async fn reads(&mut self) -> Result<()> {
        let every = self.plan.connections;
        let hot = (0..self.plan.products.min(HOT)).map(|number| format!("/api/v1/products/product-{number}")).collect();
        let hot = Questions::of(hot);
        for connections in [[every].as_slice(), &self.plan.other_connections].concat() {
            self.fetch("product read", &hot, connections).await?;
        }
        let publishable = format!("authorization: Bearer {}", self.keys.publishable);
        self.fetch("product read, with an API key", &hot.clone().with(&publishable), every).await?;
        let one = Questions::of(hot.paths.iter().take(1).cloned().collect());
        let tag = self.tag_of(&one).await?;
        let again = Questions { status: 304, ..one }.with(&format!("if-none-match: {tag}"));
        self.fetch("product read, not modified", &again, every).await?;
        // Nothing is kept of it: gateway, router and a handler that does nothing.
        let live = Questions::of(vec!["/health/live".to_owned()]);
        self.fetch("through the router", &live, every).await?;
        let list = Questions::of(vec!["/api/v1/products?per_page=20".to_owned()]);
        self.fetch("list of 20", &list, every).await?;
        let filtered = |n| format!("/api/v1/products?per_page=20&filter[category]=category-{n}&filter[in_stock]=true&sort=-price");
        let filtered = Questions::of((0..10).map(filtered).collect());
        self.fetch("category list with filters", &filtered, every).await?;

        let all = (0..self.plan.products).map(|number| format!("/api/v1/products/product-{number}")).collect();
        let key = format!("authorization: Bearer {}", self.keys.reader);
        self.fetch("product read, uncached", &Questions::of(all).with(&key), every).await?;
        self.fetch("list of 20, uncached", &list.with(&key), every).await?;
        self.fetch("category list with filters, uncached", &filtered.with(&key), every).await
    }

    /// What staff look at.
    pub(super) async fn orders(&mut self) -> Result<()> {
        let key = format!("authorization: Bearer {}", self.keys.staff);
        let newest = self.shop.read(&format!("/api/v1/orders?per_page={ORDERS}"), &self.keys.staff).await?;
        let ids = newest.get("data").and_then(Value::as_array).into_iter().flatten().filter_map(|order| order.get("id")?.as_str());
        let orders = Questions::of(ids.map(|id| format!("/api/v1/orders/{id}")).collect()).with(&key);
        self.fetch("order read", &orders, self.plan.connections).await?;
        let list = Questions::of(vec!["/api/v1/orders?per_page=20".to_owned()]).with(&key);
        self.fetch("staff order list", &list, self.plan.connections).await
    }

    async fn tag_of(&self, questions: &Questions) -> Result<String> {
        let mut connection = Connection::open(self.shop.address).await?;
        let path = questions.paths.first().context("no question")?;
        let answer = connection.ask(&questions.request(path)).await?.expect(200)?;
        answer.header("etag").map(str::to_owned).context("no ETag")
    }
}
