//! What is out of the ordinary is told, once.

use accounts::anomalies::look_for_anomalies;
use accounts::sessions::{self, Kind};
use kernel::{Actor, Client, Country, Origin, UserId};
use platform::audit::{self, Entry};
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

/// A request from this address, by a proxy's word in this country.
fn from(ip: &str, country: Option<&str>) -> TestResult<Origin> {
    let country = country.map(str::parse::<Country>).transpose()?;
    Ok(Origin { client: Client { ip: Some(ip.parse()?), country, ..Client::default() }, ..Origin::of(Actor::Anonymous) })
}

async fn refuse(shop: &TestShop, ip: &str, times: usize) -> TestResult {
    let tx = shop.context().begin(&from(ip, None)?).await?;
    for _ in 0..times {
        audit::record_refusal(&tx, &Entry::of("request.refused", "/api/v1/orders")).await?;
    }
    Ok(tx.commit().await?)
}

async fn sign_in(shop: &TestShop, user: UserId, origin: Origin) -> TestResult {
    let tx = shop.context().begin(&origin).await?;
    sessions::open_in(&tx, user, Kind::Bearer, &shop.context().config.auth).await?;
    Ok(tx.commit().await?)
}

#[test_on_every_database]
async fn an_address_that_is_refused_again_and_again_is_told_once_an_hour(shop: TestShop) -> TestResult {
    refuse(&shop, "192.0.2.1", 49).await?;
    refuse(&shop, "192.0.2.2", 1).await?;
    assert_eq!(look_for_anomalies(shop.context()).await?, 0);
    refuse(&shop, "192.0.2.1", 1).await?;
    assert_eq!(look_for_anomalies(shop.context()).await?, 1);
    refuse(&shop, "192.0.2.1", 9).await?;
    assert_eq!(look_for_anomalies(shop.context()).await?, 0);
    refuse(&shop, "192.0.2.2", 49).await?;
    assert_eq!(look_for_anomalies(shop.context()).await?, 1);
    assert_eq!(shop.events_of("anomaly").await?, ["anomaly.refusals_burst", "anomaly.refusals_burst"]);
    Ok(())
}

#[test_on_every_database]
async fn an_address_that_uses_many_accounts_is_told_and_a_family_is_not(shop: TestShop) -> TestResult {
    for number in 0..9 {
        let user = shop.user().await?;
        sign_in(&shop, user, from("192.0.2.1", None)?).await?;
        sign_in(&shop, user, from("192.0.2.1", None)?).await?;
        sign_in(&shop, shop.user().await?, from(&format!("198.51.100.{number}"), None)?).await?;
    }
    assert_eq!(look_for_anomalies(shop.context()).await?, 0);
    sign_in(&shop, shop.user().await?, from("192.0.2.1", None)?).await?;
    assert_eq!((look_for_anomalies(shop.context()).await?, look_for_anomalies(shop.context()).await?), (1, 0));
    assert_eq!(shop.events_of("anomaly").await?, ["anomaly.many_accounts"]);
    Ok(())
}

#[test_on_every_database]
async fn a_country_is_new_to_somebody_once_and_the_first_one_is_not(shop: TestShop) -> TestResult {
    let (ada, eve) = (shop.user().await?, shop.user().await?);
    for country in [None, Some("DE"), Some("DE"), None] {
        sign_in(&shop, ada, from("192.0.2.1", country)?).await?;
    }
    sign_in(&shop, eve, from("192.0.2.2", Some("FR"))?).await?;
    assert!(shop.events_of("anomaly").await?.is_empty());
    for country in [Some("FR"), Some("DE"), Some("FR")] {
        sign_in(&shop, ada, from("192.0.2.1", country)?).await?;
    }
    assert_eq!(shop.events_of("anomaly").await?, ["anomaly.new_country"]);
    Ok(())
}
