//! Tax rates: what staff changes is what carts are taxed by from the next look on.

use std::sync::Arc;

use kernel::{Country, Cursor, DomainError, ErrorKind, Page, PageRequest, Position};
use platform::db::{RulesStamp, count_statements};
use sales::places::{Destination, Place};
use sales::tax::{
    self, CreateTaxRate, DeleteTaxRate, STANDARD_CLASS, TaxPlace, TaxRate, TaxRateChanges, TaxRateChangesInput, TaxRateInput, TaxRateQuery,
    TaxRates, UpdateTaxRate,
};
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

fn rate(name: &str, country: &str, region: Option<&str>, rate_ppm: i64) -> TestResult<CreateTaxRate> {
    let (name, country, region) = (name.to_owned(), Some(country.to_owned()), region.map(str::to_owned));
    let tax_class = STANDARD_CLASS.to_owned();
    let input = TaxRateInput { name, country, region, tax_class, rate_ppm, shipping_taxed: true, ..TaxRateInput::default() };
    Ok(CreateTaxRate::parse(input)?)
}

async fn create(shop: &TestShop, name: &str, country: &str, region: Option<&str>) -> TestResult<TaxRate> {
    Ok(tax::create(shop.context(), &shop.origin(), rate(name, country, region, 50_000)?).await?)
}

fn change(rate: &TaxRate, input: TaxRateChangesInput) -> TestResult<UpdateTaxRate> {
    Ok(UpdateTaxRate { id: rate.id, version: rate.version, changes: TaxRateChanges::parse(input)? })
}

async fn standing(shop: &TestShop) -> TestResult<Arc<TaxRates>> {
    let reader = shop.context().db.reader();
    Ok(TaxRates::standing(reader, &RulesStamp::read(reader).await?).await?)
}

fn renamed(name: &str) -> TaxRateChangesInput {
    TaxRateChangesInput { name: Some(name.to_owned()), ..TaxRateChangesInput::default() }
}

async fn list(shop: &TestShop, country: Option<&str>, newest_first: bool, page: PageRequest) -> TestResult<Page<TaxRate>> {
    let countries = country.map(|code| code.parse::<Country>().map(|country| vec![country])).transpose()?;
    Ok(tax::list(shop.context().db.reader(), &TaxRateQuery { countries, zone_id: None, newest_first, page }).await?)
}

fn names(page: &Page<TaxRate>) -> Vec<&str> {
    page.items.iter().map(|rate| rate.name.as_str()).collect()
}

/// What is written comes back, and each change is told.
#[test_on_every_database]
async fn a_tax_rate_is_made_changed_and_deleted(shop: TestShop) -> TestResult {
    let (context, origin) = (shop.context(), shop.origin());
    let made = create(&shop, "QST", "CA", Some("quebec")).await?;
    let quebec = TaxPlace::In(Place { country: "CA".parse()?, region: Some("QC".to_owned()) });
    assert_eq!((made.version, &made.place), (1, &quebec));
    assert_eq!(tax::find(context.db.reader(), made.id).await?, Some(made.clone()));

    shop.advance(chrono::TimeDelta::minutes(1));
    let input = TaxRateChangesInput { rate_ppm: Some(99_750), region: Some(None), ..TaxRateChangesInput::default() };
    let changed = tax::update(context, &origin, change(&made, input)?).await?;
    let expected = TaxRate {
        place: TaxPlace::In(Place::of("CA".parse()?)),
        rate: 99_750.try_into()?,
        version: 2,
        updated_at: shop.now(),
        ..made.clone()
    };
    assert_eq!(changed, expected);
    assert_eq!(tax::find(context.db.reader(), made.id).await?, Some(expected));

    tax::delete(context, &origin, DeleteTaxRate { id: made.id, version: 2 }).await?;
    assert_eq!(tax::find(context.db.reader(), made.id).await?, None);
    assert_eq!(shop.events_of("tax_rate").await?, ["tax_rate.changed"; 3]);
    Ok(())
}

