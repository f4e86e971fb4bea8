//! The list of orders is what a filter and a sort of all orders in memory would be, by whichever way it finds them.

use chrono::TimeDelta;
use kernel::{ContactId, Email, OrderId, Page, PageRequest, Position, Timestamp, UserId};
use platform::db::{DbBackend, FromQueryResult, Value, WriteTx, count_statements, fetch_all, fetch_scalar, insert_many, record_statements};
use platform::values;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use sales::orders::{self, FulfilmentStatus, OrderFilter, OrderQuery, OrderSort, OrderStatus, OrderSummary, PaymentStatus, Span};
use test_macro::test_on_every_database;
use uuid::Uuid;

use crate::support::{TestResult, TestShop};

/// More than the list calls few of some states, tags and customers, and few of others.
const ORDERS: i64 = 3_000;
const QUERIES: u32 = 90;
const TAGS: [(&str, f64); 3] = [("most", 0.5), ("many", 0.4), ("rare", 0.003)];

/// An order as the table has it.
pub(crate) struct Known {
    pub(crate) id: OrderId,
    pub(crate) number: i64,
    status: OrderStatus,
    payment_status: PaymentStatus,
    fulfilment_status: FulfilmentStatus,
    total_minor: i64,
    placed_at: Timestamp,
    email: &'static str,
    user: Option<UserId>,
    tags: Vec<&'static str>,
}

/// The first most often, the last hardly ever.
fn skewed<T: Copy>(chance: &mut StdRng, values: &[T]) -> T {
    let mut rest = values.iter();
    loop {
        match rest.next() {
            Some(value) if chance.random_bool(0.45) => return *value,
            Some(_) => {}
            None => return values[0],
        }
    }
}

/// Three thousand orders: numbers follow no order, times and totals have many ties.
pub(crate) fn population(chance: &mut StdRng, now: Timestamp, users: [UserId; 2]) -> Vec<Known> {
    let mut numbers: Vec<i64> = (1_001..=1_000 + ORDERS).collect();
    numbers.shuffle(chance);
    let order = |number| Known {
        id: OrderId::generate(),
        number,
        status: skewed(chance, OrderStatus::ALL),
        payment_status: skewed(chance, PaymentStatus::ALL),
        fulfilment_status: skewed(chance, FulfilmentStatus::ALL),
        total_minor: chance.random_range(0..400),
        placed_at: now + TimeDelta::milliseconds(500 * chance.random_range(0..700)),
        email: skewed(chance, &["most@example.com", "many@example.com", "few@example.com", "one@example.com"]),
        user: skewed(chance, &[None, Some(users[0]), Some(users[1])]),
        tags: TAGS.iter().filter(|(_, share)| chance.random_bool(*share)).map(|(tag, _)| *tag).collect(),
    };
    numbers.into_iter().map(order).collect()
}

