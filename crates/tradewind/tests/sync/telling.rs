//! Files that are told to an address: signed, whole, at least once and without a gap, whatever is wrong with the way.

use std::collections::BTreeSet;
use std::io::ErrorKind;

use chrono::TimeDelta;
use notify::sync::{ExportChanges, export};
use platform::config::{Config, Mode, SyncPlace};
use raw_client::trouble::{Trouble, Way};
use serde_json::Value;
use test_macro::test_on_every_database;

use super::{enqueue, told, with_folders};
use crate::support::{Received, Receiver, TestResult, TestShop};
use crate::webhooks::is_from;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The same shop, which may reach this machine and tells that address.
fn telling(shop: &TestShop, address: &str, timeout_ms: u64) -> TestResult<TestShop> {
    let target = SyncPlace::parse(address)?;
    shop.configured(move |config: &mut Config| {
        config.webhooks.allow_private = vec!["127.0.0.0/8".parse().expect("a range")];
        config.sync.timeout_ms = timeout_ms;
        (config.sync.export.target, config.sync.export.secret) = (target, SECRET.into());
    })
}

fn span(message: &Received) -> (i64, i64) {
    let header = |name: &str| message.header(name).parse().unwrap_or_default();
    (header("tradewind-sync-from"), header("tradewind-sync-to"))
}

#[test_on_every_database]
async fn an_address_is_told_what_a_folder_is_and_can_tell_who_says_so(shop: TestShop) -> TestResult {
    let receiver = Receiver::start().await?;
    let shop = telling(&with_folders(&shop)?, &format!("{}/changes?of=shop", receiver.base()), 60_000)?;
    let mug = shop.mug(1_250, 10).await?;
    shop.order(&mug.id, 2, "test").await?;
    shop.settle().await?;
    enqueue(&shop, ExportChanges::KIND).await?;
    let arrived = receiver.take();
    let [message] = arrived.as_slice() else { return Err(format!("{arrived:?}").into()) };
    assert_eq!((message.path.as_str(), message.header("content-type")), ("/changes", "application/x-ndjson"));
    assert!(is_from(SECRET, message)? && !is_from("whsec_c29tZWJvZHkgZWxzZSBzaWducyB3aXRoIHRoaXM=", message)?);
    assert_eq!(message.header("webhook-timestamp"), shop.now().timestamp().to_string());
    let (from, to) = span(message);
    assert!(from == 1 && to > 1 && message.header("webhook-id").starts_with(&format!("changes-{from}-{to}-evt_")), "{message:?}");
    // Byte by byte what a folder is told.
    let folder = with_folders(&shop)?;
    export(folder.notify()).await?;
    let file = folder.data_dir().join("out").join(format!("changes-{from}-{to}.jsonl"));
    assert_eq!(std::fs::read(file)?, message.body);
    assert_eq!(told(&folder)?.1.len(), 1);

    // Nothing changed: nothing arrives. One thing changed: that thing alone, from the next event on.
    enqueue(&shop, ExportChanges::KIND).await?;
    assert!(receiver.take().is_empty());
    shop.mug(300, 5).await?;
    shop.settle().await?;
    enqueue(&shop, ExportChanges::KIND).await?;
    let next = receiver.take().pop().ok_or("nothing arrived")?;
    assert_eq!(span(&next).0, to + 1);
    assert!(!String::from_utf8(next.body.to_vec())?.contains(&mug.id));
    let listed = shop.get("/api/v1/syncs").await?.expect(200)?;
    assert_eq!((listed.data()[0]["direction"].as_str(), listed.data()[0]["state"].as_str()), (Some("export"), Some("done")));
    let metrics = String::from_utf8(shop.get("/metrics").anonymous().await?.expect(200)?.bytes)?;
    let answered = r#"tradewind_outside_questions_total{system="sync_export",outcome="answered"}"#;
    let count = metrics.lines().find_map(|line| line.strip_prefix(answered)?.trim().parse().ok());
    assert!(count >= Some(2.0), "{metrics}");
    Ok(())
}

/// Whatever is wrong with the way, the job fails, says why, and tells the same under the same id when it is over: nothing is left out.
#[test_on_every_database]
async fn changes_outlive_a_troubled_address(shop: TestShop) -> TestResult {
    let receiver = Receiver::start().await?;
    let way = Way::to(receiver.base().trim_start_matches("http://").parse()?).await?;
    let address = format!("http://{}/hidden-path?token=hidden", way.address());
    let (patient, hasty) = (telling(&shop, &address, 60_000)?, telling(&shop, &address, 500)?);
    let mut reached = 0;
    for trouble in Trouble::ALL {
        shop.mug(100, 1).await?;
        shop.settle().await?;
        way.meet(trouble).await?;
        let told = export(if trouble == Trouble::Hanging { hasty.notify() } else { patient.notify() }).await;
        way.meet(Trouble::None).await?;
        match (trouble, told) {
            (Trouble::Slow, told) => assert_eq!(told?.len(), 1),
            (_, told) => {
                let why = told.err().ok_or("it was told")?.to_string();
                assert!(why.starts_with("127.0.0.1: no answer") && !why.contains("hidden"), "{trouble:?}: {why}");
                assert_eq!(export(patient.notify()).await?.len(), 1, "{trouble:?}");
            }
        }
        // What broke off in the answer had arrived, and comes again under the same id.
        let messages = receiver.take();
        let ids: BTreeSet<&str> = messages.iter().map(|message| message.header("webhook-id")).collect();
        let spans: BTreeSet<(i64, i64)> = messages.iter().map(span).collect();
        assert_eq!((ids.len(), spans.len()), (1, 1), "{trouble:?}");
        let (from, to) = spans.into_iter().next().ok_or("nothing arrived")?;
        assert_eq!(from, reached + 1, "{trouble:?}: a gap");
        reached = to;
    }
    Ok(())
}

