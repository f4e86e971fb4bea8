//! What belongs to a customer: carts, orders, addresses.

use accounts::addresses::{self, AddAddress, BookError, ChangeAddress, Defaults};
use kernel::{Actor, DomainError, Email, Origin, UserId};
use sales::carts::{self, AddLine, CartAccess, CartContents, CartProof, CreateCart, CustomOptions};
use sales::orders::{self, OrderFilter, OrderQuery, OrderSort};
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, TestVariant, place};

fn signed_in(user: UserId) -> Origin {
    Origin::of(Actor::User(user))
}

/// A cart with these pieces, begun by a guest or by somebody who is signed in.
async fn cart(shop: &TestShop, by: &Origin, pieces: &[(&TestVariant, i64)]) -> TestResult<CartAccess> {
    let created = carts::create(shop.sales(), by, CreateCart::default()).await?;
    let access = CartAccess { cart_id: created.contents.cart.id, proof: CartProof::Token(created.token) };
    for (variant, quantity) in pieces {
        let line = AddLine { variant_id: variant.variant_id, quantity: (*quantity).try_into()?, custom_options: CustomOptions::default() };
        carts::add_line(shop.sales(), by, &access, line).await?;
    }
    Ok(access)
}

fn pieces(contents: &CartContents) -> Vec<i64> {
    contents.lines.iter().map(|line| line.quantity.into()).collect()
}

fn refusal<T, E: DomainError>(result: Result<T, E>) -> &'static str {
    result.err().map_or("done", |error| error.code())
}

#[test_on_every_database]
async fn a_cart_is_opened_by_its_token_or_its_owner_and_nobody_else(shop: TestShop) -> TestResult {
    let (ada, eve) = (shop.user().await?, shop.user().await?);
    let mug = shop.mug(1_250, 10).await?;
    let access = cart(&shop, &signed_in(ada), &[(&mug, 1)]).await?;
    let reader = shop.context().db.reader();
    let by = |proof| CartAccess { cart_id: access.cart_id, proof };
    assert!(carts::open(reader, &by(CartProof::SignedIn(ada))).await.is_ok());
    assert_eq!(refusal(carts::open(reader, &by(CartProof::SignedIn(eve))).await), "cart_not_found");
    let guest = cart(&shop, &shop.origin(), &[]).await?;
    let of_guest = CartAccess { cart_id: guest.cart_id, proof: CartProof::SignedIn(ada) };
    assert_eq!(refusal(carts::open(reader, &of_guest).await), "cart_not_found", "a guest's cart is nobody's");
    Ok(())
}

#[test_on_every_database]
async fn the_first_cart_of_a_guest_becomes_the_customers(shop: TestShop) -> TestResult {
    let ada = shop.user().await?;
    let mug = shop.mug(1_250, 10).await?;
    let guest = cart(&shop, &shop.origin(), &[(&mug, 2)]).await?;
    let merged = carts::merge(shop.sales(), &signed_in(ada), ada, &guest).await?;
    assert_eq!((merged.cart.id, merged.cart.user_id, pieces(&merged)), (guest.cart_id, Some(ada), vec![2]));
    let again = carts::merge(shop.sales(), &signed_in(ada), ada, &guest).await?;
    assert_eq!((again.cart.version, carts::own(shop.sales(), ada).await?.cart.id), (merged.cart.version, guest.cart_id));
    Ok(())
}

#[test_on_every_database]
async fn a_guests_cart_goes_into_what_the_customer_had_and_nothing_is_counted_twice(shop: TestShop) -> TestResult {
    let (ada, eve) = (shop.user().await?, shop.user().await?);
    let (mug, cup) = (shop.mug(1_250, 10).await?, shop.mug(900, 10).await?);
    let own = cart(&shop, &signed_in(ada), &[(&mug, 9_998)]).await?;
    let guest = cart(&shop, &shop.origin(), &[(&mug, 3), (&cup, 2)]).await?;
    let merged = carts::merge(shop.sales(), &signed_in(ada), ada, &guest).await?;
    assert_eq!((merged.cart.id, pieces(&merged)), (own.cart_id, vec![9_999, 2]));
    let again = carts::merge(shop.sales(), &signed_in(ada), ada, &guest).await?;
    assert_eq!((again.cart.id, pieces(&again), again.cart.version), (own.cart_id, vec![9_999, 2], merged.cart.version));
    let line = AddLine { variant_id: cup.variant_id, quantity: 1_i64.try_into()?, custom_options: CustomOptions::default() };
    assert_eq!(refusal(carts::add_line(shop.sales(), &shop.origin(), &guest, line).await), "cart_merged");
    assert_eq!(refusal(carts::merge(shop.sales(), &signed_in(eve), eve, &own).await), "cart_not_found", "it is another's");
    Ok(())
}

