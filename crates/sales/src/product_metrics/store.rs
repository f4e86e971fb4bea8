//! Rows of the figures of products, and what orders are worth to them.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use kernel::{Currency, OrderId, ProductId, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::{ProductDay, Sums};

/// The name of the cursor up to which the events are in the sums.
pub(super) const CONSUMER: &str = "sales.product_metrics";

/// What always holds of the figures. An order with news that were not told yet is not asked.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "k05",
        says: "what a product is said to have sold on a day is what the orders added",
        sql: "SELECT x.day AS culprit FROM (
                 SELECT product_id, day, currency, order_count AS orders, units, cancelled_units, net_minor, gross_minor FROM product_days
                 UNION ALL
                 SELECT product_id, day, currency, -CASE WHEN is_sold THEN 1 ELSE 0 END AS orders, -units AS units,
                     -cancelled_units AS cancelled_units, -net_minor AS net_minor, -gross_minor AS gross_minor FROM product_orders) x
             GROUP BY x.product_id, x.day, x.currency
             HAVING SUM(x.orders) <> 0 OR SUM(x.units) <> 0 OR SUM(x.cancelled_units) <> 0 OR SUM(x.net_minor) <> 0
                 OR SUM(x.gross_minor) <> 0",
        grace_s: None,
    },
    Invariant {
        code: "k06",
        says: "each order that was told of adds its lines to the figures of its products (`tradewind product recount` repairs it)",
        sql: "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o
             JOIN (SELECT order_id, product_id, SUM(quantity) AS quantity, SUM(quantity_cancelled) AS cancelled, SUM(net_minor) AS net,
                       SUM(gross_minor) AS gross FROM order_lines GROUP BY order_id, product_id) l ON l.order_id = o.id
             LEFT JOIN product_orders p ON p.order_id = o.id AND p.product_id = l.product_id
             WHERE EXISTS (SELECT 1 FROM events e WHERE e.aggregate_type = 'order' AND e.aggregate_id = o.id)
                 AND NOT EXISTS (SELECT 1 FROM outbox n WHERE n.aggregate_type = 'order' AND n.aggregate_id = o.id)
                 AND NOT EXISTS (SELECT 1 FROM events e WHERE e.aggregate_type = 'order' AND e.aggregate_id = o.id
                     AND e.seq > COALESCE((SELECT seq FROM event_cursors WHERE consumer = 'sales.product_metrics'), 0))
                 AND (p.currency <> o.currency OR COALESCE(p.is_sold, FALSE) <> (o.status IN ('confirmed', 'completed'))
                     OR COALESCE(p.units, 0) <> CASE WHEN o.status IN ('confirmed', 'completed') THEN l.quantity - l.cancelled ELSE 0 END
                     OR COALESCE(p.cancelled_units, 0) <> CASE WHEN o.status IN ('cancelled', 'expired') THEN l.quantity ELSE l.cancelled END
                     OR COALESCE(p.net_minor, 0) <> CASE WHEN o.status IN ('confirmed', 'completed') THEN l.net ELSE 0 END
                     OR COALESCE(p.gross_minor, 0) <> CASE WHEN o.status IN ('confirmed', 'completed') THEN l.gross ELSE 0 END)",
        grace_s: None,
    },
];

/// What an order is worth to one of its products, by what the order says now.
#[derive(Debug, Clone, Copy)]
pub(super) struct Worth {
    pub(super) order_id: OrderId,
    pub(super) product_id: ProductId,
    pub(super) placed_at: Timestamp,
    pub(super) currency: Currency,
    pub(super) sums: Sums,
}

#[derive(FromQueryResult)]
struct WorthRow {
    order_id: Uuid,
    product_id: Uuid,
    placed_at: Timestamp,
    currency: String,
    orders: i64,
    units: i64,
    cancelled_units: i64,
    net_minor: i64,
    gross_minor: i64,
}