#[test_on_every_database]
async fn a_stale_or_unfitting_change_of_a_tax_rate_changes_nothing(shop: TestShop) -> TestResult {
    let (context, origin) = (shop.context(), shop.origin());
    let made = create(&shop, "Sales tax", "US", Some("CA")).await?;
    let changed = tax::update(context, &origin, change(&made, renamed("State tax"))?).await?;

    let stale = tax::update(context, &origin, change(&made, renamed("Old"))?).await.expect_err("stale");
    assert_eq!((stale.code(), stale.kind()), ("version_conflict", ErrorKind::Conflict));
    assert_eq!(stale.context().as_deref(), Some(r#"{"current_version":2}"#));
    let stale = tax::delete(context, &origin, DeleteTaxRate { id: made.id, version: 1 }).await.expect_err("stale");
    assert_eq!(stale.context().as_deref(), Some(r#"{"current_version":2}"#));

    let moved = TaxRateChangesInput { country: Some("AU".to_owned()), ..TaxRateChangesInput::default() };
    let unfitting = tax::update(context, &origin, change(&changed, moved)?).await.expect_err("no region of Australia");
    assert_eq!((unfitting.code(), unfitting.details().into_keys().collect()), ("validation_failed", vec!["region".to_owned()]));

    assert_eq!(tax::find(context.db.reader(), made.id).await?, Some(changed.clone()));
    tax::delete(context, &origin, DeleteTaxRate { id: made.id, version: 2 }).await?;
    let gone = tax::update(context, &origin, change(&changed, renamed("Gone"))?).await.expect_err("deleted");
    assert_eq!((gone.code(), gone.kind()), ("tax_rate_not_found", ErrorKind::NotFound));
    let gone = tax::delete(context, &origin, DeleteTaxRate { id: made.id, version: 2 }).await.expect_err("deleted");
    assert_eq!((gone.code(), gone.kind()), ("tax_rate_not_found", ErrorKind::NotFound));
    Ok(())
}

/// Two members of staff have the same page open.
#[test_on_every_database]
async fn of_two_changes_of_one_version_one_wins(shop: TestShop) -> TestResult {
    let (context, origin) = (shop.context(), shop.origin());
    let made = create(&shop, "VAT", "DE", None).await?;
    let (one, other) = (change(&made, renamed("One"))?, change(&made, renamed("Other"))?);
    let (one, other) = tokio::join!(tax::update(context, &origin, one), tax::update(context, &origin, other));

    let (won, lost) = if one.is_ok() { (one?, other) } else { (other?, one) };
    assert_eq!(lost.expect_err("the other won").code(), "version_conflict");
    assert_eq!(tax::find(context.db.reader(), made.id).await?, Some(won));
    Ok(())
}

#[test_on_every_database]
async fn a_cart_is_taxed_by_the_rates_of_its_country_and_region(shop: TestShop) -> TestResult {
    create(&shop, "GST", "CA", None).await?;
    create(&shop, "QST", "CA", Some("QC")).await?;
    create(&shop, "VAT", "DE", None).await?;
    let canada: Country = "CA".parse()?;

    let (rates, statements) = count_statements(standing(&shop)).await;
    assert_eq!(statements, 3, "the stamp, the rates and the zones");
    let rates = rates?;
    let names = |region: Option<&str>| -> Vec<String> {
        let destination = Destination { country: canada, region: region.map(str::to_owned) };
        rates.select(&destination, STANDARD_CLASS).into_iter().map(|rate| rate.name.clone()).collect()
    };
    assert_eq!((names(Some("QC")), names(None)), (vec!["GST".to_owned(), "QST".to_owned()], vec!["GST".to_owned()]));
    assert!(rates.select(&Destination::of("FR".parse()?), STANDARD_CLASS).is_empty());
    Ok(())
}

#[test_on_every_database]
async fn tax_rates_are_listed_by_number_and_by_cursor(shop: TestShop) -> TestResult {
    for name in ["1", "2", "3", "4", "5"] {
        create(&shop, name, if name == "3" { "FR" } else { "DE" }, None).await?;
    }
    let numbered = |number| PageRequest { position: Position::Number(number), size: 2 };
    let last = list(&shop, None, false, numbered(3)).await?;
    assert_eq!((names(&last), last.has_next, last.total, last.total_is_estimate), (vec!["5"], false, Some(5), false));
    let second = list(&shop, Some("DE"), true, numbered(2)).await?;
    assert_eq!((names(&second), second.has_next, second.total), (vec!["2", "1"], false, Some(4)));
    assert!(list(&shop, None, false, numbered(5_001)).await.is_err());

    for (newest_first, expected) in [(false, ["1", "2", "4", "5"]), (true, ["5", "4", "2", "1"])] {
        let (mut seen, mut place): (Vec<String>, Option<Cursor>) = (Vec::new(), None);
        loop {
            let page = PageRequest { position: Position::After(place), size: 3 };
            let page = list(&shop, Some("DE"), newest_first, page).await?;
            assert_eq!(page.total, None);
            seen.extend(names(&page).into_iter().map(str::to_owned));
            place = page.next;
            if place.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected);
    }
    Ok(())
}

/// Each checkout reads all rates of its country.
#[test_on_every_database]
async fn a_country_has_at_most_1000_tax_rates(shop: TestShop) -> TestResult {
    let other = create(&shop, "VAT", "FR", None).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    for number in 0..1_000 {
        tax::create_in(&tx, rate(&format!("Rate {number}"), "DE", None, number)?).await?;
    }
    tx.commit().await?;

    let refused = tax::create(shop.context(), &shop.origin(), rate("One more", "DE", None, 0)?).await.expect_err("too many");
    assert_eq!((refused.code(), refused.kind()), ("too_many_tax_rates", ErrorKind::Conflict));
    let moved = TaxRateChangesInput { country: Some("DE".to_owned()), ..TaxRateChangesInput::default() };
    let refused = tax::update(shop.context(), &shop.origin(), change(&other, moved)?).await.expect_err("too many");
    assert_eq!(refused.code(), "too_many_tax_rates");
    assert_eq!(standing(&shop).await?.select(&Destination::of("DE".parse()?), STANDARD_CLASS).len(), 1_000);

    let (page, statements) = count_statements(list(&shop, None, false, PageRequest::first(100))).await;
    assert_eq!((page?.items.len(), statements), (100, 2));
    Ok(())
}
