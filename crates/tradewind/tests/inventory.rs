//! Stock: nobody buys what is not there, whoever comes at the same moment.

use catalog::inventory::{self, Availability, Demand, ReserveError};
use kernel::{FulfilmentId, LedgerTransactionId, OrderId, OrderLineId, ProductId, Quantity, StockLocationId, VariantId};
use platform::db::{self, WriteTx};
use platform::values;
use test_macro::test_on_every_database;
use uuid::Uuid;

use crate::support::{TestResult, TestShop};

/// A product with one tracked variant at one location.
#[derive(Clone, Copy)]
struct Shelf {
    product_id: ProductId,
    variant_id: VariantId,
    location_id: StockLocationId,
}

impl Shelf {
    async fn stocked(shop: &TestShop, on_hand: i64, low_stock_threshold: Option<i64>) -> TestResult<Self> {
        let shelf = Self { product_id: ProductId::generate(), variant_id: VariantId::generate(), location_id: StockLocationId::generate() };
        let tx = begin(shop).await?;
        shelf.insert_product(&tx).await?;
        let sql = "INSERT INTO variants (id, product_id, position, options, options_key, kind, requires_shipping, tracked, backorder_limit,
                low_stock_threshold, tax_class, metadata, created_at, updated_at, created_by, updated_by)
            VALUES ($1, $2, 0, $3, $4, 'physical', TRUE, TRUE, 0, $5, 'standard', $3, $6, $6, 'cli', 'cli')";
        let nothing = || serde_json::json!({});
        let key = shelf.variant_id.to_string();
        db::execute(&tx, sql, values![shelf.variant_id, shelf.product_id, nothing(), key, low_stock_threshold, tx.now()]).await?;
        let sql = "INSERT INTO stock_locations (id, code, name, kind, priority, active, created_at, updated_at, created_by, updated_by)
            VALUES ($1, $2, 'Shelf', 'own', 1, TRUE, $3, $3, 'cli', 'cli')";
        db::execute(&tx, sql, values![shelf.location_id, shelf.location_id.to_string(), tx.now()]).await?;
        let sql = "INSERT INTO stock_levels (variant_id, location_id, on_hand, backorder_limit, created_at, updated_at)
            VALUES ($1, $2, $3, 0, $4, $4)";
        db::execute(&tx, sql, values![shelf.variant_id, shelf.location_id, on_hand, tx.now()]).await?;
        let sql = "INSERT INTO stock_moves (id, variant_id, location_id, delta, on_hand_after, reason, cause_type, cause_id, created_at, created_by)
            VALUES ($1, $2, $3, $4, $4, 'initial', 'test', $1, $5, 'cli')";
        if on_hand != 0 {
            db::execute(&tx, sql, values![Uuid::now_v7(), shelf.variant_id, shelf.location_id, on_hand, tx.now()]).await?;
        }
        let sql =
            "INSERT INTO product_listings (product_id, status, title_key, variant_count, variants_available, tags, created_at, updated_at)
            VALUES ($1, 'active', 'mug', 1, $2, $3, $4, $4)";
        db::execute(&tx, sql, values![shelf.product_id, i64::from(on_hand > 0), serde_json::json!([]), tx.now()]).await?;
        tx.commit().await?;
        Ok(shelf)
    }

    async fn insert_product(self, tx: &WriteTx) -> TestResult {
        let sql = "INSERT INTO products (id, slug, title, description, status, attributes, metadata, created_at, updated_at, created_by, updated_by)
            VALUES ($1, $2, 'Mug', '', 'active', $3, $3, $4, $4, 'cli', 'cli')";
        let nothing = serde_json::json!({});
        db::execute(tx, sql, values![self.product_id, self.product_id.to_string(), nothing, tx.now()]).await?;
        Ok(())
    }

    fn line(self, pieces: i64) -> TestResult<Demand> {
        Ok(Demand { line_id: OrderLineId::generate().uuid(), variant_id: self.variant_id, quantity: Quantity::try_from(pieces)? })
    }

    /// On hand and reserved.
    async fn counts(self, shop: &TestShop) -> TestResult<(i64, i64)> {
        let count = |column: &str| format!("SELECT {column} FROM stock_levels WHERE variant_id = $1 AND location_id = $2");
        let reader = shop.context().db.reader();
        let on_hand = db::fetch_scalar(reader, &count("on_hand"), values![self.variant_id, self.location_id]).await?;
        let reserved = db::fetch_scalar(reader, &count("reserved"), values![self.variant_id, self.location_id]).await?;
        Ok((on_hand.ok_or("no level")?, reserved.ok_or("no level")?))
    }

    /// How many of the product's variants its listing says can be bought.
    async fn listed(self, shop: &TestShop) -> TestResult<i64> {
        let sql = "SELECT variants_available FROM product_listings WHERE product_id = $1";
        let listed = db::fetch_scalar(shop.context().db.reader(), sql, values![self.product_id]).await?;
        Ok(listed.ok_or("no listing")?)
    }
}

