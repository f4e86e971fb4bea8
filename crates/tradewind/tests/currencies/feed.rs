//! A feed of rates: taken whole, once a day's table, and never in part.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::StatusCode;
use catalog::currencies::TakeRates;
use platform::jobs::{self, NewJob};
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{RATES, euros, prices, publish};
use crate::support::{TestResult, TestShop, variant};

/// Somebody else's server with a table of rates.
struct Feed {
    answer: Arc<Mutex<(StatusCode, String)>>,
    base: String,
    _stop: DropGuard,
}

impl Feed {
    async fn open() -> TestResult<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        let answer = Arc::new(Mutex::new((StatusCode::NOT_FOUND, String::new())));
        let (shown, stop) = (answer.clone(), CancellationToken::new());
        let give = async move || shown.lock().unwrap().clone();
        let serve = axum::serve(listener, Router::new().fallback(give)).with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::spawn(async move { serve.await });
        Ok(Self { answer, base, _stop: stop.drop_guard() })
    }

    fn shows(&self, status: StatusCode, document: String) {
        *self.answer.lock().unwrap() = (status, document);
    }

    /// The same shop, which may reach this machine and takes its rates from here.
    fn taken_by(&self, shop: &TestShop) -> TestResult<TestShop> {
        let address = format!("{}/eurofxref-daily.xml", self.base);
        shop.configured(move |config| {
            config.webhooks.allow_private = vec!["127.0.0.0/8".parse().expect("a range")];
            config.currencies.feed_url = address;
        })
    }
}

fn table(day: &str, rates: &[(&str, &str)]) -> String {
    let rates: String = rates.iter().map(|(currency, rate)| format!("<Cube currency='{currency}' rate='{rate}'/>\n")).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gesmes:Envelope xmlns:gesmes=\"http://www.gesmes.org/xml/2002-08-01\" \
        xmlns=\"http://www.ecb.int/vocabulary/2002-08-01/eurofxref\">\n<gesmes:subject>Reference rates</gesmes:subject>\n\
        <gesmes:Sender>\n<gesmes:name>European Central Bank</gesmes:name>\n</gesmes:Sender>\n\
        <Cube>\n<Cube time='{day}'>\n{rates}</Cube>\n</Cube>\n</gesmes:Envelope>\n"
    )
}

/// Currency, rate and source of each rate that counts.
async fn rates(shop: &TestShop) -> TestResult<Vec<String>> {
    let listed = shop.get(RATES).await?.expect(200)?;
    let text = |rate: &Value, name: &str| rate[name].as_str().unwrap_or_default().to_owned();
    let all = listed.data().as_array().ok_or("rates")?;
    let mut all: Vec<String> =
        all.iter().map(|rate| format!("{} {} {}", text(rate, "currency"), text(rate, "rate"), text(rate, "source"))).collect();
    all.sort();
    Ok(all)
}

#[test_on_every_database]
async fn the_rates_of_a_feed_are_taken_once_a_day_and_prices_follow(shop: TestShop) -> TestResult {
    let feed = Feed::open().await?;
    let shop = feed.taken_by(&shop)?;
    shop.product("Mug").variant(variant("MUG", 2_000)).create().await?;
    feed.shows(StatusCode::OK, table("2026-02-26", &[("USD", "1.25"), ("JPY", "162.35")]));
    let tx = shop.context().begin(&shop.origin()).await?;
    jobs::enqueue(&tx, NewJob::new(TakeRates::KIND, json!(null), tx.now())).await?;
    tx.commit().await?;
    shop.settle().await?;
    assert_eq!(rates(&shop).await?, ["JPY 162.35 feed", "USD 1.25 feed"]);
    euros(&shop).await?;
    shop.settle().await?;

    TakeRates::new(shop.context().clone()).take().await?;
    assert_eq!(shop.events_of("exchange_rate").await?.len(), 2, "the same day's table changes nothing");
    feed.shows(StatusCode::OK, table("2026-02-27", &[("USD", "1.6"), ("JPY", "163")]));
    TakeRates::new(shop.context().clone()).take().await?;
    shop.settle().await?;
    assert_eq!(prices(&shop, "euros").await?, [("MUG".to_owned(), 1, 1_250, true)]);

    // What staff write is newer than a table of yesterday.
    publish(&shop, &[("USD", "2")]).await?.expect(200)?;
    feed.shows(StatusCode::OK, table("2026-03-01", &[("USD", "1.6"), ("JPY", "164")]));
    TakeRates::new(shop.context().clone()).take().await?;
    assert_eq!(rates(&shop).await?, ["JPY 164 feed", "USD 2 manual"]);
    shop.settle().await
}

/// Half a table, a page, a rate with its point in another place, a table of tomorrow: nothing of it is taken, and the job says why.
#[test_on_every_database]
async fn a_feed_that_is_broken_changes_nothing(shop: TestShop) -> TestResult {
    let feed = Feed::open().await?;
    let unset = TakeRates::new(shop.context().clone()).take().await.expect_err("not configured").to_string();
    assert!(unset.contains("currencies.feed_url"), "{unset}");
    let shop = feed.taken_by(&shop)?;
    feed.shows(StatusCode::OK, table("2026-02-26", &[("USD", "1.25"), ("JPY", "162.35")]));
    TakeRates::new(shop.context().clone()).take().await?;
    let known = rates(&shop).await?;

    let whole = table("2026-02-27", &[("USD", "1.26"), ("JPY", "163")]);
    let half = whole.split_once("<Cube currency='JPY'").ok_or("half a table")?.0.to_owned();
    for (status, document, why) in [
        (StatusCode::SERVICE_UNAVAILABLE, whole.clone(), "503"),
        (StatusCode::OK, half, "not a whole envelope"),
        (StatusCode::OK, "<html>Back soon</html>".to_owned(), "not a whole envelope"),
        (StatusCode::OK, whole.replace("163", "1.63"), "far off"),
        (StatusCode::OK, whole.replace("163", "n/a"), "a rate of it cannot be read"),
        (StatusCode::OK, whole.replace("2026-02-27", "2026-03-03"), "future"),
        (StatusCode::OK, format!("{whole}{}", " ".repeat(70_000)), "more than 65536 bytes"),
    ] {
        feed.shows(status, document);
        let failed = TakeRates::new(shop.context().clone()).take().await.expect_err(why).to_string();
        assert!(failed.contains(why), "{why}: {failed}");
        assert_eq!(rates(&shop).await?, known, "{why}");
    }
    Ok(())
}
