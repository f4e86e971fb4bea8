//! Following what happens at this very moment, over real sockets.

mod bounds;
mod door;
mod events;
mod orders;
mod socket;
mod sockets;

use kernel::Origin;
use platform::outbox::{self, Fact, Relay, record_all};
use platform::{Context, db};
use serde::Serialize;
use tokio_util::sync::{CancellationToken, DropGuard};
use uuid::Uuid;

use crate::support::{TestResult, TestShop};

const PATH: &str = "/api/v1/events/stream";

/// A bell that rings; nobody else knows of it.
#[derive(Serialize, utoipa::ToSchema)]
struct Rung {
    bell: Uuid,
    number: usize,
}

impl Fact for Rung {
    type Subject = kernel::JobTag;
    const AGGREGATE: &'static str = "bell";
    const NAMES: &'static [(&'static str, &'static str)] = &[("bell.rung", "somebody is at the door")];

    fn name(&self) -> &'static str {
        "bell.rung"
    }

    fn aggregate_id(&self) -> Uuid {
        self.bell
    }
}

/// Rings so often, in one transaction.
async fn ring(context: &Context, times: usize) -> TestResult {
    let bell = Uuid::from_u128(7);
    let tx = context.begin(&Origin::system()).await?;
    db::lock_name(&tx, "bell").await?;
    record_all(&tx, &(0..times).map(|number| Rung { bell, number }).collect::<Vec<_>>()).await?;
    Ok(tx.commit().await?)
}

async fn relayed(shop: &TestShop) -> TestResult {
    while outbox::relay_once(shop.context()).await? > 0 {}
    Ok(())
}

/// Somebody relays until this is dropped.
fn relaying(shop: &TestShop) -> DropGuard {
    let stop = CancellationToken::new();
    tokio::spawn(Relay::new(shop.context().clone()).run(stop.clone()));
    stop.drop_guard()
}

/// A shop whose streams go on.
fn lasting(shop: &TestShop) -> TestResult<TestShop> {
    shop.configured(|config| config.streams.lifetime_ms = 3_600_000)
}