impl TryFrom<WorthRow> for Worth {
    type Error = DatabaseError;

    fn try_from(row: WorthRow) -> Result<Self, DatabaseError> {
        let WorthRow { orders, units, cancelled_units, net_minor, gross_minor, .. } = row;
        Ok(Self {
            order_id: OrderId::from_uuid(row.order_id),
            product_id: ProductId::from_uuid(row.product_id),
            placed_at: row.placed_at,
            currency: currency(&row.currency)?,
            sums: Sums { orders, units, cancelled_units, net_minor, gross_minor },
        })
    }
}

fn currency(code: &str) -> Result<Currency, DatabaseError> {
    code.parse().map_err(|_| DatabaseError::corrupt("a currency code"))
}

fn day(text: &str) -> Result<NaiveDate, DatabaseError> {
    text.parse().map_err(|_| DatabaseError::corrupt("a day"))
}

/// What these orders are worth to their products, in the order of both.
pub(super) async fn worth(tx: &WriteTx, orders: &[OrderId]) -> Result<Vec<Worth>, DatabaseError> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "WITH l AS (
             SELECT o.id AS order_id, x.product_id, o.placed_at, o.currency, x.quantity, x.quantity_cancelled, x.net_minor, x.gross_minor,
                 o.status IN ('confirmed', 'completed') AS is_sold, o.status IN ('cancelled', 'expired') AS is_off
             FROM orders o JOIN order_lines x ON x.order_id = o.id WHERE o.id IN ({}))
         SELECT order_id, product_id, placed_at, currency, CAST(MAX(CASE WHEN is_sold THEN 1 ELSE 0 END) AS BIGINT) AS orders,
             CAST(SUM(CASE WHEN is_sold THEN quantity - quantity_cancelled ELSE 0 END) AS BIGINT) AS units,
             CAST(SUM(CASE WHEN is_off THEN quantity ELSE quantity_cancelled END) AS BIGINT) AS cancelled_units,
             CAST(SUM(CASE WHEN is_sold THEN net_minor ELSE 0 END) AS BIGINT) AS net_minor,
             CAST(SUM(CASE WHEN is_sold THEN gross_minor ELSE 0 END) AS BIGINT) AS gross_minor
         FROM l GROUP BY order_id, product_id, placed_at, currency ORDER BY order_id, product_id",
        db::placeholders(1, orders.len())
    );
    let rows: Vec<WorthRow> = db::fetch_all(tx, &sql, orders.iter().flat_map(|id| values![*id]).collect()).await?;
    rows.into_iter().map(Worth::try_from).collect()
}

/// What an order has added to the day of a product.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contribution {
    pub(super) day: NaiveDate,
    pub(super) currency: Currency,
    pub(super) sums: Sums,
}

#[derive(FromQueryResult)]
struct ContributionRow {
    order_id: Uuid,
    product_id: Uuid,
    day: String,
    currency: String,
    is_sold: bool,
    units: i64,
    cancelled_units: i64,
    net_minor: i64,
    gross_minor: i64,
}

/// What these orders have added so far.
pub(super) async fn contributions(tx: &WriteTx, orders: &[OrderId]) -> Result<HashMap<(OrderId, ProductId), Contribution>, DatabaseError> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT order_id, product_id, day, currency, is_sold, units, cancelled_units, net_minor, gross_minor FROM product_orders
         WHERE order_id IN ({}) ORDER BY order_id, product_id",
        db::placeholders(1, orders.len())
    );
    let rows: Vec<ContributionRow> = db::fetch_all(tx, &sql, orders.iter().flat_map(|id| values![*id]).collect()).await?;
    let added = |row: ContributionRow| {
        let ContributionRow { units, cancelled_units, net_minor, gross_minor, .. } = row;
        let sums = Sums { orders: i64::from(row.is_sold), units, cancelled_units, net_minor, gross_minor };
        let key = (OrderId::from_uuid(row.order_id), ProductId::from_uuid(row.product_id));
        Ok((key, Contribution { day: day(&row.day)?, currency: currency(&row.currency)?, sums }))
    };
    rows.into_iter().map(added).collect()
}