/// Writes them, without lines.
pub(crate) async fn insert(tx: &WriteTx, all: &[Known]) -> TestResult {
    let channel: Option<Uuid> = fetch_scalar(tx, "SELECT id FROM channels WHERE code = 'default'", vec![]).await?;
    let (nothing, zero) = (|| serde_json::json!({}), 0_i64);
    let order = |one: &Known| {
        let (status, paid, shipped) = (one.status.as_str(), one.payment_status.as_str(), one.fulfilment_status.as_str());
        let (at, total) = (one.placed_at, one.total_minor);
        values![
            one.id,
            one.number,
            "draft",
            channel,
            status,
            paid,
            shipped,
            "USD",
            false,
            "manual",
            1,
            total,
            zero,
            zero,
            zero,
            total,
            nothing(),
            at,
            at,
            at,
            "cli",
            "cli",
            one.user
        ]
    };
    let contact = |one: &Known| {
        let at = one.placed_at;
        let words = words_of(one).fold(String::from(" "), |key, word| key + &word + " ");
        values![ContactId::generate(), one.id, one.email, one.email, words, false, at, at]
    };
    let worded = |one: &Known| -> Vec<Vec<Value>> { words_of(one).map(|word| values![word, one.id]).collect() };
    let tagged = |one: &Known| -> Vec<Vec<Value>> { one.tags.iter().map(|tag| values![one.id, *tag, *tag, zero, one.placed_at]).collect() };
    let orders = "INSERT INTO orders (id, number, source, channel_id, status, payment_status, fulfilment_status, currency, tax_included,
        payment_method, item_count, subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, metadata, placed_at, created_at,
        updated_at, created_by, updated_by, user_id) VALUES";
    let contacts =
        "INSERT INTO order_contacts (id, order_id, email, email_key, search_key, accepts_marketing, created_at, updated_at) VALUES";
    insert_many(tx, orders, all.iter().map(order).collect(), "").await?;
    insert_many(tx, contacts, all.iter().map(contact).collect(), "").await?;
    insert_many(tx, "INSERT INTO order_words (word, order_id) VALUES", all.iter().flat_map(worded).collect(), "").await?;
    let tags = "INSERT INTO order_tags (order_id, tag_key, tag, position, placed_at) VALUES";
    insert_many(tx, tags, all.iter().flat_map(tagged).collect(), "").await?;
    Ok(())
}

/// The words of an order that has a number and an address alone.
fn words_of(order: &Known) -> impl Iterator<Item = String> {
    let words = order.email.split(['@', '.']).map(str::to_owned);
    [order.number.to_string(), order.email.to_owned()].into_iter().chain(words)
}

/// One filter of three is asked for; one or more of its values.
fn some<T: Copy>(chance: &mut StdRng, values: &[T]) -> Vec<T> {
    if !chance.random_bool(0.3) {
        return Vec::new();
    }
    (0..chance.random_range(1..=3)).map(|_| values[chance.random_range(0..values.len())]).collect()
}

fn span<T: Copy + Ord>(chance: &mut StdRng, mut value: impl FnMut(&mut StdRng) -> T) -> Span<T> {
    let mut bound = |chance: &mut StdRng| chance.random_bool(0.15).then(|| value(chance));
    Span { at_least: bound(chance), at_most: bound(chance), above: bound(chance), below: bound(chance) }
}

fn query(chance: &mut StdRng, now: Timestamp, users: [UserId; 2]) -> OrderQuery {
    let emails = ["most@example.com", "few@example.com", "nobody@example.com"];
    let tags = some(chance, &["most", "many", "rare", "MANY", "none"]);
    let customer = some(chance, &emails).first().and_then(|email| Email::parse(email).ok());
    let filter = OrderFilter {
        status: some(chance, OrderStatus::ALL),
        payment_status: some(chance, PaymentStatus::ALL),
        fulfilment_status: some(chance, FulfilmentStatus::ALL),
        tags: tags.into_iter().map(str::to_owned).collect(),
        placed_at: span(chance, |chance| now + TimeDelta::milliseconds(500 * chance.random_range(0..700))),
        total_minor: span(chance, |chance| chance.random_range(0..400)),
        user: some(chance, &users).first().copied(),
        customer,
        text: some(chance, &["few", "#1077", "1077", "107", "many@ex", "Most com", "com few", "exa", "y@ex", "%"])
            .first()
            .map(|text| (*text).to_owned()),
    };
    let sort = [OrderSort::PlacedAt, OrderSort::Total, OrderSort::Number][chance.random_range(0..3)];
    OrderQuery { filter, sort, descending: chance.random_bool(0.5), page: PageRequest::first(20) }
}

fn holds<T: Copy + Ord>(span: Span<T>, value: T) -> bool {
    span.at_least.is_none_or(|bound| value >= bound)
        && span.at_most.is_none_or(|bound| value <= bound)
        && span.above.is_none_or(|bound| value > bound)
        && span.below.is_none_or(|bound| value < bound)
}

