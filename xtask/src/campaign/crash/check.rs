//! What must hold when the shop is back: every acknowledged write is there, every open question gets its one answer.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::task::JoinSet;

use super::client::{Client, Place, quoted};
use super::journal::{Checkout, Journal, Order, Seen};
use super::random::Random;
use super::shop::Shop;

/// A key may be in progress for so long (invariant e05), and no longer.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// An operation whose request died is looked at a minute later.
const RECONCILED_AFTER: Duration = Duration::from_secs(62);
/// Orders of this round that are asked for again under their key.
const REPLAYS: usize = 5;
/// Orders of all rounds before that are looked at once more.
const OLDER: usize = 10;
/// More examples of one kind of fault tell nobody more.
const EXAMPLES: usize = 5;

/// What is known for sure, over all rounds on one database.
pub(super) struct Ledger {
    place: Place,
    /// What clients write down.
    pub(super) journal: Journal,
    /// Every acknowledged order.
    orders: Vec<Order>,
    /// Checkouts that were never answered and whose key is still in progress.
    waiting: Vec<Checkout>,
}

/// What a check came to.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Orders that were acknowledged.
    pub(super) acknowledged: usize,
    /// Checkouts that the crash left without an answer.
    pub(super) unanswered: usize,
    /// Of these and earlier ones: answered now, under the same key.
    pub(super) resolved: usize,
    /// Requests that were told "not now".
    pub(super) refused: usize,
    /// What must not be.
    pub(super) violations: Vec<String>,
}

impl Verdict {
    fn blame(&mut self, fault: String) {
        if self.violations.len() < EXAMPLES {
            self.violations.push(fault);
        }
    }
}

impl Ledger {
    /// Of a shop that has sold nothing yet.
    pub(super) fn new(shop: &Shop) -> Self {
        let place = Place { address: shop.address, key: shop.key.clone(), variants: shop.variants.clone().into() };
        Self { place, journal: Journal::default(), orders: Vec::new(), waiting: Vec::new() }
    }

    /// What clients know of the shop.
    pub(super) const fn place(&self) -> &Place {
        &self.place
    }

    /// How many checkouts still wait for their answer.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Holds the shop, which is ready, against all that clients were told.
    pub(super) async fn check(&mut self, shop: &Shop, random: &mut Random) -> Result<Verdict> {
        let seen = self.journal.take();
        let (acknowledged, unanswered) = (seen.orders.len(), seen.unanswered.len());
        let mut verdict = Verdict { acknowledged, unanswered, refused: seen.refused, ..Verdict::default() };
        for wrong in &seen.wrong {
            verdict.blame(format!("wrong answer to {wrong}"));
        }
        let mut client = Client::new(self.place.clone(), Journal::default(), Random::new(random.next(), "check"));
        look_at_carts(&mut client, &seen, &mut verdict).await?;
        let older = (0..OLDER.min(self.orders.len())).filter_map(|_| self.orders.get(index(random, self.orders.len())));
        for order in seen.orders.iter().chain(older) {
            look_at_order(&mut client, order, &mut verdict).await?;
        }
        for _ in 0..REPLAYS.min(acknowledged) {
            if let Some(order) = seen.orders.get(index(random, acknowledged)) {
                replay(&mut client, order, &mut verdict).await?;
            }
        }
        self.orders.extend(seen.orders);
        self.waiting.extend(seen.unanswered);
        self.resolve(&mut client, &mut verdict).await?;
        for complaint in shop.complaints()? {
            verdict.blame(complaint);
        }
        Ok(verdict)
    }

    /// Repeats unanswered checkouts under their keys, all at once: each is answered, or has to wait for the reconciler. The
    /// shop keeps each waiting for two seconds, so one that waits is asked again only when the reconciler has been there.
    async fn resolve(&mut self, client: &mut Client, verdict: &mut Verdict) -> Result<()> {
        let mut asked = JoinSet::new();
        for checkout in std::mem::take(&mut self.waiting) {
            if checkout.told_to_wait && checkout.asked.elapsed() < RECONCILED_AFTER {
                self.waiting.push(checkout);
                continue;
            }
            let mut client = Client::new(self.place.clone(), Journal::default(), Random::new(0, "resolve"));
            asked.spawn(async move { client.order(&checkout).await.map(|reply| (checkout, reply)) });
        }
        while let Some(answered) = asked.join_next().await {
            let (checkout, reply) = answered.context("a client died")??;
            if reply.status == 201 {
                let id = quoted(&reply.body, r#""id":""#).unwrap_or_default();
                let order = Order { checkout, id, body: reply.body, cancelled: false };
                look_at_order(client, &order, verdict).await?;
                replay(client, &order, verdict).await?;
                verdict.resolved += 1;
                self.orders.push(order);
            } else if reply.is_in_use() && checkout.asked.elapsed() < LONGEST_WAIT {
                self.waiting.push(Checkout { told_to_wait: true, ..checkout });
            } else {
                verdict.blame(format!("cart {} asked again for its order: {}", checkout.cart.id, reply.told()));
            }
        }
        Ok(())
    }
}

fn index(random: &mut Random, len: usize) -> usize {
    usize::try_from(random.next() >> 33).unwrap_or(0) % len.max(1)
}

async fn look_at_carts(client: &mut Client, seen: &Seen, verdict: &mut Verdict) -> Result<()> {
    for cart in &seen.carts {
        let headers = format!("x-cart-token: {}\r\n", cart.token);
        let reply = client.ask("GET", &format!("/api/v1/carts/{}", cart.id), &headers, "").await?;
        if reply.status != 200 || quoted(&reply.body, r#""lines":[{"id":""#).is_none() {
            verdict.blame(format!("cart {} lost its line: {}", cart.id, reply.told()));
        }
    }
    Ok(())
}

/// An acknowledged order is there and in a state to which the time since its answer may have brought it.
async fn look_at_order(client: &mut Client, order: &Order, verdict: &mut Verdict) -> Result<()> {
    let staff = client.staff();
    let reply = client.ask("GET", &format!("/api/v1/orders/{}", order.id), &staff, "").await?;
    if reply.status != 200 {
        verdict.blame(format!("acknowledged order {} is lost: {}", order.id, reply.told()));
        return Ok(());
    }
    let status = quoted(&reply.body, r#""status":""#).unwrap_or_default();
    let may_be: &[&str] = match (order.checkout.method, order.cancelled) {
        (_, true) => &["cancelled"],
        ("manual", false) => &["pending", "expired", "cancelled"],
        (_, false) => &["confirmed"],
    };
    if !may_be.contains(&status.as_str()) {
        verdict.blame(format!("order {} is {status} instead of {}", order.id, may_be.join(" or ")));
    }
    if quoted(&reply.body, r#""number":"#) != quoted(&order.body, r#""number":"#) {
        verdict.blame(format!("order {} has another number: {}", order.id, reply.told()));
    }
    Ok(())
}

/// The same key gets the same bytes, for ever.
async fn replay(client: &mut Client, order: &Order, verdict: &mut Verdict) -> Result<()> {
    let reply = client.order(&order.checkout).await?;
    if reply.status != 201 || !reply.is_replay || reply.body != order.body {
        verdict.blame(format!("order {} was not answered again as it was before: {}", order.id, reply.told()));
    }
    Ok(())
}
