//! The same questions of two shops, in turns: how much slower is the larger one?

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::ground::Ground;
use super::{queries, things};
use crate::load::{self, Load, Seen, Visit, wants};
use crate::process::resident_mib;
use crate::shop::Shop;
use crate::visits::{Buy, Fetch, Questions};

/// What a larger shop may take longer: the half, or so many milliseconds.
const MOST_RATIO: f64 = 1.5;
const MOST_MS: f64 = 2.0;
/// What both shops do at the end.
const CHECKOUT: &str = "whole checkout";
/// Things that are asked for in turn.
const THINGS: i64 = 2_000;

/// How long and how hard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    pub(super) connections: usize,
    pub(super) time: Duration,
    pub(super) rounds: usize,
}

/// One question of both shops.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Growth {
    /// The database of the shops.
    pub(crate) database: String,
    /// What was asked.
    pub(crate) name: String,
    /// The median of the rounds' 95th percentiles in milliseconds, small and large.
    pub(crate) p95_ms: (f64, f64),
    /// The same of the medians.
    pub(crate) p50_ms: (f64, f64),
    /// Wrong answers.
    pub(crate) wrong: u64,
    /// One of them.
    pub(crate) example: Option<String>,
}

impl Growth {
    /// Whether the larger shop keeps its budget.
    pub(crate) fn is_kept(&self) -> bool {
        let (small, large) = self.p95_ms;
        large <= small * MOST_RATIO || large <= small + MOST_MS
    }
}

/// A shop of a certain size at work.
pub(super) struct Open<'a> {
    pub(super) shop: Shop,
    pub(super) key: String,
    ground: &'a Ground,
}

impl<'a> Open<'a> {
    pub(super) async fn start(ground: &'a Ground) -> Result<Self> {
        let key = ground.place.make_key("--scopes", "admin:*")?;
        Ok(Self { shop: Shop::start(&ground.place).await?, key, ground })
    }

    /// Memory in MiB.
    pub(super) fn memory(&self) -> f64 {
        resident_mib(self.shop.process())
    }

    fn questions(&self, paths: Vec<String>) -> Questions {
        Questions::of(paths).with(&format!("authorization: Bearer {}", self.key))
    }
}

/// Both shops and what was seen of them.
pub(super) struct Pair<'a> {
    pub(super) database: &'static str,
    pub(super) small: &'a Open<'a>,
    pub(super) large: &'a Open<'a>,
    pub(super) pace: Pace,
    /// What is asked has one of these in its name; none: everything is.
    pub(super) only: &'a [String],
    pub(super) seen: Vec<Growth>,
}

impl Pair<'_> {
    /// Everything. Single things lie all over the large shop, which some machines do not keep in memory for long, so it is read through
    /// before them and before the checkouts.
    pub(super) async fn measure(&mut self) -> Result<()> {
        self.large.ground.read_through().await?;
        let products = |size| things::spread(size, 1, THINGS).map(|number| format!("/api/v1/products/product-{number}")).collect();
        self.fetch(
            "product read",
            self.small.questions(products(self.small.ground.size)),
            self.large.questions(products(self.large.ground.size)),
        )
        .await?;
        let orders = |size| things::spread(size, 1, THINGS).map(|number| format!("/api/v1/orders/{}", things::order(number))).collect();
        self.fetch(
            "order read",
            self.small.questions(orders(self.small.ground.size)),
            self.large.questions(orders(self.large.ground.size)),
        )
        .await?;
        let only = self.only;
        for list in queries::lists().filter(|list| wants(only, list)) {
            let small = queries::places(&self.small.shop, &self.small.key, list).await?;
            let large = queries::places(&self.large.shop, &self.large.key, list).await?;
            self.fetch(list, small, large).await?;
        }
        if !wants(self.only, CHECKOUT) {
            return Ok(());
        }
        self.large.ground.read_through().await?;
        // Of fifty products the first is for sale and there in plenty.
        let variants = |size| -> Arc<[String]> { things::spread(size, 50, THINGS).map(things::variant).collect() };
        let (small, large) = (variants(self.small.ground.size), variants(self.large.ground.size));
        let pace = Pace { time: self.pace.time * 3, ..self.pace };
        let buy = |variants: &Arc<[String]>| {
            let variants = Arc::clone(variants);
            move |client| Buy::new(Arc::clone(&variants), client)
        };
        self.turns(CHECKOUT, pace, buy(&small), buy(&large)).await
    }

    async fn fetch(&mut self, name: &str, small: Questions, large: Questions) -> Result<()> {
        self.turns(name, self.pace, |client| Fetch::new(&small, client), |client| Fetch::new(&large, client)).await
    }

    async fn turns<V: Visit>(&mut self, name: &str, pace: Pace, small: impl Fn(usize) -> V, large: impl Fn(usize) -> V) -> Result<()> {
        if !wants(self.only, name) {
            return Ok(());
        }
        let load = Load { connections: pace.connections, warm_up: pace.time / 5, time: pace.time };
        let (mut of_small, mut of_large) = (Vec::new(), Vec::new());
        for _ in 0..pace.rounds {
            of_small.push(load::run(self.small.shop.address, load, &small, || ()).await?);
            of_large.push(load::run(self.large.shop.address, load, &large, || ()).await?);
        }
        let both = |q| median(&of_small, q).zip(median(&of_large, q)).context("no round");
        let growth = Growth {
            database: self.database.to_owned(),
            name: name.to_owned(),
            p95_ms: both(0.95)?,
            p50_ms: both(0.5)?,
            wrong: of_small.iter().chain(&of_large).map(|seen| seen.wrong).sum(),
            example: of_small.iter().chain(&of_large).find_map(|seen| seen.example.clone()),
        };
        let mark = if growth.is_kept() { "" } else { "  <-- over budget" };
        eprintln!("{}: {:.2} -> {:.2} ms  {name}{mark}", self.database, growth.p95_ms.0, growth.p95_ms.1);
        self.seen.push(growth);
        Ok(())
    }
}

/// The median over the rounds of a quantile, in milliseconds.
fn median(rounds: &[Seen], quantile: f64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "microseconds of a minute are far below 2^52")]
    let mut values: Vec<f64> = rounds.iter().map(|seen| seen.times.value_at_quantile(quantile) as f64 / 1_000.0).collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
