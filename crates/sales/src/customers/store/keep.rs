//! Rows as the keeper of the customers writes them: many at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kernel::{Currency, CustomerId, Email, OrderId, Timestamp, UserId, fold};
use platform::db::{self, DatabaseError, FromQueryResult, Parameters, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::customers::model::Marketing;

/// What somebody is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::customers) enum Key {
    /// An account.
    User(UserId),
    /// The folded address of a guest.
    Guest(String),
}

/// What events say of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::customers) struct Person {
    pub(in crate::customers) id: CustomerId,
    pub(in crate::customers) key: Key,
    pub(in crate::customers) email: Option<Email>,
    pub(in crate::customers) name: Option<String>,
    pub(in crate::customers) marketing: Marketing,
    /// When the newest order was placed that is known of.
    pub(in crate::customers) last_order_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl Person {
    /// Somebody who was not known before.
    pub(in crate::customers) fn new(key: Key, created_at: Timestamp) -> Self {
        let (email, name, last_order_at) = (None, None, None);
        Self { id: CustomerId::generate(), key, email, name, marketing: Marketing::default(), last_order_at, created_at }
    }

    /// True where the other says something else of the same customer.
    pub(in crate::customers) fn says_else(&self, other: &Self) -> bool {
        (&self.email, &self.name, &self.marketing) != (&other.email, &other.name, &other.marketing)
    }

    fn email_key(&self) -> String {
        self.email.as_ref().map(Email::key).unwrap_or_default()
    }

    fn name_key(&self) -> String {
        self.name.as_deref().map(fold).unwrap_or_default()
    }
}

#[derive(FromQueryResult)]
struct PersonRow {
    id: Uuid,
    user_id: Option<Uuid>,
    guest_key: Option<String>,
    email: Option<String>,
    name: Option<String>,
    accepts_marketing: bool,
    accepts_marketing_at: Option<Timestamp>,
    accepts_marketing_source: Option<String>,
    last_order_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl TryFrom<PersonRow> for Person {
    type Error = DatabaseError;

    fn try_from(row: PersonRow) -> Result<Self, DatabaseError> {
        let key = match (row.user_id, row.guest_key) {
            (Some(user), _) => Key::User(UserId::from_uuid(user)),
            (None, guest) => Key::Guest(guest.unwrap_or_default()),
        };
        let email = row.email.as_deref().map(Email::parse).transpose();
        Ok(Self {
            id: CustomerId::from_uuid(row.id),
            key,
            email: email.map_err(|_| DatabaseError::corrupt("customers.email"))?,
            name: row.name,
            marketing: Marketing { accepts: row.accepts_marketing, at: row.accepts_marketing_at, source: row.accepts_marketing_source },
            last_order_at: row.last_order_at,
            created_at: row.created_at,
        })
    }
}

/// Those of these people who are known, held until the transaction ends.
pub(in crate::customers) async fn lock_people(
    tx: &WriteTx,
    users: impl Iterator<Item = &UserId>,
    guests: &BTreeSet<String>,
    ids: &BTreeSet<CustomerId>,
) -> Result<Vec<Person>, DatabaseError> {
    let mut parameters = Parameters::default();
    let (users, guests) = (parameters.bind_all(users.copied()), parameters.bind_all(guests));
    let ids = parameters.bind_all(ids.iter().copied());
    let sql = format!(
        "SELECT id, user_id, guest_key, email, name, accepts_marketing, accepts_marketing_at, accepts_marketing_source, last_order_at, created_at
         FROM customers WHERE user_id IN ({users}) OR guest_key IN ({guests}) OR id IN ({ids}) ORDER BY id FOR UPDATE"
    );
    let rows: Vec<PersonRow> = db::fetch_all(tx, &sql, parameters.0).await?;
    rows.into_iter().map(Person::try_from).collect()
}

/// Writes people who were not known before.
pub(in crate::customers) async fn insert_people(tx: &WriteTx, people: Vec<Person>) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO customers (id, user_id, guest_key, email, email_key, name, name_key, accepts_marketing,
        accepts_marketing_at, accepts_marketing_source, created_at, updated_at, created_by, updated_by) VALUES";
    let actor = tx.actor().to_string();
    let row = |person: Person| {
        let (email_key, name_key) = (person.email_key(), person.name_key());
        let (user, guest) = match person.key {
            Key::User(user) => (Some(user), None),
            Key::Guest(key) => (None, Some(key)),
        };
        let (email, marketing) = (person.email.map(String::from), person.marketing);
        let (accepts, at, source) = (marketing.accepts, marketing.at, marketing.source);
        let (name, created_at) = (person.name, person.created_at);
        values![person.id, user, guest, email, email_key, name, name_key, accepts, at, source, created_at, tx.now(), &actor, &actor]
    };
    db::insert_many(tx, INSERT, people.into_iter().map(row).collect(), "").await.map(drop)
}

