//! Rows that stand in each other's way, or in the way of what the shop promised.

use std::io;
use std::ops::ControlFlow;

use catalog::assortment;
use catalog::import::{self, Change, Format, ImportOptions, Note, Progress, ReadOptions, RecordOutcome, Report, Watch};
use catalog::inventory::{self, Demand};
use catalog::listing::Audience;
use catalog::products::ProductRef;
use catalog::variants::find_place_by_sku;
use kernel::{Currency, Quantity};
use test_macro::test_on_every_database;
use uuid::Uuid;

use crate::support::{TestResult, TestShop};

/// Remembers what it is told.
#[derive(Default)]
pub(super) struct Notebook {
    pub(super) outcomes: Vec<RecordOutcome>,
    pub(super) unresolved: Vec<Note>,
    /// Breaks off after so many batches.
    pub(super) patience: Option<usize>,
    /// Refuses to hear of more records than this.
    pub(super) pages: Option<usize>,
}

impl Notebook {
    pub(super) fn errors(&self) -> Vec<String> {
        let errors = self.outcomes.iter().filter_map(|outcome| outcome.result.as_ref().err());
        errors.flatten().map(ToString::to_string).collect()
    }

    pub(super) fn changes(&self) -> Vec<Option<Change>> {
        self.outcomes.iter().map(|outcome| outcome.result.as_ref().ok().map(|applied| applied.change)).collect()
    }
}

impl Watch for Notebook {
    fn started(&mut self, _: Format, _: u64) -> io::Result<()> {
        Ok(())
    }

    fn record(&mut self, outcome: &RecordOutcome) -> io::Result<()> {
        if self.pages.is_some_and(|pages| self.outcomes.len() >= pages) {
            return Err(io::Error::other("no more paper"));
        }
        self.outcomes.push(outcome.clone());
        Ok(())
    }

    fn unresolved(&mut self, note: &Note) -> io::Result<()> {
        self.unresolved.push(note.clone());
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn progress(&mut self, _: Progress) -> ControlFlow<()> {
        self.patience = self.patience.map(|patience| patience.saturating_sub(1));
        if self.patience == Some(0) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

pub(super) fn options() -> ImportOptions {
    ImportOptions { read: ReadOptions::new(Currency::USD), dry_run: false, restart: false }
}

pub(super) async fn run(shop: &TestShop, file: &str, notebook: &mut Notebook) -> TestResult<Report> {
    let file = io::Cursor::new(file.as_bytes().to_vec());
    Ok(import::run(shop.context(), &shop.origin(), file, &options(), notebook).await?)
}

fn mug(sku: &str, pieces: u32) -> String {
    let price = r#"[{"amount":{"amount":100,"currency":"USD"}}]"#;
    format!(r#"{{"title":"Mug {sku}","status":"active","variants":[{{"sku":"{sku}","prices":{price},"on_hand":{pieces}}}]}}"#)
}

async fn pieces(shop: &TestShop, sku: &str) -> TestResult<i64> {
    let db = shop.context().db.reader();
    let variant = find_place_by_sku(db, sku).await?.ok_or("a variant")?.variant_id;
    Ok(inventory::on_hand_at_default(db, &[variant]).await?.first().map_or(0, |(_, pieces)| *pieces))
}

/// What is promised to orders is not counted away; the row says so, and the others of its batch come.
#[test_on_every_database]
async fn stock_that_is_promised_keeps_its_row_out(shop: TestShop) -> TestResult {
    let file = |pieces| [mug("A", pieces), mug("B", pieces), mug("C", pieces)].join("\n");
    run(&shop, &file(5), &mut Notebook::default()).await?;
    let variant_id = find_place_by_sku(shop.context().db.reader(), "B").await?.ok_or("a variant")?.variant_id;
    let tx = shop.context().begin(&shop.origin()).await?;
    let (order, line_id) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let demand = [Demand { line_id, variant_id, quantity: Quantity::try_from(3)? }];
    inventory::reserve(&tx, order, None, &demand, None).await?;
    tx.commit().await?;

    let mut notebook = Notebook::default();
    let report = run(&shop, &file(2).replace("Mug B", "Cup B"), &mut notebook).await?;
    assert_eq!((report.counts.updated, report.counts.failed), (2, 1));
    assert_eq!(notebook.changes(), [Some(Change::Updated), None, Some(Change::Updated)]);
    let errors = notebook.errors();
    assert!(
        errors.len() == 1 && errors[0].starts_with("row 2, column variants.0.on_hand, value \"2\"") && errors[0].contains("promised"),
        "{errors:?}"
    );
    assert_eq!([pieces(&shop, "A").await?, pieces(&shop, "B").await?, pieces(&shop, "C").await?], [2, 5, 2]);
    let reference = ProductRef::parse("mug-b").ok_or("a slug")?;
    let found = assortment::find(shop.context().db.reader(), &reference, Audience::Staff, shop.now()).await?.ok_or("a product")?;
    assert_eq!(found.product.content.title, "Mug B", "nothing of a refused row stays");
    let tx = shop.context().begin(&shop.origin()).await?;
    inventory::release(&tx, order).await?;
    Ok(tx.commit().await?)
}

/// The same product twice in a file is written twice, in order; two products that share a title and nothing else are not
/// made one.
#[test_on_every_database]
async fn repeated_rows_are_told_apart_or_told(shop: TestShop) -> TestResult {
    let known = |id: u8, pieces: u32| {
        let refs = format!(r#"[{{"source":"erp","id":"{id}"}}]"#);
        format!(r#"{{"title":"Bowl","external_refs":{refs},"variants":[{{"on_hand":{pieces}}}]}}"#)
    };
    let file = [known(1, 5), known(2, 5), known(1, 0), r#"{"title":"Plate"}"#.to_owned(), r#"{"title":"plate"}"#.to_owned()].join("\n");
    let mut notebook = Notebook::default();
    run(&shop, &file, &mut notebook).await?;
    let (created, updated) = (Some(Change::Created), Some(Change::Updated));
    assert_eq!(notebook.changes(), [created, created, updated, created, None]);
    assert!(notebook.outcomes[2].warnings[0].message.contains("row 1"), "{:?}", notebook.outcomes[2].warnings);
    assert!(notebook.errors()[0].contains("row 4"), "{:?}", notebook.errors());
    let moves = shop.events_of("stock_level").await?;
    let again = run(&shop, &file, &mut Notebook::default()).await?;
    assert_eq!((again.counts.created, again.counts.failed), (0, 1), "{moves:?}");
    Ok(())
}
