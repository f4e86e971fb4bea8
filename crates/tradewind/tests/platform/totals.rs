//! How many rows a list has, as its numbered pages tell, and how many its sources, as far as it matters.

use kernel::{PageRequest, Position};
use platform::db::{Parameters, Total, count_statements, sizes, total_of};
use platform::values;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

/// So many rows as `$1` says.
const NUMBERS: &str =
    "(WITH RECURSIVE n(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i FROM n) AS numbers";

/// What is beyond the deepest row is known for a while and not counted for each page; what is within is counted each time, and
/// a transaction, which may have changed the list, always counts.
#[test_on_every_database]
async fn a_long_list_is_not_counted_again(shop: TestShop) -> TestResult {
    let db = shop.context().db.reader();
    let page = PageRequest::first(20);
    for (rows, expected, statements) in
        [(10_001_i64, (10_000, true), [1, 0, 0]), (10_000, (10_000, false), [1, 1, 1]), (3, (3, false), [1, 1, 1])]
    {
        for expected_statements in statements {
            let (total, sent) = count_statements(total_of(db, &page, NUMBERS, values![rows])).await;
            let (rows, is_estimate) = expected;
            assert_eq!((total?, sent), (Some(Total { rows, is_estimate }), expected_statements));
        }
    }
    let tx = shop.context().begin(&shop.origin()).await?;
    let (total, sent) = count_statements(total_of(&tx, &page, NUMBERS, values![10_001_i64])).await;
    assert_eq!((total?, sent), (Some(Total { rows: 10_000, is_estimate: true }), 1));
    let behind = PageRequest { position: Position::After(None), ..page };
    assert_eq!(total_of(db, &behind, NUMBERS, values![10_001_i64]).await?, None);
    Ok(())
}

/// Sources are measured in one statement, in which those that were measured a moment ago are left out, unless they had no rows.
#[test_on_every_database]
async fn what_was_measured_is_not_measured_again(shop: TestShop) -> TestResult {
    let db = shop.context().db.reader();
    let rows = |rows: &i64, parameters: &mut Parameters| format!("SELECT 1 FROM {}", NUMBERS.replace("$1", &parameters.bind(*rows)));
    let nothing = |_: &i64, _: &mut Parameters| "SELECT 1 FROM categories".to_owned();
    for (sources, expected, statements) in
        [(vec![5_i64, 3, 7], [5, 3, 6], 1), (vec![7, 4, 8], [6, 4, 6], 1), (vec![3, 8, 7], [3, 6, 6], 0), (vec![3, 5, 6], [3, 5, 6], 1)]
    {
        let (sizes, sent) = count_statements(sizes(db, &sources, 5, rows)).await;
        assert_eq!((sizes?.as_slice(), sent), (expected.as_slice(), statements), "{sources:?}");
    }
    for _ in 0..2 {
        let (sizes, sent) = count_statements(sizes(db, &[0], 5, nothing)).await;
        assert_eq!((sizes?, sent), (vec![0], 1), "of what is empty all depends");
    }
    let tx = shop.context().begin(&shop.origin()).await?;
    let (sizes, sent) = count_statements(sizes(&tx, &[7], 5, rows)).await;
    assert_eq!((sizes?, sent), (vec![6], 1), "a transaction may have changed the source");
    Ok(())
}