/// Writes what became known of people, whose locks the caller holds.
pub(in crate::customers) async fn update_people(tx: &WriteTx, people: Vec<Person>) -> Result<(), DatabaseError> {
    const WIDTH: usize = 8;
    if people.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = (0..people.len()).map(|row| format!("({})", db::placeholders(3 + row * WIDTH, WIDTH))).collect();
    let sql = format!(
        "WITH x(id, email, email_key, name, name_key, accepts, accepts_at, accepts_source) AS (VALUES {})
         UPDATE customers SET email = x.email, email_key = x.email_key, name = x.name, name_key = x.name_key, accepts_marketing = x.accepts,
             accepts_marketing_at = x.accepts_at, accepts_marketing_source = x.accepts_source, updated_at = $1, updated_by = $2
         FROM x WHERE customers.id = x.id",
        rows.join(", ")
    );
    let mut values = values![tx.now(), tx.actor().to_string()];
    for person in people {
        let (email_key, name_key) = (person.email_key(), person.name_key());
        let (email, marketing) = (person.email.map(String::from), person.marketing);
        values.extend(values![person.id, email, email_key, person.name, name_key, marketing.accepts, marketing.at, marketing.source]);
    }
    db::execute(tx, &sql, values).await.map(drop)
}

/// What an order adds to its customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::customers) struct Contribution {
    pub(in crate::customers) customer_id: CustomerId,
    pub(in crate::customers) is_live: bool,
    pub(in crate::customers) spent_minor: i64,
    pub(in crate::customers) currency: Currency,
    pub(in crate::customers) placed_at: Timestamp,
}

#[derive(FromQueryResult)]
struct ContributionRow {
    order_id: Uuid,
    customer_id: Uuid,
    is_live: bool,
    spent_minor: i64,
    currency: String,
    placed_at: Timestamp,
}

/// What these orders have added so far.
pub(in crate::customers) async fn contributions(tx: &WriteTx, orders: &[OrderId]) -> Result<HashMap<OrderId, Contribution>, DatabaseError> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT order_id, customer_id, is_live, spent_minor, currency, placed_at FROM customer_orders WHERE order_id IN ({}) ORDER BY order_id",
        db::placeholders(1, orders.len())
    );
    let rows: Vec<ContributionRow> = db::fetch_all(tx, &sql, orders.iter().flat_map(|id| values![*id]).collect()).await?;
    let contribution = |row: ContributionRow| {
        let currency = row.currency.parse().map_err(|_| DatabaseError::corrupt("customer_orders.currency"))?;
        let (customer_id, is_live, spent_minor) = (CustomerId::from_uuid(row.customer_id), row.is_live, row.spent_minor);
        Ok((OrderId::from_uuid(row.order_id), Contribution { customer_id, is_live, spent_minor, currency, placed_at: row.placed_at }))
    };
    rows.into_iter().map(contribution).collect()
}