fn matches(filter: &OrderFilter, order: &Known) -> bool {
    fn any<T: PartialEq>(asked: &[T], value: &T) -> bool {
        asked.is_empty() || asked.contains(value)
    }
    let tagged = filter.tags.is_empty() || filter.tags.iter().any(|tag| order.tags.contains(&tag.to_lowercase().as_str()));
    let has = |asked: &str| match asked.trim_start_matches('#').parse::<i64>() {
        Ok(number) => order.number == number,
        Err(_) => words_of(order).any(|word| word.starts_with(&asked.to_lowercase())),
    };
    let text = filter.text.iter().all(|text| text.split(' ').all(has));
    any(&filter.status, &order.status)
        && any(&filter.payment_status, &order.payment_status)
        && any(&filter.fulfilment_status, &order.fulfilment_status)
        && holds(filter.placed_at, order.placed_at)
        && holds(filter.total_minor, order.total_minor)
        && filter.user.is_none_or(|user| order.user == Some(user))
        && filter.customer.as_ref().is_none_or(|email| email.as_str() == order.email)
        && tagged
        && text
}

fn expected(all: &[Known], query: &OrderQuery) -> Vec<OrderId> {
    let mut found: Vec<&Known> = all.iter().filter(|order| matches(&query.filter, order)).collect();
    match query.sort {
        OrderSort::PlacedAt => found.sort_by_key(|order| (order.placed_at, order.id.uuid())),
        OrderSort::Total => found.sort_by_key(|order| (order.total_minor, order.id.uuid())),
        OrderSort::Number => found.sort_by_key(|order| order.number),
    }
    if query.descending {
        found.reverse();
    }
    found.into_iter().map(|order| order.id).collect()
}

async fn page(tx: &WriteTx, query: &OrderQuery, position: Position, size: u32) -> TestResult<Page<OrderSummary>> {
    let query = OrderQuery { page: PageRequest { position, size }, ..query.clone() };
    let (page, statements) = count_statements(orders::list(tx, &query)).await;
    assert!(statements <= 4, "{statements} statements for {query:?}");
    Ok(page?)
}

