//! The list of customers is what a filter and a sort of all customers in memory would be, by whichever way it finds them.

use chrono::TimeDelta;
use kernel::{Currency, CustomerGroupId, CustomerId, PageRequest, Position, Timestamp};
use platform::db::{DbBackend, FromQueryResult, Span, WriteTx, count_statements, execute, fetch_all, insert_many, record_statements};
use platform::values;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sales::customers::{self, CustomerFilter, CustomerQuery, CustomerSort};
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

/// More than the list calls few of some groups, tags and names, and few of others.
const CUSTOMERS: i64 = 3_000;
const QUERIES: u32 = 80;
const TAGS: [(&str, f64); 3] = [("most", 0.5), ("many", 0.4), ("rare", 0.003)];
const NAMES: [&str; 4] = ["Ada", "Adam", "Bea", "Cy"];

struct Known {
    id: CustomerId,
    email: String,
    name: &'static str,
    group: Option<CustomerGroupId>,
    accepts: bool,
    orders: i64,
    /// In dollars; nobody who never ordered in them spent any.
    spent: Option<i64>,
    last_order_at: Option<Timestamp>,
    created_at: Timestamp,
    tags: Vec<&'static str>,
}

fn population(chance: &mut StdRng, now: Timestamp, groups: [CustomerGroupId; 2]) -> Vec<Known> {
    let customer = |number: i64| {
        let orders: i64 = chance.random_range(0..4);
        let name = NAMES[chance.random_range(0..NAMES.len())];
        Known {
            id: CustomerId::generate(),
            email: format!("{}{number}@example.com", name.to_lowercase()),
            name,
            group: [None, Some(groups[0]), Some(groups[0])][chance.random_range(0..3)]
                .or_else(|| chance.random_bool(0.01).then_some(groups[1])),
            accepts: chance.random_bool(0.3),
            orders,
            spent: (orders > 0).then(|| chance.random_range(0..300)),
            last_order_at: (orders > 0).then(|| now + TimeDelta::seconds(chance.random_range(0..500))),
            created_at: now + TimeDelta::seconds(chance.random_range(0..700)),
            tags: TAGS.iter().filter(|(_, share)| chance.random_bool(*share)).map(|(tag, _)| *tag).collect(),
        }
    };
    (0..CUSTOMERS).map(customer).collect()
}

async fn insert(tx: &WriteTx, groups: [CustomerGroupId; 2], all: &[Known]) -> TestResult {
    const GROUP: &str = "INSERT INTO customer_groups (id, name, name_key, created_at, updated_at, created_by, updated_by)
        VALUES ($1, $2, $2, $3, $3, 'cli', 'cli')";
    const CUSTOMER: &str = "INSERT INTO customers (id, guest_key, email, email_key, name, name_key, group_id, accepts_marketing,
        accepts_marketing_at, order_count, first_order_at, last_order_at, created_at, updated_at, created_by, updated_by) VALUES";
    for (id, name) in groups.into_iter().zip(["first", "second"]) {
        execute(tx, GROUP, values![id, name, tx.now()]).await?;
    }
    let row = |one: &Known| {
        let (email, key, at) = (&one.email, one.name.to_lowercase(), one.created_at);
        let last = one.last_order_at;
        values![one.id, email, email, email, one.name, key, one.group, one.accepts, at, one.orders, last, last, at, at, "cli", "cli"]
    };
    insert_many(tx, CUSTOMER, all.iter().map(row).collect(), "").await?;
    let spends = all.iter().filter_map(|one| Some(values![one.id, "USD", one.orders, one.spent?]));
    insert_many(tx, "INSERT INTO customer_spend (customer_id, currency, order_count, spent_minor) VALUES", spends.collect(), "").await?;
    let tags = all.iter().flat_map(|one| one.tags.iter().map(|tag| values![one.id, *tag, *tag, 1_i64, one.created_at]));
    insert_many(tx, "INSERT INTO customer_tags (customer_id, tag_key, tag, position, created_at) VALUES", tags.collect(), "").await?;
    Ok(())
}

