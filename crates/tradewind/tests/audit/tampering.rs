//! Whoever can write the database, past its triggers and the shop, is found out.

use platform::audit::{self, Finding, export_head};
use platform::db::{self, DbBackend, Value, fetch_scalar};
use platform::values;
use serde_json::{Value as Json, json};
use test_macro::test_on_every_database;

use super::sealing::{record, seal};
use crate::support::{TestResult, TestShop};

/// A shop with five sealed records at least, whose tables refuse nothing any more.
async fn opened(shop: &TestShop) -> TestResult<i64> {
    record(shop, 5).await?;
    seal(shop).await?;
    let triggers: &[&str] = match shop.context().db.backend() {
        DbBackend::Sqlite => &[
            "DROP TRIGGER audit_records_no_update",
            "DROP TRIGGER audit_records_no_delete",
            "DROP TRIGGER audit_seals_no_update",
            "DROP TRIGGER audit_seals_no_delete",
        ],
        DbBackend::Postgres => {
            &["DROP TRIGGER audit_records_append_only ON audit_records", "DROP TRIGGER audit_seals_append_only ON audit_seals"]
        }
    };
    for trigger in triggers {
        run(shop, trigger, vec![]).await?;
    }
    assert_eq!(audit::verify(shop.context()).await?.finding, None);
    Ok(fetch_scalar(shop.context().db.reader(), "SELECT MAX(seq) FROM audit_seals", vec![]).await?.ok_or("seals")?)
}

async fn run(shop: &TestShop, sql: &str, values: Vec<Value>) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    db::execute(&tx, sql, values).await?;
    Ok(tx.commit().await?)
}

async fn finding(shop: &TestShop) -> TestResult<Finding> {
    Ok(audit::verify(shop.context()).await?.finding.ok_or("nothing was found")?)
}

/// The record that this seal stands for.
async fn sealed_as(shop: &TestShop, seq: i64) -> TestResult<String> {
    let id = fetch_scalar(shop.context().db.reader(), "SELECT record_id FROM audit_seals WHERE seq = $1", values![seq]).await?;
    Ok(kernel::AuditId::from_uuid(id.ok_or("a seal")?).to_string())
}

const RECORD: &str = "(SELECT record_id FROM audit_seals WHERE seq = $1)";

#[test_on_every_database]
async fn one_altered_byte_is_named_in_whatever_column(shop: TestShop) -> TestResult {
    let last = opened(&shop).await?;
    let alterations = [
        ("changes", "changes || ' '", "trim(changes)"),
        ("subject", "subject || 'x'", "substr(subject, 1, length(subject) - 1)"),
        ("actor", "actor || 'x'", "substr(actor, 1, length(actor) - 1)"),
        ("action", "action || 'x'", "substr(action, 1, length(action) - 1)"),
        ("outcome", "'refused'", "'done'"),
        ("request_id", "''", "NULL"),
        ("position", "position + 1000", "position - 1000"),
    ];
    for (column, altered, restored) in alterations {
        run(&shop, &format!("UPDATE audit_records SET {column} = {altered} WHERE id = {RECORD}"), values![last - 2]).await?;
        let found = finding(&shop).await?;
        assert_eq!((found.seq, found.record), (last - 2, Some(sealed_as(&shop, last - 2).await?)), "{column}: {}", found.says);
        run(&shop, &format!("UPDATE audit_records SET {column} = {restored} WHERE id = {RECORD}"), values![last - 2]).await?;
        assert_eq!(audit::verify(shop.context()).await?.finding, None, "{column}");
    }
    let told = shop.run(&["audit", "verify", "--json"]).await?.expect(0)?.lines()?;
    assert_eq!(told[0]["intact"], Json::Bool(true));
    run(&shop, &format!("UPDATE audit_records SET changes = '[]' WHERE id = {RECORD}"), values![last]).await?;
    let told = shop.run(&["audit", "verify", "--json"]).await?.expect(3)?.lines()?;
    assert_eq!((&told[0]["intact"], &told[0]["finding"]["seq"]), (&json!(false), &json!(last)));
    Ok(())
}

#[test_on_every_database]
async fn a_record_that_is_gone_is_named(shop: TestShop) -> TestResult {
    let last = opened(&shop).await?;
    run(&shop, "DELETE FROM audit_seals WHERE seq = $1", values![last - 1]).await?;
    let found = finding(&shop).await?;
    assert_eq!((found.seq, found.says.as_str()), (last - 1, "the seal with this number is gone"));
    // Closing the gap does not help: each seal knows its number and the one before it.
    run(&shop, "UPDATE audit_seals SET seq = $1 WHERE seq = $2", values![last - 1, last]).await?;
    let found = finding(&shop).await?;
    assert_eq!((found.seq, found.says.as_str()), (last - 1, "the record or its seal was altered"));
    assert_eq!(audit::verify(shop.context()).await?.unsealed, 1, "the record without a seal is counted");
    Ok(())
}

#[test_on_every_database]
async fn records_that_change_places_are_named(shop: TestShop) -> TestResult {
    let last = opened(&shop).await?;
    let numbers = [(last - 1, last + 100), (last, last - 1), (last + 100, last)];
    for (from, to) in numbers {
        run(&shop, "UPDATE audit_seals SET seq = $1 WHERE seq = $2", values![to, from]).await?;
    }
    let found = finding(&shop).await?;
    assert_eq!((found.seq, found.record), (last - 1, Some(sealed_as(&shop, last - 1).await?)));
    Ok(())
}

#[test_on_every_database]
async fn an_end_that_is_cut_off_is_seen_by_the_exported_head(shop: TestShop) -> TestResult {
    let last = opened(&shop).await?;
    let file = export_head(shop.context()).await?.ok_or("a head")?;
    assert_eq!(export_head(shop.context()).await?, Some(file.clone()), "once a day");
    assert_eq!(audit::verify(shop.context()).await?.finding, None);
    run(&shop, "DELETE FROM audit_seals WHERE seq > $1", values![last - 2]).await?;
    run(&shop, "DELETE FROM audit_records WHERE id NOT IN (SELECT record_id FROM audit_seals)", vec![]).await?;
    let found = finding(&shop).await?;
    assert_eq!(found.seq, last - 1);
    assert!(found.says.contains("cut off"), "{}", found.says);
    // What is sealed in the place of what was cut off has other hashes.
    record(&shop, 2).await?;
    seal(&shop).await?;
    let found = finding(&shop).await?;
    assert!(found.says.contains("not the one"), "{}", found.says);
    // Nor does another head help, which nobody but the shop can sign.
    let text = std::fs::read_to_string(&file)?.replace(&format!("\"seq\": {last}"), &format!("\"seq\": {}", last - 2));
    std::fs::write(&file, text)?;
    let found = finding(&shop).await?;
    assert!(found.says.contains("not a head that this shop signed"), "{}", found.says);
    Ok(())
}

/// The tables themselves refuse what the shop never does.
#[test_on_every_database]
async fn records_and_seals_are_only_added(shop: TestShop) -> TestResult {
    record(&shop, 1).await?;
    seal(&shop).await?;
    for sql in ["UPDATE audit_records SET actor = 'x'", "DELETE FROM audit_seals", "UPDATE audit_seals SET seq = seq + 1"] {
        assert!(run(&shop, sql, vec![]).await.is_err(), "{sql}");
    }
    Ok(())
}
