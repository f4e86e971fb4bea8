//! Writing: carts and whole checkouts.

use std::sync::Arc;

use anyhow::{Context, Result};
use serde_json::Value;

use super::Beside;
use super::bench::Bench;
use crate::store::BareClient;
use crate::visits::{Buy, FillCart};

impl Bench<'_> {
    /// A cart with a line, and the six requests of a whole checkout.
    pub(super) async fn carts(&mut self, bare: BareClient) -> Result<()> {
        let variants = self.variants().await?;
        let fill = |client| FillCart::new(Arc::clone(&variants), client);
        self.load("cart and line", self.plan.connections, fill, &Beside::Nothing).await?;
        let bare = Beside::Client(bare);
        for connections in [[self.plan.connections].as_slice(), &self.plan.other_connections].concat() {
            let buy = |client| Buy::new(Arc::clone(&variants), client);
            self.load("whole checkout", connections, buy, &bare).await?;
        }
        Ok(())
    }

    /// Variants of up to a hundred products.
    pub(super) async fn variants(&self) -> Result<Arc<[String]>> {
        let page = self.shop.read("/api/v1/products?per_page=100&include=variants", &self.keys.staff).await?;
        let products = page.get("data").and_then(Value::as_array).context("products")?;
        let variants = products.iter().filter_map(|product| product.get("variants")?.as_array()).flatten();
        Ok(variants.filter_map(|variant| Some(variant.get("id")?.as_str()?.to_owned())).collect())
    }
}
