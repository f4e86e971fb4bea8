//! Loading one shop, turn by turn with its floor, and keeping what was seen.

use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinHandle;

use super::routes::Durations;
use super::{Beside, Plan};
use crate::load::{self, Seen, Visit};
use crate::process::{family_seconds, processor_seconds, resident_mib};
use crate::report::{Cost, Figure};
use crate::shop::Shop;
use crate::visits::{Fetch, Questions};

/// Memory is looked at so often while a load is on.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Credentials of a shop.
#[derive(Clone)]
pub(crate) struct Keys {
    /// May do everything.
    pub(crate) staff: String,
    /// May read products. An answer to somebody is never that of the cache for anybody.
    pub(crate) reader: String,
    /// May do what anybody may, as a storefront's.
    pub(crate) publishable: String,
}

/// A shop under measure.
pub(crate) struct Bench<'a> {
    pub(super) plan: &'a Plan,
    pub(super) shop: Shop,
    pub(super) keys: Keys,
    database: &'static str,
    server: Option<u32>,
    figures: Vec<Figure>,
}

impl<'a> Bench<'a> {
    /// `server` is the parent of the database's processes.
    pub(crate) fn new(plan: &'a Plan, (database, server): (&'static str, Option<u32>), shop: Shop, keys: Keys) -> Self {
        Self { plan, shop, keys, database, server, figures: Vec::new() }
    }

    /// The shop and what was seen of it.
    pub(crate) fn end(self) -> (Shop, Vec<Figure>) {
        (self.shop, self.figures)
    }

    /// What the generator does against a socket that answers without thinking: no measure can be above it.
    pub(crate) async fn ceiling(&mut self) -> Result<()> {
        let name = "the generator's ceiling";
        if !self.plan.wants(name) {
            return Ok(());
        }
        let questions = Questions::of(vec!["/api/v1/products/product-0".to_owned()]);
        let socket = Beside::socket(self.shop.address, &questions).await?;
        if let Some((seen, seconds)) = socket.turn(self.plan.floor_load(self.plan.connections)).await? {
            let cost = Cost { own_us: per_visit(&seen, seconds), database_us: 0.0 };
            self.figures.push(Figure::of((self.database, name), self.plan.connections, &seen, cost));
        }
        Ok(())
    }

    /// Loads the shop with questions, and a bare server that answers the same.
    pub(super) async fn fetch(&mut self, name: &str, questions: &Questions, connections: usize) -> Result<()> {
        if !self.plan.wants(name) || questions.paths.is_empty() {
            return Ok(());
        }
        let floor = Beside::server(self.shop.address, questions).await?;
        self.load(name, connections, |client| Fetch::new(questions, client), &floor).await
    }

    /// Loads the shop with visits in turns with its floor.
    pub(super) async fn load<V: Visit>(&mut self, name: &str, connections: usize, make: impl Fn(usize) -> V, floor: &Beside) -> Result<()> {
        if !self.plan.wants(name) {
            return Ok(());
        }
        eprintln!("{}: {name}, {connections} clients", self.database);
        let memory = Peak::watch(self.shop.process());
        let durations = Durations::read(self.shop.address).await?;
        let (mut seen, mut spent, mut ratios) = (Seen::new()?, (0.0, 0.0), Vec::new());
        let (mut floor_seen, mut floor_spent) = (Seen::new()?, 0.0);
        for _ in 0..self.plan.rounds {
            let below = floor.turn(self.plan.floor_load(connections)).await?;
            let mut before = (0.0, 0.0);
            let now = load::run(self.shop.address, self.plan.load(connections), &make, || before = self.spent()).await?;
            let after = self.spent();
            spent = (spent.0 + after.0 - before.0, spent.1 + after.1 - before.1);
            // A floor that gave no answer in its time is nothing to compare with: a bare client with more connections than the server can serve.
            if let Some((below, seconds)) = below.filter(|(below, _)| below.rate() > 0.0) {
                ratios.push(now.rate() / below.rate());
                floor_seen.go_on(&below)?;
                floor_spent += seconds;
            }
            seen.go_on(&now)?;
        }
        let cost = Cost { own_us: per_visit(&seen, spent.0), database_us: per_visit(&seen, spent.1) };
        let figure = Figure::of((self.database, name), connections, &seen, cost);
        let figure = if ratios.is_empty() { figure } else { figure.with_floor(&floor_seen, per_visit(&floor_seen, floor_spent), ratios) };
        self.figures.push(figure);
        let name = format!("memory, {name}");
        let peak = Figure { connections: Some(connections), ..Figure::single(self.database, &name, memory.most().await, "MiB") };
        if connections == self.plan.other_connections[1] {
            self.figures.push(peak);
        }
        if connections == self.plan.other_connections[0] {
            let routes = Durations::read(self.shop.address).await?.p95_since(&durations);
            self.figures.extend(routes.into_iter().map(|(route, ms)| Figure {
                connections: Some(connections),
                ..Figure::single(self.database, &format!("p95 of `{route}` within"), ms, "ms")
            }));
        }
        Ok(())
    }

    /// Processor seconds of the shop and of its database server so far.
    fn spent(&self) -> (f64, f64) {
        (processor_seconds(self.shop.process()), self.server.map_or(0.0, family_seconds))
    }
}

/// Microseconds of processor time for each visit.
fn per_visit(seen: &Seen, seconds: f64) -> f64 {
    seconds * 1_000_000.0 / (seen.rate() * seen.time.as_secs_f64()).max(1.0)
}

/// The most memory that a process holds while somebody looks.
struct Peak(JoinHandle<()>, std::sync::Arc<std::sync::Mutex<f64>>);

impl Peak {
    fn watch(process: u32) -> Self {
        let most = std::sync::Arc::new(std::sync::Mutex::new(0.0));
        let seen = std::sync::Arc::clone(&most);
        let task = tokio::spawn(async move {
            loop {
                let now = resident_mib(process);
                if let Ok(mut most) = seen.lock() {
                    *most = now.max(*most);
                }
                tokio::time::sleep(LOOK_EVERY).await;
            }
        });
        Self(task, most)
    }

    async fn most(self) -> f64 {
        self.0.abort();
        self.1.lock().map_or(0.0, |most| *most)
    }
}
