//! Shipping methods: a fresh shop has one, and what staff makes of them is what carts are offered.

use std::sync::Arc;

use kernel::{Currency, Cursor, DomainError, ErrorKind, Money, Page, PageRequest, Position, ShippingMethodId};
use payments::providers::Providers;
use platform::db::{RulesStamp, count_statements};
use sales::carts::{self, CartAccess, CartProof, CreateCart, EditCart};
use sales::orders::OrderDetails;
use sales::pricing::PricedCart;
use sales::shipping::{
    self, CreateShippingMethod, DeleteShippingMethod, Parcel, ShippingMethod, ShippingMethodChanges, ShippingMethodChangesInput,
    ShippingMethodInput, ShippingMethodQuery, ShippingMethods, ShippingRateInput, UpdateShippingMethod,
};
use sales::{Present, PresentedCart, Sales};
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

fn step(country: Option<&str>, from: i64, amount_minor: i64) -> ShippingRateInput {
    ShippingRateInput { country: country.map(str::to_owned), from, amount_minor }
}

fn express() -> ShippingMethodInput {
    ShippingMethodInput {
        code: "express".to_owned(),
        name: "Express".to_owned(),
        kind: "by_weight".to_owned(),
        currency: "USD".to_owned(),
        countries: vec!["US".to_owned(), "CA".to_owned()],
        tax_class: "standard".to_owned(),
        active: true,
        position: 1,
        rates: vec![step(Some("US"), 0, 900), step(None, 1_000, 1_900), step(None, 0, 1_200)],
    }
}

async fn create(shop: &TestShop, input: ShippingMethodInput) -> TestResult<ShippingMethod> {
    Ok(shipping::create(shop.context(), &shop.origin(), CreateShippingMethod::parse(input)?).await?)
}

fn change(method: &ShippingMethod, input: ShippingMethodChangesInput) -> TestResult<UpdateShippingMethod> {
    Ok(UpdateShippingMethod { id: method.id, version: method.version, changes: ShippingMethodChanges::parse(input)? })
}

async fn find(shop: &TestShop, id: ShippingMethodId) -> TestResult<Option<ShippingMethod>> {
    Ok(shipping::find(shop.context().db.reader(), id).await?)
}

async fn offered(shop: &TestShop) -> TestResult<Vec<ShippingMethod>> {
    let reader = shop.context().db.reader();
    let methods = ShippingMethods::standing(reader, &RulesStamp::read(reader).await?).await?;
    Ok(methods.of(Currency::USD).cloned().collect())
}

fn codes(methods: &[ShippingMethod]) -> Vec<&str> {
    methods.iter().map(|method| method.code.as_str()).collect()
}

async fn list(shop: &TestShop, active: Option<bool>, page: PageRequest) -> TestResult<Page<ShippingMethod>> {
    Ok(shipping::list(shop.context().db.reader(), &ShippingMethodQuery { active, descending: false, page }).await?)
}

/// A shop can sell as soon as it has a product; what staff decides later stays.
#[test_on_every_database]
async fn a_fresh_shop_ships_everywhere_at_a_flat_price(shop: TestShop) -> TestResult {
    let offers = offered(&shop).await?;
    let parcel = Parcel { country: "NZ".parse()?, weight_grams: 99_000, total: Money::new(1, Currency::USD) };
    let quotes = shipping::quotes(&offers, Some(&parcel));
    let quotes: Vec<_> = quotes.iter().map(|quote| (quote.method.code.as_str(), quote.price.to_string())).collect();
    assert_eq!(quotes, [("standard", "$5.00".to_owned())]);

    let off = ShippingMethodChangesInput { active: Some(false), ..ShippingMethodChangesInput::default() };
    shipping::update(shop.context(), &shop.origin(), change(&offers[0], off)?).await?;
    tradewind::wiring::first_start(shop.context()).await?;
    assert!(offered(&shop).await?.is_empty());
    assert_eq!(list(&shop, None, PageRequest::first(20)).await?.total, Some(1));
    Ok(())
}

/// What is written comes back with its tariff, and each change is told.
#[test_on_every_database]
async fn a_shipping_method_is_made_changed_and_deleted(shop: TestShop) -> TestResult {
    let (context, origin) = (shop.context(), shop.origin());
    let made = create(&shop, express()).await?;
    assert_eq!((made.version, made.rates.len()), (1, 3));
    assert_eq!(find(&shop, made.id).await?, Some(made.clone()));

    shop.advance(chrono::TimeDelta::minutes(1));
    let input = ShippingMethodChangesInput {
        code: Some("pickup".to_owned()),
        kind: Some("flat".to_owned()),
        countries: Some(Vec::new()),
        rates: Some(vec![step(None, 0, 0)]),
        ..ShippingMethodChangesInput::default()
    };
    let changed = shipping::update(context, &origin, change(&made, input)?).await?;
    assert_eq!((changed.version, changed.updated_at, changed.code.as_str(), changed.rates.len()), (2, shop.now(), "pickup", 1));
    assert_eq!((&changed.name, changed.position, changed.currency, changed.created_at), (&made.name, 1, Currency::USD, made.created_at));
    assert_eq!(find(&shop, made.id).await?, Some(changed));

    shipping::delete(context, &origin, DeleteShippingMethod { id: made.id, version: 2 }).await?;
    assert_eq!(find(&shop, made.id).await?, None);
    assert_eq!(codes(&offered(&shop).await?), ["standard"]);
    assert_eq!(shop.events_of("shipping_method").await?, ["shipping_method.changed"; 3]);
    Ok(())
}