async fn begin(shop: &TestShop) -> TestResult<WriteTx> {
    Ok(shop.context().begin(&shop.origin()).await?)
}

/// Reserves in a transaction of its own.
async fn reserve(shop: &TestShop, demand: &[Demand]) -> TestResult<Result<Uuid, ReserveError>> {
    let reference_id = OrderId::generate().uuid();
    let tx = begin(shop).await?;
    let reserved = inventory::reserve(&tx, reference_id, None, demand, Some(shop.now())).await;
    if reserved.is_ok() {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(reserved.map(|()| reference_id))
}

/// The demand of all lines is summed before it is compared with what is there.
#[test_on_every_database]
async fn two_lines_of_one_variant_cannot_oversell(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 5, None).await?;
    let lines = [shelf.line(3)?, shelf.line(3)?];

    let refused = reserve(&shop, &lines).await?;

    let Err(ReserveError::OutOfStock(shortages)) = refused else { return Err(format!("{refused:?}").into()) };
    assert_eq!(shortages.len(), 1);
    assert_eq!((shortages[0].line_id, shortages[0].wanted, shortages[0].available), (lines[1].line_id, 3, 2));
    assert_eq!(shelf.counts(&shop).await?, (5, 0));
    assert!(reserve(&shop, &[shelf.line(3)?, shelf.line(2)?]).await?.is_ok());
    assert_eq!(shelf.counts(&shop).await?, (5, 5));
    Ok(())
}

/// However many come at the same moment, one of them has the last piece and all others are told so.
#[test_on_every_database]
async fn the_last_piece_is_sold_once(shop: TestShop) -> TestResult {
    for buyers in [2, 8, 32] {
        let shelf = Shelf::stocked(&shop, 1, None).await?;
        let mut race = tokio::task::JoinSet::new();
        for _ in 0..buyers {
            let (shop, line) = (shop.clone(), shelf.line(1)?);
            race.spawn(async move { reserve(&shop, &[line]).await });
        }
        let outcomes = race.join_all().await.into_iter().collect::<TestResult<Vec<_>>>()?;

        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        let told = outcomes.iter().filter(|outcome| matches!(outcome, Err(ReserveError::OutOfStock(short)) if short[0].available == 0));
        assert_eq!(told.count(), buyers - 1);
        assert_eq!(shelf.counts(&shop).await?, (1, 1));
        assert_eq!(shelf.listed(&shop).await?, 0);
    }
    Ok(())
}

/// Carts that hold the same variants in opposite order wait for each other instead of in a circle.
#[test_on_every_database]
async fn lines_in_opposite_order_do_not_deadlock(shop: TestShop) -> TestResult {
    let (left, right) = (Shelf::stocked(&shop, 40, None).await?, Shelf::stocked(&shop, 40, None).await?);
    let mut race = tokio::task::JoinSet::new();
    for turn in 0..20 {
        let (shop, mut lines) = (shop.clone(), vec![left.line(2)?, right.line(2)?]);
        if turn % 2 == 0 {
            lines.reverse();
        }
        race.spawn(async move { reserve(&shop, &lines).await });
    }
    for outcome in race.join_all().await {
        assert!(outcome?.is_ok());
    }
    assert_eq!((left.counts(&shop).await?, right.counts(&shop).await?), ((40, 40), (40, 40)));
    Ok(())
}