/// Writes what orders add from now on; the day of one that was counted before stays.
pub(super) async fn write_contributions(tx: &WriteTx, added: &[(OrderId, ProductId, Contribution)]) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO product_orders (order_id, product_id, day, currency, is_sold, units, cancelled_units, net_minor, gross_minor) VALUES";
    const TAIL: &str = "ON CONFLICT (order_id, product_id) DO UPDATE SET is_sold = excluded.is_sold, units = excluded.units,
        cancelled_units = excluded.cancelled_units, net_minor = excluded.net_minor, gross_minor = excluded.gross_minor";
    let row = |(order, product, added): &(OrderId, ProductId, Contribution)| {
        let Sums { orders, units, cancelled_units, net_minor, gross_minor } = added.sums;
        let (day, is_sold) = (added.day.to_string(), orders > 0);
        values![*order, *product, day, added.currency, is_sold, units, cancelled_units, net_minor, gross_minor]
    };
    db::insert_many(tx, INSERT, added.iter().map(row).collect(), TAIL).await.map(drop)
}

/// A product, a day and a currency.
pub(super) type DayKey = (ProductId, NaiveDate, &'static str);

/// Adds to the sums.
pub(super) async fn add(tx: &WriteTx, more: &BTreeMap<DayKey, Sums>) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO product_days (product_id, day, currency, order_count, units, cancelled_units, net_minor, gross_minor) VALUES";
    const TAIL: &str =
        "ON CONFLICT (product_id, day, currency) DO UPDATE SET order_count = product_days.order_count + excluded.order_count,
        units = product_days.units + excluded.units, cancelled_units = product_days.cancelled_units + excluded.cancelled_units,
        net_minor = product_days.net_minor + excluded.net_minor, gross_minor = product_days.gross_minor + excluded.gross_minor";
    let row = |((product, day, currency), sums): (&DayKey, &Sums)| {
        let Sums { orders, units, cancelled_units, net_minor, gross_minor } = *sums;
        values![*product, day.to_string(), *currency, orders, units, cancelled_units, net_minor, gross_minor]
    };
    db::insert_many(tx, INSERT, more.iter().map(row).collect(), TAIL).await.map(drop)
}

/// Forgets what was sold of anything, so that it can be counted anew.
pub(super) async fn forget(tx: &WriteTx) -> Result<(), DatabaseError> {
    for table in ["product_orders", "product_days"] {
        db::execute(tx, &format!("DELETE FROM {table}"), vec![]).await?;
    }
    Ok(())
}

#[derive(FromQueryResult)]
struct DayRow {
    day: String,
    currency: String,
    order_count: i64,
    units: i64,
    cancelled_units: i64,
    net_minor: i64,
    gross_minor: i64,
}

/// The figures of a product from one day to another, both included.
pub(super) async fn days(
    db: &impl ConnectionTrait,
    product: ProductId,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<ProductDay>, DatabaseError> {
    const SELECT: &str = "SELECT day, currency, order_count, units, cancelled_units, net_minor, gross_minor FROM product_days
        WHERE product_id = $1 AND day >= $2 AND day <= $3 AND (order_count <> 0 OR cancelled_units <> 0) ORDER BY day, currency";
    let rows: Vec<DayRow> = db::fetch_all(db, SELECT, values![product, from.to_string(), to.to_string()]).await?;
    let told = |row: DayRow| {
        let DayRow { order_count: orders, units, cancelled_units, net_minor, gross_minor, .. } = row;
        let sums = Sums { orders, units, cancelled_units, net_minor, gross_minor };
        Ok(ProductDay { day: day(&row.day)?, currency: currency(&row.currency)?, sums })
    };
    rows.into_iter().map(told).collect()
}
