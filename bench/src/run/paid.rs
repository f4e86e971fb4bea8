//! Checkouts that are paid by a provider far away: one after the other, and all at once for the last pieces.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use hdrhistogram::Histogram;
use raw_client::Connection;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::bench::{Bench, Keys};
use super::{Beside, Plan};
use crate::provider::{AWAY, Provider};
use crate::report::Figure;
use crate::shop::{Place, Shop};
use crate::visits::{Buy, Cart, prepare};

/// Carts that were made before, and the pieces that they are after.
const SALE: (usize, usize) = (10_000, 500);
const SMALL_SALE: (usize, usize) = (60, 6);
/// Who waits longer has gone.
const PATIENCE: Duration = Duration::from_secs(60);
const SLUG: &str = "flash-sale";

/// Both, on a shop of their own process.
pub(super) async fn measure(
    plan: &Plan,
    place: &Place,
    (database, server): (&'static str, Option<u32>),
    keys: Keys,
) -> Result<Vec<Figure>> {
    let (checkout, sale) = (format!("whole checkout, paid {} ms away", AWAY.as_millis()), "flash sale, paid");
    if !plan.wants(&checkout) && !plan.wants(sale) {
        return Ok(Vec::new());
    }
    let provider = Provider::start().await?;
    let shop = Shop::start_with(place, &provider.variables()).await?;
    let mut bench = Bench::new(plan, (database, server), shop, keys);
    let variants = bench.variants().await?;
    let buy = |client| Buy::new(Arc::clone(&variants), client).paying_by("stripe");
    bench.load(&checkout, plan.connections, buy, &Beside::Nothing).await?;
    let staff = bench.keys.staff.clone();
    let (shop, mut figures) = bench.end();
    if plan.wants(sale) {
        eprintln!("{database}: {sale}");
        figures.push(sell_out(plan, place, (&shop, &staff), (database, sale)).await?);
    }
    Ok(figures)
}

/// Every cart is ordered as soon as it can be: exactly the pieces are sold, and everybody else is told so.
async fn sell_out(plan: &Plan, place: &Place, (shop, staff): (&Shop, &str), (database, name): (&str, &str)) -> Result<Figure> {
    let (carts, pieces) = if plan.is_short() { SMALL_SALE } else { SALE };
    let variant = offer(place, (shop, staff), pieces).await?;
    let carts = made_before(shop, (carts, plan.connections), &variant).await?;
    let (begin, connections) = (Instant::now(), plan.other_connections[1]);
    let mut buyers = JoinSet::new();
    for share in carts.chunks(carts.len().div_ceil(connections)) {
        buyers.spawn(order(shop.address, share.to_vec()));
    }
    let mut all = Told::new()?;
    for told in buyers.join_all().await {
        all.join(&told?)?;
    }
    let took = begin.elapsed();
    let fault = match all.fault {
        Some(fault) => Some(fault),
        None if all.sold != pieces => Some(format!("{} of {pieces} pieces were sold", all.sold)),
        None if took > PATIENCE => Some("some waited for more than a minute".to_owned()),
        None => None,
    };
    #[expect(clippy::cast_precision_loss, reason = "microseconds of a minute are far below 2^52")]
    let quantile = |q: f64| Some(all.times.value_at_quantile(q) as f64 / 1_000.0);
    Ok(Figure {
        connections: Some(connections),
        p50_ms: quantile(0.5),
        p95_ms: quantile(0.95),
        p99_ms: quantile(0.99),
        wrong: u64::from(fault.is_some()),
        example: fault,
        ..Figure::single(database, &format!("{name}, {} carts for {pieces} pieces", carts.len()), took.as_secs_f64(), "s")
    })
}

/// Puts so many pieces of one thing up for sale.
async fn offer(place: &Place, (shop, staff): (&Shop, &str), pieces: usize) -> Result<String> {
    place.import_one(&json!({
        "slug": SLUG, "title": "Flash sale", "status": "active", "options": [{"name": "Size", "values": ["S"]}],
        "variants": [{"sku": "FLASH", "options": {"Size": "S"}, "tracked": true, "on_hand": pieces, "weight_grams": 300,
            "prices": [{"amount": {"amount": 1_000, "currency": "USD"}}]}],
    }))?;
    let product = shop.read(&format!("/api/v1/products/{SLUG}?include=variants"), staff).await?;
    Ok(product.pointer("/data/variants/0/id").and_then(Value::as_str).context("nothing is for sale")?.to_owned())
}

async fn made_before(shop: &Shop, (carts, connections): (usize, usize), variant: &str) -> Result<Vec<Cart>> {
    let mut makers = JoinSet::new();
    for maker in 0..connections {
        let (address, variant, share) = (shop.address, variant.to_owned(), (maker..carts).step_by(connections).count());
        makers.spawn(async move {
            let (mut connection, mut made) = (Connection::open(address).await?, Vec::new());
            for _ in 0..share {
                made.push(prepare(&mut connection, &variant).await?);
            }
            anyhow::Ok(made)
        });
    }
    Ok(makers.join_all().await.into_iter().collect::<Result<Vec<_>>>()?.concat())
}

/// What buyers were told.
struct Told {
    times: Histogram<u64>,
    sold: usize,
    fault: Option<String>,
}

impl Told {
    fn new() -> Result<Self> {
        Ok(Self { times: Histogram::new_with_bounds(1, 120_000_000, 3).context("a histogram")?, sold: 0, fault: None })
    }

    fn join(&mut self, other: &Self) -> Result<()> {
        self.times.add(&other.times).context("histograms of one kind")?;
        self.sold += other.sold;
        self.fault = self.fault.take().or_else(|| other.fault.clone());
        Ok(())
    }
}

async fn order(address: std::net::SocketAddr, carts: Vec<Cart>) -> Result<Told> {
    let (mut connection, mut told) = (Connection::open(address).await?, Told::new()?);
    for cart in carts {
        let begin = Instant::now();
        let answer = cart.order(&mut connection, "stripe").await?;
        told.times.saturating_record(u64::try_from(begin.elapsed().as_micros()).unwrap_or(u64::MAX));
        match (answer.status, answer.quoted(r#""code":""#)) {
            (201, _) => told.sold += 1,
            (409, Some("out_of_stock")) => {}
            (status, code) => bail!("a buyer was told {status} {}", code.unwrap_or_default()),
        }
    }
    Ok(told)
}