/// Giving back twice gives back once, and a confirmed hold has no expiry.
#[test_on_every_database]
async fn stock_is_given_back_once(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 2, None).await?;
    let line = shelf.line(2)?;
    let order = reserve(&shop, &[line]).await??;
    assert_eq!((shelf.counts(&shop).await?, shelf.listed(&shop).await?), ((2, 2), 0));

    let tx = begin(&shop).await?;
    inventory::confirm(&tx, order).await?;
    assert_eq!(inventory::release_line(&tx, line.line_id, Quantity::ONE).await?, 1);
    inventory::release(&tx, order).await?;
    inventory::release(&tx, order).await?;
    assert_eq!(inventory::release_line(&tx, line.line_id, Quantity::ONE).await?, 0);
    tx.commit().await?;

    assert_eq!((shelf.counts(&shop).await?, shelf.listed(&shop).await?), ((2, 0), 1));
    assert_eq!(shop.events_of("stock").await?, ["stock.ran_out", "stock.back_in"]);
    Ok(())
}

/// Parcels leave one by one; each is booked once, and no more leaves than was put aside.
#[test_on_every_database]
async fn an_order_is_shipped_in_parts(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 5, None).await?;
    let line = shelf.line(3)?;
    let order = reserve(&shop, &[line]).await??;
    let ship = async |parcel: Uuid, pieces: i64| -> TestResult<Result<(), inventory::ConsumeError>> {
        let tx = begin(&shop).await?;
        let shipped = inventory::consume(&tx, parcel, &[(line.line_id, Quantity::try_from(pieces)?)]).await;
        if shipped.is_ok() {
            tx.commit().await?
        } else {
            tx.rollback().await?
        }
        Ok(shipped)
    };
    let first = FulfilmentId::generate().uuid();

    ship(first, 1).await??;
    assert_eq!(shelf.counts(&shop).await?, (4, 2));
    assert!(matches!(ship(first, 1).await?, Err(inventory::ConsumeError::AlreadyBooked)));
    let too_many = ship(FulfilmentId::generate().uuid(), 3).await?;
    assert!(matches!(too_many, Err(inventory::ConsumeError::NotHeld { wanted: 3, held: 2, .. })), "{too_many:?}");
    ship(FulfilmentId::generate().uuid(), 2).await??;
    assert_eq!(shelf.counts(&shop).await?, (2, 0));

    let tx = begin(&shop).await?;
    inventory::release(&tx, order).await?;
    tx.commit().await?;
    assert_eq!(shelf.counts(&shop).await?, (2, 0));
    Ok(())
}

/// Lines without a hold were not tracked when they were ordered; shipping them moves no stock.
#[test_on_every_database]
async fn what_is_not_tracked_is_shipped_without_stock(shop: TestShop) -> TestResult {
    let tx = begin(&shop).await?;
    inventory::consume(&tx, LedgerTransactionId::generate().uuid(), &[(Uuid::now_v7(), Quantity::ONE)]).await?;
    tx.commit().await?;
    Ok(())
}

/// The list's counter and the facts change only where a line is crossed.
#[test_on_every_database]
async fn crossing_a_line_is_told_once(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 5, Some(2)).await?;
    let words = async || -> TestResult<_> {
        let told = inventory::availability(shop.context().db.reader(), &[shelf.variant_id]).await?;
        Ok((told[0].1, told[0].2, shelf.listed(&shop).await?))
    };

    assert_eq!(words().await?, (Availability::InStock, 5, 1));
    let first = reserve(&shop, &[shelf.line(3)?]).await??;
    assert_eq!(words().await?, (Availability::Low, 2, 1));
    reserve(&shop, &[shelf.line(2)?]).await??;
    assert_eq!(words().await?, (Availability::Out, 0, 0));
    let tx = begin(&shop).await?;
    inventory::release(&tx, first).await?;
    tx.commit().await?;

    assert_eq!(words().await?, (Availability::InStock, 3, 1));
    assert_eq!(shop.events_of("stock").await?, ["stock.ran_low", "stock.ran_out", "stock.back_in"]);
    Ok(())
}