/// Writes what orders add from now on.
pub(in crate::customers) async fn write_contributions(tx: &WriteTx, added: &[(OrderId, Contribution)]) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO customer_orders (order_id, customer_id, is_live, spent_minor, currency, placed_at) VALUES";
    const TAIL: &str = "ON CONFLICT (order_id) DO UPDATE SET customer_id = excluded.customer_id, is_live = excluded.is_live,
        spent_minor = excluded.spent_minor";
    let row = |(order, added): &(OrderId, Contribution)| {
        values![*order, added.customer_id, added.is_live, added.spent_minor, added.currency, added.placed_at]
    };
    db::insert_many(tx, INSERT, added.iter().map(row).collect(), TAIL).await.map(drop)
}

/// What a customer's sums in one currency grow by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::customers) struct Spend {
    pub(in crate::customers) orders: i64,
    pub(in crate::customers) minor: i64,
}

/// Adds to the sums.
pub(in crate::customers) async fn add_spend(tx: &WriteTx, more: &BTreeMap<(CustomerId, &'static str), Spend>) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO customer_spend (customer_id, currency, order_count, spent_minor) VALUES";
    const TAIL: &str = "ON CONFLICT (customer_id, currency) DO UPDATE SET order_count = customer_spend.order_count + excluded.order_count,
        spent_minor = customer_spend.spent_minor + excluded.spent_minor";
    let rows = more.iter().map(|((customer, currency), spend)| values![*customer, *currency, spend.orders, spend.minor]);
    db::insert_many(tx, INSERT, rows.collect(), TAIL).await.map(drop)
}

/// Brings what customers say of all their orders up to their sums: an index has the first and the last order of each, which SQLite finds
/// at once where it is told what `is_live` equals, and else by reading all orders of the customer.
pub(in crate::customers) async fn recount(tx: &WriteTx, customers: &BTreeSet<CustomerId>) -> Result<(), DatabaseError> {
    if customers.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "UPDATE customers SET
             order_count = (SELECT CAST(COALESCE(SUM(s.order_count), 0) AS BIGINT) FROM customer_spend s WHERE s.customer_id = customers.id),
             first_order_at = (SELECT MIN(o.placed_at) FROM customer_orders o WHERE o.customer_id = customers.id AND o.is_live = TRUE),
             last_order_at = (SELECT MAX(o.placed_at) FROM customer_orders o WHERE o.customer_id = customers.id AND o.is_live = TRUE),
             updated_at = $1
         WHERE id IN ({})",
        db::placeholders(2, customers.len())
    );
    let values = values![tx.now()].into_iter().chain(customers.iter().flat_map(|id| values![*id])).collect();
    db::execute(tx, &sql, values).await.map(drop)
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// Those of these customers who are guests without any order.
pub(in crate::customers) async fn deserted_guests(
    tx: &WriteTx,
    customers: &BTreeSet<CustomerId>,
) -> Result<BTreeSet<CustomerId>, DatabaseError> {
    if customers.is_empty() {
        return Ok(BTreeSet::new());
    }
    let sql = format!(
        "SELECT id FROM customers WHERE id IN ({}) AND user_id IS NULL
             AND NOT EXISTS (SELECT 1 FROM customer_orders o WHERE o.customer_id = customers.id) ORDER BY id",
        db::placeholders(1, customers.len())
    );
    let rows: Vec<IdRow> = db::fetch_all(tx, &sql, customers.iter().flat_map(|id| values![*id]).collect()).await?;
    Ok(rows.into_iter().map(|row| CustomerId::from_uuid(row.id)).collect())
}

/// Forgets what anybody bought, so that it can be summed anew.
pub(in crate::customers) async fn forget_sums(tx: &WriteTx) -> Result<(), DatabaseError> {
    for table in ["customer_orders", "customer_spend"] {
        db::execute(tx, &format!("DELETE FROM {table}"), vec![]).await?;
    }
    let none = "UPDATE customers SET order_count = 0, first_order_at = NULL, last_order_at = NULL WHERE order_count <> 0 OR last_order_at IS NOT NULL";
    db::execute(tx, none, vec![]).await.map(drop)
}