fn span(chance: &mut StdRng, most: i64) -> Span<i64> {
    let least = chance.random_range(0..most);
    match chance.random_range(0..4) {
        0 => Span { at_least: Some(least), at_most: Some(least + most / 10), ..Span::default() },
        1 => Span { above: Some(least), ..Span::default() },
        2 => Span { below: Some(least), ..Span::default() },
        _ => Span::default(),
    }
}

fn query(chance: &mut StdRng, now: Timestamp, groups: [CustomerGroupId; 2]) -> CustomerQuery {
    const SORTS: [CustomerSort; 4] = [CustomerSort::CreatedAt, CustomerSort::LastOrderAt, CustomerSort::OrderCount, CustomerSort::Spent];
    let some = |chance: &mut StdRng| chance.random_bool(0.35);
    let texts = ["ada", "ADAM", "b", "cy1", "nobody"];
    let filter = CustomerFilter {
        text: some(chance).then(|| texts[chance.random_range(0..texts.len())].to_owned()),
        tags: if some(chance) {
            TAGS.iter().filter(|_| chance.random_bool(0.5)).map(|(tag, _)| (*tag).to_owned()).collect()
        } else {
            vec![]
        },
        group: some(chance).then(|| groups[chance.random_range(0..2)]),
        accepts_marketing: some(chance).then(|| chance.random_bool(0.5)),
        order_count: if some(chance) { span(chance, 4) } else { Span::default() },
        spent_minor: if some(chance) { span(chance, 300) } else { Span::default() },
        created_at: if some(chance) {
            Span { at_least: Some(now + TimeDelta::seconds(chance.random_range(0..700))), ..Span::default() }
        } else {
            Span::default()
        },
    };
    let page = PageRequest { position: Position::Number(1), size: 20 };
    let sort = SORTS[chance.random_range(0..SORTS.len())];
    CustomerQuery { filter, currency: Some("USD".parse::<Currency>().unwrap()), sort, descending: chance.random_bool(0.5), page }
}

fn lies<T: PartialOrd>(span: &Span<T>, value: &T) -> bool {
    span.at_least.as_ref().is_none_or(|bound| value >= bound)
        && span.at_most.as_ref().is_none_or(|bound| value <= bound)
        && span.above.as_ref().is_none_or(|bound| value > bound)
        && span.below.as_ref().is_none_or(|bound| value < bound)
}

fn matches(one: &Known, query: &CustomerQuery) -> bool {
    let filter = &query.filter;
    let begins = |text: &String| one.email.starts_with(&text.to_lowercase()) || one.name.to_lowercase().starts_with(&text.to_lowercase());
    filter.text.as_ref().is_none_or(begins)
        && (filter.tags.is_empty() || filter.tags.iter().any(|tag| one.tags.contains(&tag.as_str())))
        && filter.group.is_none_or(|group| one.group == Some(group))
        && filter.accepts_marketing.is_none_or(|accepts| one.accepts == accepts)
        && lies(&filter.order_count, &one.orders)
        && (!filter.spent_minor.is_bound() || one.spent.is_some_and(|spent| lies(&filter.spent_minor, &spent)))
        && lies(&filter.created_at, &one.created_at)
        && match query.sort {
            CustomerSort::CreatedAt | CustomerSort::OrderCount => true,
            CustomerSort::LastOrderAt => one.last_order_at.is_some(),
            CustomerSort::Spent => one.spent.is_some(),
        }
}

fn expected(all: &[Known], query: &CustomerQuery) -> Vec<CustomerId> {
    let place = |one: &Known| match query.sort {
        CustomerSort::CreatedAt => one.created_at.timestamp_micros(),
        CustomerSort::LastOrderAt => one.last_order_at.map_or(0, |at| at.timestamp_micros()),
        CustomerSort::OrderCount => one.orders,
        CustomerSort::Spent => one.spent.unwrap_or(0),
    };
    let mut found: Vec<&Known> = all.iter().filter(|one| matches(one, query)).collect();
    found.sort_by_key(|one| (place(one), one.id.uuid()));
    if query.descending {
        found.reverse();
    }
    found.into_iter().map(|one| one.id).collect()
}

