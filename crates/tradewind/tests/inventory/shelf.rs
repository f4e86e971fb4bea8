//! A product whose one variant is counted, and what is asked of it.

use catalog::inventory::{self, Counting, Demand, MoveReason, ReserveError, StockLocation};
use kernel::{OrderId, OrderLineId, ProductId, Quantity, StockLocationId, VariantId};
use platform::db::{self, WriteTx};
use platform::values;

use crate::support::{TestResult, TestShop};

/// Counted, with so much that may be ordered back.
pub(super) fn counted(backorder_limit: Option<i64>) -> Counting {
    Counting { tracked: true, backorder_limit, low_stock_threshold: None }
}

/// A listed product with one tracked variant, at the location that every shop has.
#[derive(Clone, Copy)]
pub(super) struct Shelf {
    pub(super) product_id: ProductId,
    pub(super) variant_id: VariantId,
    pub(super) location_id: StockLocationId,
}

impl Shelf {
    /// A shelf with so many pieces, none of which may be ordered back.
    pub(super) async fn stocked(shop: &TestShop, on_hand: i64, low_stock_threshold: Option<i64>) -> TestResult<Self> {
        let main = inventory::find_location_by_code(shop.context().db.reader(), StockLocation::DEFAULT_CODE).await?;
        let location_id = main.ok_or("no location `main`")?.id;
        let shelf = Self { product_id: ProductId::generate(), variant_id: VariantId::generate(), location_id };
        let tx = begin(shop).await?;
        shelf.insert_product(&tx, low_stock_threshold).await?;
        let counting = Counting { low_stock_threshold, ..counted(Some(0)) };
        inventory::set_tracking(&tx, shelf.variant_id, counting).await?;
        inventory::set_on_hand(&tx, MoveReason::Initial, &[(shelf.variant_id, None, on_hand)]).await?;
        tx.commit().await?;
        Ok(shelf)
    }

    async fn insert_product(self, tx: &WriteTx, low_stock_threshold: Option<i64>) -> TestResult {
        const PRODUCT: &str = "INSERT INTO products
            (id, slug, title, description, status, attributes, metadata, created_at, updated_at, created_by, updated_by)
            VALUES ($1, $2, 'Mug', '', 'active', $3, $3, $4, $4, 'cli', 'cli')";
        const VARIANT: &str = "INSERT INTO variants
            (id, product_id, position, sku, options, options_key, kind, requires_shipping, tracked, backorder_limit, low_stock_threshold,
             tax_class, metadata, created_at, updated_at, created_by, updated_by)
            VALUES ($1, $2, 0, $3, $4, '', 'physical', TRUE, TRUE, 0, $5, 'standard', $4, $6, $6, 'cli', 'cli')";
        const LISTING: &str = "INSERT INTO product_listings
            (product_id, status, title_key, variant_count, variants_available, tags, created_at, updated_at)
            VALUES ($1, 'active', 'mug', 1, 0, $2, $3, $3)";
        let nothing = || serde_json::json!({});
        db::execute(tx, PRODUCT, values![self.product_id, self.slug(), nothing(), tx.now()]).await?;
        let values = values![self.variant_id, self.product_id, self.sku(), nothing(), low_stock_threshold, tx.now()];
        db::execute(tx, VARIANT, values).await?;
        db::execute(tx, LISTING, values![self.product_id, serde_json::json!([]), tx.now()]).await?;
        Ok(())
    }

    fn slug(self) -> String {
        self.product_id.to_string().replace('_', "-")
    }

    pub(super) fn sku(self) -> String {
        format!("MUG-{}", self.variant_id)
    }

    pub(super) fn line(self, pieces: i64) -> TestResult<Demand> {
        Ok(Demand { line_id: OrderLineId::generate().uuid(), variant_id: self.variant_id, quantity: Quantity::try_from(pieces)? })
    }

    /// On hand and reserved, over all locations.
    pub(super) async fn counts(self, shop: &TestShop) -> TestResult<(i64, i64)> {
        let filter = inventory::LevelFilter { variant_id: Some(self.variant_id), ..Default::default() };
        let levels = inventory::list_levels(shop.context().db.reader(), &filter, false, &kernel::PageRequest::first(100)).await?.items;
        let level = |figure: fn(&inventory::Level) -> i64| levels.iter().map(|row| figure(&row.level)).sum();
        Ok((level(|level| level.on_hand), level(|level| level.reserved)))
    }

    /// How many of the product's variants its listing says can be bought.
    pub(super) async fn listed(self, shop: &TestShop) -> TestResult<i64> {
        let sql = "SELECT variants_available FROM product_listings WHERE product_id = $1";
        let listed = db::fetch_scalar(shop.context().db.reader(), sql, values![self.product_id]).await?;
        Ok(listed.ok_or("no listing")?)
    }
}

pub(super) async fn begin(shop: &TestShop) -> TestResult<WriteTx> {
    Ok(shop.context().begin(&shop.origin()).await?)
}

/// Reserves in a transaction of its own; the order.
pub(super) async fn reserve(shop: &TestShop, demand: &[Demand]) -> TestResult<Result<OrderId, ReserveError>> {
    let order = OrderId::generate();
    let tx = begin(shop).await?;
    let reserved = inventory::reserve(&tx, order.uuid(), None, demand, Some(shop.now())).await;
    if reserved.is_ok() {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(reserved.map(|_| order))
}

/// What was told of stock, but for what filled the shelf.
pub(super) async fn told(shop: &TestShop) -> TestResult<Vec<String>> {
    Ok(shop.events_of("stock").await?.into_iter().skip_while(|name| ["stock.adjusted", "stock.back_in"].contains(&name.as_str())).collect())
}