/// Two devices sign in together: what both guests gathered is in one cart.
#[test_on_every_database]
async fn carts_that_are_merged_at_once_lose_nothing(shop: TestShop) -> TestResult {
    let ada = shop.user().await?;
    let mug = shop.mug(1_250, 10).await?;
    cart(&shop, &signed_in(ada), &[]).await?;
    let (one, other) = (cart(&shop, &shop.origin(), &[(&mug, 2)]).await?, cart(&shop, &shop.origin(), &[(&mug, 3)]).await?);
    let by = signed_in(ada);
    let (first, second) = tokio::join!(carts::merge(shop.sales(), &by, ada, &one), carts::merge(shop.sales(), &by, ada, &other));
    assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    assert_eq!(pieces(&carts::own(shop.sales(), ada).await?), [5]);
    Ok(())
}

pub(crate) fn of(user: UserId) -> OrderQuery {
    let filter = OrderFilter { user: Some(user), ..OrderFilter::default() };
    OrderQuery { filter, sort: OrderSort::PlacedAt, descending: true, page: kernel::PageRequest::first(20) }
}

#[test_on_every_database]
async fn what_a_guest_ordered_becomes_the_customers_who_reads_its_mail(shop: TestShop) -> TestResult {
    let (ada, eve) = (shop.user().await?, shop.user().await?);
    let mug = shop.mug(1_250, 10).await?;
    for _ in 0..2 {
        shop.order(&mug.id, 1, "manual").await?;
    }
    let address = Email::parse("ADA@example.com")?;
    assert_eq!(orders::claim(shop.context(), &Origin::system(), ada, &address).await?, 2);
    assert_eq!(orders::claim(shop.context(), &Origin::system(), eve, &address).await?, 0, "they are somebody's by now");
    let reader = shop.context().db.reader();
    assert_eq!(orders::list(reader, &of(ada)).await?.items.len(), 2);
    assert!(orders::list(reader, &of(eve)).await?.items.is_empty());
    assert_eq!(shop.events_of("order").await?.iter().filter(|name| *name == "order.claimed").count(), 2);
    Ok(())
}

#[test_on_every_database]
async fn a_book_has_one_default_for_each_purpose_and_is_its_owners_alone(shop: TestShop) -> TestResult {
    let (ada, eve) = (shop.user().await?, shop.user().await?);
    let (context, by) = (shop.context(), signed_in(ada));
    let home = addresses::add(context, &by, ada, AddAddress { address: place("Home 1")?, defaults: Defaults::default() }).await?;
    assert_eq!(home.defaults, Defaults { shipping: true, billing: true }, "the first is good for everything");
    let shipping = Defaults { shipping: true, billing: false };
    let work = addresses::add(context, &by, ada, AddAddress { address: place("Work 2")?, defaults: shipping }).await?;
    let defaults =
        async || TestResult::Ok(addresses::list(context.db.reader(), ada).await?.iter().map(|one| one.defaults).collect::<Vec<_>>());
    assert_eq!(defaults().await?, [Defaults { shipping: false, billing: true }, shipping]);

    let change = |id, version| ChangeAddress { id, version, address: None, default_shipping: Some(true), default_billing: None };
    let moved = addresses::change(context, &by, ada, change(home.id, Some(1))).await?;
    assert_eq!((moved.version, defaults().await?), (2, vec![Defaults { shipping: true, billing: true }, Defaults::default()]));
    assert_eq!(refusal(addresses::change(context, &by, ada, change(home.id, Some(1))).await), "version_conflict");
    assert_eq!(refusal(addresses::change(context, &signed_in(eve), eve, change(home.id, None)).await), "address_not_found");
    assert_eq!(refusal(addresses::remove(context, &signed_in(eve), eve, work.id).await), "address_not_found");
    addresses::remove(context, &by, ada, work.id).await?;
    assert_eq!(refusal(addresses::remove(context, &by, ada, work.id).await), "address_not_found");
    Ok(())
}

#[test_on_every_database]
async fn a_book_is_full_at_a_hundred_however_many_write_at_once(shop: TestShop) -> TestResult {
    let ada = shop.user().await?;
    let by = signed_in(ada);
    let address = place("Home 1")?;
    let add = || {
        addresses::add(
            shop.context(),
            &by,
            ada,
            AddAddress { address: address.clone(), defaults: Defaults { shipping: true, billing: true } },
        )
    };
    for _ in 0..98 {
        add().await?;
    }
    let last = futures_util::future::join_all((0..6).map(|_| add())).await;
    assert_eq!(last.iter().filter(|added| added.is_ok()).count(), 2);
    assert!(last.iter().all(|added| matches!(added, Ok(_) | Err(BookError::Full))), "{last:?}");
    Ok(())
}