/// Whatever staff ask for, walking on by cursor and turning to a page by its number show what a filter and a sort would: no
/// order is missed, none is shown twice, where ties stand on both sides of a page's end as well.
#[test_on_every_database]
async fn every_list_of_orders_is_a_filter_and_a_sort_of_all(shop: TestShop) -> TestResult {
    let mut chance = StdRng::seed_from_u64(20_260_301);
    let users = [shop.user().await?, shop.user().await?];
    let all = population(&mut chance, shop.now(), users);
    let tx = shop.context().begin(&shop.origin()).await?;
    insert(&tx, &all).await?;
    for _ in 0..QUERIES {
        let query = query(&mut chance, shop.now(), users);
        let expected = expected(&all, &query);
        let size = if expected.len() < 60 { chance.random_range(1..=7) } else { chance.random_range(60..=100) };
        let (mut walked, mut after) = (Vec::new(), None);
        loop {
            let part = page(&tx, &query, Position::After(after), size).await?;
            assert!(part.items.len() <= size as usize && part.has_next == part.next.is_some());
            walked.extend(part.items.into_iter().map(|order| order.id));
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(walked, expected, "{query:?}");
        let number = chance.random_range(1..=4);
        let turned = page(&tx, &query, Position::Number(number), size).await?;
        let shown = expected.chunks(size as usize).nth(number as usize - 1).unwrap_or_default();
        assert_eq!(turned.items.iter().map(|order| order.id).collect::<Vec<_>>(), shown, "page {number} of {query:?}");
        assert_eq!(turned.total, Some(expected.len() as u64), "{query:?}");
    }
    Ok(tx.rollback().await?)
}

#[derive(FromQueryResult)]
struct Step {
    detail: String,
}

/// What SQLite, which knows no statistics, reads orders through to find a page, part by part, and how often it sorts them.
async fn indexes_of(tx: &WriteTx, filter: OrderFilter, sort: OrderSort) -> TestResult<(Vec<String>, usize)> {
    let query = OrderQuery { filter, sort, descending: true, page: PageRequest { position: Position::After(None), size: 20 } };
    let (page, sent) = record_statements(orders::list(tx, &query)).await;
    page?;
    let found = sent.into_iter().find(|sent| sent.sql.contains("AS found CROSS JOIN")).ok_or("no statement finds the page")?;
    let steps: Vec<Step> = fetch_all(tx, &format!("EXPLAIN QUERY PLAN {}", found.sql), found.values).await?;
    let of_parts: Vec<Step> =
        steps.into_iter().take_while(|step| !["SCAN matching", "SCAN found"].contains(&step.detail.as_str())).collect();
    let sorted = of_parts.iter().filter(|step| step.detail == "USE TEMP B-TREE FOR ORDER BY").count();
    let index =
        |step: &Step| step.detail.split_whitespace().find(|word| word.ends_with("_idx") || word.contains("autoindex")).map(str::to_owned);
    let mut indexes: Vec<String> = of_parts.iter().filter_map(index).collect();
    indexes.dedup();
    Ok((indexes, sorted))
}

/// Each list that staff ask often is read in the order of an index, and sorted nowhere but where parts are merged.
#[test_on_every_database]
async fn the_lists_of_every_day_are_read_in_the_order_of_an_index(shop: TestShop) -> TestResult {
    if shop.context().db.backend() == DbBackend::Postgres {
        return Ok(());
    }
    let tx = shop.context().begin(&shop.origin()).await?;
    let any = OrderFilter::default;
    let status = |words: &[OrderStatus]| OrderFilter { status: words.to_vec(), ..any() };
    let tags = |tags: &[&str]| OrderFilter { tags: tags.iter().map(|tag| (*tag).to_owned()).collect(), ..any() };
    let (pending, confirmed) = (OrderStatus::Pending, OrderStatus::Confirmed);
    let unshipped = || OrderFilter { fulfilment_status: vec![FulfilmentStatus::None], ..any() };
    let cheap = || Span { at_most: Some(500), ..Span::default() };
    for (filter, sort, index) in [
        (any(), OrderSort::PlacedAt, "orders_placed_idx"),
        (OrderFilter { user: Some(UserId::generate()), ..any() }, OrderSort::PlacedAt, "orders_user_idx"),
        (any(), OrderSort::Total, "orders_total_idx"),
        (any(), OrderSort::Number, "sqlite_autoindex_orders_2"),
        (OrderFilter { total_minor: cheap(), ..any() }, OrderSort::Total, "orders_total_idx"),
        (status(&[pending]), OrderSort::PlacedAt, "orders_status_idx"),
        (status(&[pending, confirmed]), OrderSort::PlacedAt, "orders_status_idx"),
        (status(&[pending]), OrderSort::Total, "orders_status_total_idx"),
        (OrderFilter { total_minor: cheap(), ..status(&[pending, confirmed]) }, OrderSort::Total, "orders_status_total_idx"),
        (OrderFilter { payment_status: vec![PaymentStatus::Paid], ..unshipped() }, OrderSort::PlacedAt, "orders_settlement_idx"),
        (unshipped(), OrderSort::PlacedAt, "orders_settlement_idx"),
        (tags(&["vip"]), OrderSort::PlacedAt, "order_tags_tag_idx"),
        (tags(&["vip", "gift"]), OrderSort::PlacedAt, "order_tags_tag_idx"),
    ] {
        let said = format!("{filter:?} by {sort:?}");
        assert_eq!(indexes_of(&tx, filter, sort).await?, (vec![index.to_owned()], 0), "{said}");
    }
    Ok(tx.rollback().await?)
}