#[test_on_every_database]
async fn a_change_without_a_tariff_keeps_the_tariff(shop: TestShop) -> TestResult {
    let made = create(&shop, express()).await?;
    let input = ShippingMethodChangesInput { name: Some("Courier".to_owned()), ..ShippingMethodChangesInput::default() };
    let changed = shipping::update(shop.context(), &shop.origin(), change(&made, input)?).await?;
    assert_eq!(changed.rates, made.rates);
    assert_eq!(find(&shop, made.id).await?, Some(changed));
    Ok(())
}

#[test_on_every_database]
async fn a_stale_or_unfitting_change_of_a_method_changes_nothing(shop: TestShop) -> TestResult {
    let (context, origin) = (shop.context(), shop.origin());
    let made = create(&shop, express()).await?;
    let to = |active| ShippingMethodChangesInput { active: Some(active), ..ShippingMethodChangesInput::default() };
    let changed = shipping::update(context, &origin, change(&made, to(false))?).await?;

    let stale = shipping::update(context, &origin, change(&made, to(true))?).await.expect_err("stale");
    assert_eq!((stale.code(), stale.kind()), ("version_conflict", ErrorKind::Conflict));
    assert_eq!(stale.context().as_deref(), Some(r#"{"current_version":2}"#));
    let stale = shipping::delete(context, &origin, DeleteShippingMethod { id: made.id, version: 1 }).await.expect_err("stale");
    assert_eq!(stale.context().as_deref(), Some(r#"{"current_version":2}"#));

    let by_total = ShippingMethodChangesInput { kind: Some("by_total".to_owned()), ..ShippingMethodChangesInput::default() };
    let unfitting = shipping::update(context, &origin, change(&changed, by_total)?).await.expect_err("steps of another kind");
    assert_eq!((unfitting.code(), unfitting.details().into_keys().collect()), ("validation_failed", vec!["rates".to_owned()]));

    assert_eq!(find(&shop, made.id).await?, Some(changed));
    let unknown = DeleteShippingMethod { id: ShippingMethodId::generate(), version: 1 };
    let unknown = shipping::delete(context, &origin, unknown).await.expect_err("unknown");
    assert_eq!((unknown.code(), unknown.kind()), ("shipping_method_not_found", ErrorKind::NotFound));
    Ok(())
}

/// Programs know a method by its code.
#[test_on_every_database]
async fn a_code_belongs_to_one_method(shop: TestShop) -> TestResult {
    let (context, origin) = (shop.context(), shop.origin());
    let (one, other) = (CreateShippingMethod::parse(express())?, CreateShippingMethod::parse(express())?);
    let (one, other) = tokio::join!(shipping::create(context, &origin, one), shipping::create(context, &origin, other));
    let (made, lost) = if one.is_ok() { (one?, other) } else { (other?, one) };
    let lost = lost.expect_err("the other one has the code");
    assert_eq!((lost.code(), lost.kind()), ("shipping_method_code_taken", ErrorKind::Conflict));

    let taken = ShippingMethodChangesInput { code: Some("standard".to_owned()), ..ShippingMethodChangesInput::default() };
    let taken = shipping::update(context, &origin, change(&made, taken)?).await.expect_err("the first start's");
    assert_eq!((taken.code(), taken.kind()), ("shipping_method_code_taken", ErrorKind::Conflict));
    let own = ShippingMethodChangesInput { code: Some("express".to_owned()), ..ShippingMethodChangesInput::default() };
    assert_eq!(shipping::update(context, &origin, change(&made, own)?).await?.version, 2);
    assert_eq!(codes(&offered(&shop).await?), ["standard", "express"]);
    Ok(())
}

/// Nobody reads an answer here.
#[derive(Debug)]
struct Unread;

impl Present for Unread {
    fn order(&self, _: &OrderDetails) -> String {
        String::new()
    }

    fn cart(&self, _: &PricedCart) -> PresentedCart {
        PresentedCart { etag: String::new(), body: String::new() }
    }
}

/// The customer who chose it would be charged for nothing; a method that is off is offered to nobody.
#[test_on_every_database]
async fn a_method_that_a_cart_names_is_switched_off_and_not_deleted(shop: TestShop) -> TestResult {
    let (context, origin) = (shop.context(), shop.origin());
    let made = create(&shop, express()).await?;
    let sales = Sales { context: context.clone(), providers: Providers::default(), present: Arc::new(Unread) };
    let cart = carts::create(&sales, &origin, CreateCart::default()).await?;
    let access = CartAccess { cart_id: cart.contents.cart.id, proof: CartProof::Token(cart.token) };
    let chosen = EditCart { shipping_method_id: Some(Some(made.id)), ..EditCart::default() };
    carts::edit(&sales, &origin, &access, chosen).await?;

    let delete = DeleteShippingMethod { id: made.id, version: 1 };
    let refused = shipping::delete(context, &origin, delete).await.expect_err("a cart names it");
    assert_eq!((refused.code(), refused.kind()), ("shipping_method_in_use", ErrorKind::Conflict));
    assert!(refused.to_string().contains("`active` to false"), "{refused}");
    assert_eq!(find(&shop, made.id).await?.as_ref(), Some(&made));

    let off = ShippingMethodChangesInput { active: Some(false), ..ShippingMethodChangesInput::default() };
    shipping::update(context, &origin, change(&made, off)?).await?;
    assert_eq!(codes(&offered(&shop).await?), ["standard"]);

    let other = EditCart { shipping_method_id: Some(None), ..EditCart::default() };
    carts::edit(&sales, &origin, &access, other).await?;
    shipping::delete(context, &origin, DeleteShippingMethod { version: 2, ..delete }).await?;
    assert_eq!(find(&shop, made.id).await?, None);
    Ok(())
}

#[test_on_every_database]
async fn methods_are_listed_and_offered_in_the_order_of_the_shop(shop: TestShop) -> TestResult {
    for (code, position, active) in [("last", 9, true), ("first", 0, true), ("off", 5, false), ("middle", 5, true)] {
        create(&shop, ShippingMethodInput { code: code.to_owned(), position, active, ..express() }).await?;
    }
    create(&shop, ShippingMethodInput { code: "euro".to_owned(), currency: "EUR".to_owned(), ..express() }).await?;

    let (offers, statements) = count_statements(offered(&shop)).await;
    assert_eq!((codes(&offers?), statements), (vec!["standard", "first", "middle", "last"], 3));
    let (page, statements) = count_statements(list(&shop, Some(true), PageRequest::first(3))).await;
    let page = page?;
    assert_eq!((codes(&page.items), page.total, statements), (vec!["standard", "first", "euro"], Some(5), 3));
    assert!(page.items.iter().all(|method| !method.rates.is_empty()));
    assert_eq!(codes(&list(&shop, Some(false), PageRequest::first(3)).await?.items), ["off"]);

    let (mut seen, mut place): (Vec<String>, Option<Cursor>) = (Vec::new(), None);
    loop {
        let page = list(&shop, None, PageRequest { position: Position::After(place), size: 2 }).await?;
        seen.extend(codes(&page.items).into_iter().map(str::to_owned));
        place = page.next;
        if place.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["standard", "first", "euro", "off", "middle", "last"]);
    Ok(())
}

/// A cursor is a text that clients hold, and clients may write anything.
#[test_on_every_database]
async fn a_forged_cursor_is_refused(shop: TestShop) -> TestResult {
    for value in [None, Some("first".to_owned()), Some("99999999999999999999".to_owned())] {
        let forged = Cursor { sort: "position".to_owned(), value, id: ShippingMethodId::generate().uuid() };
        let page = PageRequest { position: Position::After(Some(forged)), size: 2 };
        let query = ShippingMethodQuery { active: None, descending: false, page };
        let refused = shipping::list(shop.context().db.reader(), &query).await.expect_err("forged");
        assert_eq!((refused.code(), refused.kind()), ("invalid_query", ErrorKind::Malformed));
    }
    Ok(())
}

/// Each checkout reads all of it.
#[test_on_every_database]
async fn a_tariff_has_up_to_500_steps_and_a_shop_up_to_200_methods(shop: TestShop) -> TestResult {
    let long = ShippingMethodInput { rates: (0..500).map(|from| step(None, from, from)).collect(), ..express() };
    let made = create(&shop, long).await?;
    assert_eq!(find(&shop, made.id).await?, Some(made));

    let tx = shop.context().begin(&shop.origin()).await?;
    for number in 2..200 {
        let next = ShippingMethodInput { code: format!("method-{number}"), ..express() };
        shipping::create_in(&tx, CreateShippingMethod::parse(next)?).await?;
    }
    tx.commit().await?;
    let next = CreateShippingMethod::parse(ShippingMethodInput { code: "one-more".to_owned(), ..express() })?;
    let refused = shipping::create(shop.context(), &shop.origin(), next).await.expect_err("too many");
    assert_eq!((refused.code(), refused.kind()), ("too_many_shipping_methods", ErrorKind::Conflict));
    let (offers, statements) = count_statements(offered(&shop)).await;
    assert_eq!((offers?.len(), statements), (200, 3));
    Ok(())
}