/// Only a 2xx says that a file is taken; a job that failed is tried again, and goes on from the cursor with what changed meanwhile.
#[test_on_every_database]
async fn what_is_not_taken_is_told_again(shop: TestShop) -> TestResult {
    let receiver = Receiver::start().await?;
    let shop = telling(&shop, receiver.base(), 60_000)?;
    shop.mug(1_250, 10).await?;
    shop.settle().await?;
    receiver.will_answer([500, 302, 410, 201]);
    enqueue(&shop, ExportChanges::KIND).await?;
    for wait_s in [7, 13, 26] {
        shop.advance(TimeDelta::seconds(wait_s));
        shop.settle().await?;
    }
    let tries = receiver.take();
    let ids: BTreeSet<&str> = tries.iter().map(|message| message.header("webhook-id")).collect();
    assert_eq!((tries.len(), ids.len()), (4, 1), "{tries:?}");
    assert!(tries.iter().all(|message| message.body == tries[0].body && is_from(SECRET, message).unwrap_or_default()));
    let stamps: BTreeSet<&str> = tries.iter().map(|message| message.header("webhook-timestamp")).collect();
    assert_eq!(stamps.len(), 4, "each try says when it is made");
    shop.advance(TimeDelta::hours(1));
    shop.settle().await?;
    assert!(receiver.take().is_empty());
    assert_eq!(tries[0].headers.get("location"), None);

    receiver.will_answer([503]);
    shop.mug(300, 1).await?;
    shop.settle().await?;
    enqueue(&shop, ExportChanges::KIND).await?;
    let failed = shop.get("/api/v1/jobs?filter[kind]=sync.export&sort=-created_at").await?.expect(200)?;
    let why = failed.data()[0]["last_error"].as_str().unwrap_or_default().to_owned();
    assert!(why.contains("127.0.0.1: it answered 503"), "{failed:?}");
    shop.mug(400, 1).await?;
    shop.settle().await?;
    shop.advance(TimeDelta::seconds(7));
    shop.settle().await?;
    let (first, again) = (receiver.take(), span(&tries[0]).1 + 1);
    let spans: Vec<(i64, i64)> = first.iter().map(span).collect();
    assert!(matches!(spans[..], [(one, short), (two, long)] if one == again && two == again && long > short), "{spans:?}");
    assert_ne!(first[0].header("webhook-id"), first[1].header("webhook-id"), "what has more in it is another message");
    Ok(())
}

/// The address has taken the file, and the process dies before the cursor moves.
#[test_on_every_database]
async fn whoever_dies_after_the_answer_tells_the_same_again(shop: TestShop) -> TestResult {
    let receiver = Receiver::start().await?;
    let shop = telling(&shop, receiver.base(), 60_000)?;
    shop.mug(1_250, 10).await?;
    shop.settle().await?;
    // A process that is dropped while it waits for the answer stands for one that dies.
    let asked = receiver.while_it_waits(async {});
    tokio::select! {
        () = asked => {}
        told = export(shop.notify()) => return Err(format!("it did not wait: {told:?}").into()),
    }
    // The database can be written to while an address is asked: no transaction is open.
    let asked = receiver.while_it_waits(shop.mug(300, 1));
    let (mug, again) = tokio::join!(asked, export(shop.notify()));
    mug?;
    assert_eq!(again?.len(), 1);
    let messages = receiver.take();
    let [first, second] = messages.as_slice() else { return Err(format!("{messages:?}").into()) };
    assert_eq!((first.header("webhook-id"), &first.body), (second.header("webhook-id"), &second.body));
    Ok(())
}

/// In production nothing leads into the house: not an address, not a name, not in any other form.
#[test_on_every_database]
async fn what_is_in_the_house_is_told_nothing(shop: TestShop) -> TestResult {
    shop.mug(1_250, 10).await?;
    shop.settle().await?;
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "169.254.169.254"] {
        let target = SyncPlace::parse(&format!("http://{host}:{port}/"))?;
        let strict = shop.configured(move |config: &mut Config| {
            (config.mode, config.sync.export.target, config.sync.export.secret) = (Mode::Production, target, SECRET.into());
        })?;
        let refused = export(strict.notify()).await.err().ok_or("it was told")?.to_string();
        assert!(refused.contains("not one of the public internet"), "{host}: {refused}");
    }
    assert!(listener.accept().is_err_and(|error| error.kind() == ErrorKind::WouldBlock), "somebody connected");
    let listed = shop.get("/api/v1/syncs").await?.expect(200)?;
    assert_eq!(listed.data(), &Value::Array(Vec::new()));
    Ok(())
}
