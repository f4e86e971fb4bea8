//! Imports that are broken off, crash or are begun anew.

use std::io::Cursor;

use catalog::import::{self, ImportError, ImportOptions};
use platform::db::fetch_scalar;
use test_macro::test_on_every_database;

use super::rows::{Notebook, options, run};
use crate::support::{TestResult, TestShop};

fn file(products: u32) -> String {
    let line =
        |number: u32| format!(r#"{{"title":"Mug {number}","relations":{{"upsell":[{{"slug":"mug-{}"}}]}}}}"#, (number + 60) % products);
    (0..products).map(line).collect::<Vec<_>>().join("\n")
}

async fn count(shop: &TestShop, table: &str) -> TestResult<i64> {
    let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table}");
    Ok(fetch_scalar(shop.context().db.reader(), &sql, vec![]).await?.unwrap_or(-1))
}

/// What was done before an interruption is not done again, and counts; what pointed forward then is connected in the end.
#[test_on_every_database]
async fn an_interrupted_import_goes_on_where_it_stopped(shop: TestShop) -> TestResult {
    let file = file(130);
    let mut impatient = Notebook { patience: Some(1), ..Notebook::default() };
    let first = run(&shop, &file, &mut impatient).await?;
    assert_eq!((first.finished, first.counts.created, count(&shop, "products").await?), (false, 50, 50));
    assert_eq!((count(&shop, "product_imports").await?, count(&shop, "product_import_links").await?), (1, 50));

    let mut patient = Notebook::default();
    let rest = run(&shop, &file, &mut patient).await?;
    assert_eq!((rest.resumed_after, patient.outcomes.len(), rest.finished), (50, 80, true));
    assert_eq!((rest.counts.created, rest.counts.unchanged, patient.unresolved.len()), (130, 0, 0));
    assert_eq!((count(&shop, "product_relations").await?, count(&shop, "product_imports").await?), (130, 0));
    assert_eq!(count(&shop, "product_import_links").await?, 0);

    let again = run(&shop, &file, &mut Notebook::default()).await?;
    assert_eq!((again.resumed_after, again.counts.unchanged), (0, 130));
    Ok(())
}

/// A batch whose messages cannot be written does not stay; after a crash it is done as if for the first time.
#[test_on_every_database]
async fn nothing_stays_that_was_not_told(shop: TestShop) -> TestResult {
    let file = file(130);
    let mut full = Notebook { pages: Some(70), ..Notebook::default() };
    let failed = import::run(shop.context(), &shop.origin(), Cursor::new(file.clone().into_bytes()), &options(), &mut full).await;
    assert!(matches!(failed, Err(ImportError::Watch(_))), "{failed:?}");
    assert_eq!(count(&shop, "products").await?, 50);

    let anew = ImportOptions { restart: true, ..options() };
    let mut notebook = Notebook::default();
    let report = import::run(shop.context(), &shop.origin(), Cursor::new(file.into_bytes()), &anew, &mut notebook).await?;
    assert_eq!((report.resumed_after, report.counts.unchanged + report.counts.updated, report.counts.created), (0, 50, 80));
    assert_eq!(count(&shop, "product_relations").await?, 130);
    Ok(())
}

/// A dry run resolves what stands later in the file, and keeps no record of itself.
#[test_on_every_database]
async fn a_dry_run_knows_what_is_missing(shop: TestShop) -> TestResult {
    let named =
        |slug: &str, upsell: &str| format!(r#"{{"title":"{slug}","slug":"{slug}","relations":{{"upsell":[{{"slug":"{upsell}"}}]}}}}"#);
    let file = [named("a", "b"), named("b", "a"), named("c", "nothing")].join("\n");
    let trial = ImportOptions { dry_run: true, ..options() };
    let mut notebook = Notebook::default();
    import::run(shop.context(), &shop.origin(), Cursor::new(file.clone().into_bytes()), &trial, &mut notebook).await?;
    let told: Vec<String> = notebook.unresolved.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["row 3, column relations, value \"nothing\": is neither in this file nor in the shop"]);
    assert_eq!((count(&shop, "products").await?, count(&shop, "product_imports").await?), (0, 0));

    let mut real = Notebook::default();
    run(&shop, &file, &mut real).await?;
    assert_eq!(real.unresolved, notebook.unresolved);
    Ok(())
}
