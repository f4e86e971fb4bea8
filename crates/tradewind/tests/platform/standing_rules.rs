//! Rules that are kept in memory are exact all the same: in another process, in a transaction, after a rollback.

use std::time::Duration;

use kernel::Ppm;
use platform::config::Mode;
use platform::db::{ConnectionTrait, Db, DbBackend, RulesStamp, count_statements, execute, fetch_scalar};
use platform::values;
use sales::carts::{self, CartAccess, CartError, CartProof, CreateCart};
use sales::places::Destination;
use sales::tax::{self, CreateTaxRate, TaxRateInput, TaxRates};
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

/// The rate of the only tax in Germany, as a cart would be told.
async fn rate(db: &impl ConnectionTrait) -> TestResult<Option<Ppm>> {
    let rates = TaxRates::standing(db, &RulesStamp::read(db).await?).await?;
    Ok(rates.select(&Destination::of("DE".parse()?), tax::STANDARD_CLASS).first().map(|rate| rate.rate))
}

async fn create(shop: &TestShop, rate_ppm: i64) -> TestResult {
    let (name, country, tax_class) = ("VAT".to_owned(), Some("DE".to_owned()), tax::STANDARD_CLASS.to_owned());
    let input = TaxRateInput { name, country, tax_class, rate_ppm, shipping_taxed: true, ..TaxRateInput::default() };
    tax::create(shop.context(), &shop.origin(), CreateTaxRate::parse(input)?).await?;
    Ok(())
}

const CHANGE: &str = "UPDATE tax_rates SET rate_ppm = $1";

#[test_on_every_database]
async fn a_change_counts_at_once_in_every_process(shop: TestShop) -> TestResult {
    let elsewhere = Db::connect(&shop.context().config.database, Mode::Demo).await?;
    assert_eq!(rate(elsewhere.reader()).await?, None);
    create(&shop, 190_000).await?;
    assert_eq!(rate(elsewhere.reader()).await?, Some(Ppm::try_from(190_000)?));

    // Whoever changes it: an operator with SQL as well.
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, CHANGE, values![160_000_i64]).await?;
    tx.commit().await?;
    let (seen, statements) = count_statements(rate(elsewhere.reader())).await;
    assert_eq!((seen?, statements), (Some(Ppm::try_from(160_000)?), 3), "the stamp, the rates and the zones");
    let (seen, statements) = count_statements(rate(elsewhere.reader())).await;
    assert_eq!((seen?, statements), (Some(Ppm::try_from(160_000)?), 1), "the stamp alone is read");
    elsewhere.close().await;
    Ok(())
}

#[test_on_every_database]
async fn a_change_that_is_rolled_back_was_never_kept(shop: TestShop) -> TestResult {
    create(&shop, 190_000).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, CHANGE, values![70_000_i64]).await?;
    assert_eq!(rate(&tx).await?, Some(Ppm::try_from(70_000)?), "a transaction sees what it did");
    tx.rollback().await?;

    assert_eq!(rate(shop.context().db.reader()).await?, Some(Ppm::try_from(190_000)?));
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, CHANGE, values![160_000_i64]).await?;
    assert_eq!(rate(&tx).await?, Some(Ppm::try_from(160_000)?));
    tx.commit().await?;
    assert_eq!(rate(shop.context().db.reader()).await?, Some(Ppm::try_from(160_000)?));
    Ok(())
}

/// Whoever waits for a cart's lock is told what it costs by the rules of the moment in which the lock is had.
#[test_on_every_database]
async fn a_cart_that_was_waited_for_is_read_with_the_rules_of_now(shop: TestShop) -> TestResult {
    create(&shop, 190_000).await?;
    let cart = carts::create(shop.sales(), &shop.origin(), CreateCart::default()).await?;
    let access = CartAccess { cart_id: cart.contents.cart.id, proof: CartProof::Token(cart.token) };
    let before = RulesStamp::read(shop.context().db.reader()).await?;

    let first = shop.context().begin(&shop.origin()).await?;
    assert_eq!(carts::lock(&first, &access).await?.lines.rules, before);
    let (context, origin) = (shop.context().clone(), shop.origin());
    let second = tokio::spawn(async move {
        let tx = context.begin(&origin).await.map_err(CartError::from)?;
        carts::lock(&tx, &access).await.map(|locked| locked.lines.rules)
    });
    tokio::time::timeout(Duration::from_secs(5), somebody_waits(&shop)).await??;
    execute(&first, CHANGE, values![160_000_i64]).await?;
    first.commit().await?;

    let seen = second.await??;
    assert_ne!(seen, before);
    assert_eq!(seen, RulesStamp::read(shop.context().db.reader()).await?);
    Ok(())
}

/// Comes back once a transaction waits for a lock, or for the writer.
async fn somebody_waits(shop: &TestShop) -> TestResult {
    const WAITING: &str = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let db = &shop.context().db;
    loop {
        let waiting = match db.backend() {
            DbBackend::Sqlite => i64::try_from(db.load().waiting)?,
            DbBackend::Postgres => fetch_scalar(db.reader(), WAITING, vec![]).await?.unwrap_or(0),
        };
        if waiting > 0 {
            return Ok(());
        }
        tokio::task::yield_now().await;
    }
}