/// Whatever staff ask for, walking on by cursor and turning to a page by its number show what a filter and a sort would.
#[test_on_every_database]
async fn every_list_of_customers_is_a_filter_and_a_sort_of_all(shop: TestShop) -> TestResult {
    let mut chance = StdRng::seed_from_u64(20_261_121);
    let groups = [CustomerGroupId::generate(), CustomerGroupId::generate()];
    let all = population(&mut chance, shop.now(), groups);
    let tx = shop.context().begin(&shop.origin()).await?;
    insert(&tx, groups, &all).await?;
    for _ in 0..QUERIES {
        let query = query(&mut chance, shop.now(), groups);
        let expected = expected(&all, &query);
        let size = if expected.len() < 60 { chance.random_range(1..=7) } else { chance.random_range(60..=100) };
        let page = async |position| -> TestResult<_> {
            let query = CustomerQuery { page: PageRequest { position, size }, ..query.clone() };
            let (page, statements) = count_statements(customers::list(&tx, &query)).await;
            assert!(statements <= 4, "{statements} statements for {query:?}");
            Ok(page?)
        };
        let (mut walked, mut after) = (Vec::new(), None);
        loop {
            let part = page(Position::After(after)).await?;
            assert!(part.items.len() <= size as usize && part.has_next == part.next.is_some());
            walked.extend(part.items.into_iter().map(|customer| customer.id));
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(walked, expected, "{query:?}");
        let number = chance.random_range(1..=4);
        let turned = page(Position::Number(number)).await?;
        let shown = expected.chunks(size as usize).nth(number as usize - 1).unwrap_or_default();
        assert_eq!(turned.items.iter().map(|customer| customer.id).collect::<Vec<_>>(), shown, "page {number} of {query:?}");
        assert_eq!(turned.total, Some(expected.len() as u64), "{query:?}");
    }
    Ok(tx.rollback().await?)
}

#[derive(FromQueryResult)]
struct Step {
    detail: String,
}

/// What SQLite, which knows no statistics, reads customers through to find a page, and how often it sorts them.
async fn indexes_of(tx: &WriteTx, filter: CustomerFilter, sort: CustomerSort) -> TestResult<(Vec<String>, usize)> {
    let page = PageRequest { position: Position::After(None), size: 20 };
    let query = CustomerQuery { filter, currency: Some("USD".parse::<Currency>()?), sort, descending: true, page };
    let (listed, sent) = record_statements(customers::list(tx, &query)).await;
    listed?;
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

#[test_on_every_database]
async fn the_lists_of_customers_of_every_day_are_read_in_the_order_of_an_index(shop: TestShop) -> TestResult {
    if shop.context().db.backend() == DbBackend::Postgres {
        return Ok(());
    }
    let tx = shop.context().begin(&shop.origin()).await?;
    let any = CustomerFilter::default;
    let many = || Span { at_least: Some(2), ..Span::default() };
    for (filter, sort, index) in [
        (any(), CustomerSort::CreatedAt, "customers_created_idx"),
        (any(), CustomerSort::LastOrderAt, "customers_last_order_idx"),
        (any(), CustomerSort::OrderCount, "customers_order_count_idx"),
        (any(), CustomerSort::Spent, "customer_spend_spent_idx"),
        (CustomerFilter { order_count: many(), ..any() }, CustomerSort::OrderCount, "customers_order_count_idx"),
        (CustomerFilter { spent_minor: many(), ..any() }, CustomerSort::Spent, "customer_spend_spent_idx"),
        (CustomerFilter { group: Some(CustomerGroupId::generate()), ..any() }, CustomerSort::CreatedAt, "customers_group_idx"),
        (CustomerFilter { accepts_marketing: Some(true), ..any() }, CustomerSort::CreatedAt, "customers_marketing_idx"),
        (CustomerFilter { tags: vec!["vip".to_owned()], ..any() }, CustomerSort::CreatedAt, "customer_tags_tag_idx"),
    ] {
        let said = format!("{filter:?} by {sort:?}");
        assert_eq!(indexes_of(&tx, filter, sort).await?, (vec![index.to_owned()], 0), "{said}");
    }
    Ok(tx.rollback().await?)
}
