//! What others tell the shop: believed where it is signed, stored once, told on once.

use chrono::TimeDelta;
use hmac_of::hmac_hex;
use kernel::Origin;
use notify::Notify;
use notify::inbound::{self, ProcessInbound};
use platform::jobs::{self, Handler, Handlers, Job, JobError, JobKind, NewJob, run_due};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use test_macro::test_on_every_database;

use crate::support::{Ask, Reply, TestResult, TestShop};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const KEY: &str = "a key that we share with them";
const BODY: &str = r#"{"type":"invoice.paid","who":"ada@example.com"}"#;

mod hmac_of {
    use aws_lc_rs::hmac;

    pub(super) fn hmac_hex(key: &str, body: &str) -> String {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), body.as_bytes());
        tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A shop that hears a bank and a forge.
fn hearing(shop: &TestShop) -> TestResult<TestShop> {
    shop.configured(|config| {
        let source = |json: Value| serde_json::from_value(json).expect("a source");
        config.inbound.insert("bank".to_owned(), source(json!({"secret": SECRET})));
        config.inbound.insert("moved".to_owned(), source(json!({"secret": OTHER, "previous_secret": SECRET})));
        config.inbound.insert("forge".to_owned(), source(json!({"secret": KEY, "scheme": "hmac", "header": "X-Hub-Signature-256"})));
    })
}

/// A message of the standard's own library.
fn message(shop: &TestShop, source: &str, secret: &str, id: &str, late_s: i64) -> TestResult<Ask> {
    let at = shop.now().timestamp() - late_s;
    let signature = Webhook::new(secret)?.sign(id, at, BODY.as_bytes())?;
    let ask = shop.post(&format!("/api/v1/inbound/{source}")).anonymous().raw(BODY);
    Ok(ask.header("webhook-id", id).header("webhook-timestamp", at).header("webhook-signature", signature))
}

async fn stored(shop: &TestShop) -> TestResult<Vec<Value>> {
    let list = shop.get("/api/v1/inbound-messages?sort=created_at").await?.expect(200)?;
    Ok(list.data().as_array().cloned().unwrap_or_default())
}

fn refused(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.error_code())
}

#[test_on_every_database]
async fn a_signed_message_is_stored_once_and_told_once(shop: TestShop) -> TestResult {
    let shop = hearing(&shop)?;
    let first = message(&shop, "bank", SECRET, "msg_1", 0)?.await?.expect(202)?;
    // Again while it waits, and again when it was told of: another try of theirs has another time and signature.
    let again = message(&shop, "bank", SECRET, "msg_1", 10)?.await?.expect(200)?;
    assert_eq!(again.text("id"), first.text("id"));
    shop.settle().await?;
    let again = message(&shop, "bank", SECRET, "msg_1", 20)?.await?.expect(200)?;
    assert_eq!(again.text("id"), first.text("id"));
    // Ids are each source's own.
    message(&shop, "moved", SECRET, "msg_1", 0)?.await?.expect(202)?;
    message(&shop, "moved", OTHER, "msg_2", 0)?.await?.expect(202)?;
    shop.settle().await?;
    assert_eq!(shop.events_of("inbound").await?, ["inbound.received"; 3]);

    let read = shop.get(&format!("/api/v1/inbound-messages/{}", first.text("id"))).await?.expect(200)?;
    assert_eq!((read.text("body"), read.text("state"), read.text("message_id")), (BODY, "processed", "msg_1"));
    let events = shop.get("/api/v1/events?filter[type]=inbound.received&sort=seq").await?.expect(200)?;
    assert_eq!(events.data()[0]["data"], json!({"inbound_message_id": first.data()["id"], "source": "bank"}));
    let listed = shop.get("/api/v1/inbound-messages?filter[source]=moved&filter[state]=processed&limit=1").await?.expect(200)?;
    assert_eq!((listed.data()[0]["message_id"].as_str(), listed.json["meta"]["has_next"].as_bool()), (Some("msg_2"), Some(true)));
    let next = shop.get(listed.json["links"]["next"].as_str().ok_or("a next page")?).await?.expect(200)?;
    assert_eq!((next.text("0/message_id"), next.json["meta"]["has_next"].as_bool()), ("msg_1", Some(false)));
    Ok(())
}

/// Twenty at once, as a sender with a short patience does: one row, one event.
#[test_on_every_database]
async fn the_same_message_at_once_is_one(shop: TestShop) -> TestResult {
    let shop = hearing(&shop)?;
    let all = (0..20).map(|_| Ok(message(&shop, "bank", SECRET, "msg_1", 0)?.into_future())).collect::<TestResult<Vec<_>>>()?;
    let replies = futures_util::future::try_join_all(all).await?;
    let mut statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[18], statuses[19]), (200, 200, 202), "{statuses:?}");
    assert!(replies.iter().all(|reply| reply.text("id") == replies[0].text("id")));
    shop.settle().await?;
    assert_eq!(shop.events_of("inbound").await?, ["inbound.received"]);
    Ok(())
}

#[test_on_every_database]
async fn what_is_not_signed_leaves_no_trace(shop: TestShop) -> TestResult {
    let shop = hearing(&shop)?;
    let good = || message(&shop, "bank", SECRET, "msg_1", 0);
    let bare = || shop.post("/api/v1/inbound/bank").anonymous();
    let unsigned = (401, "signature_invalid");
    for ask in [
        message(&shop, "bank", OTHER, "msg_1", 0)?,
        message(&shop, "bank", SECRET, "msg_1", 301)?,
        message(&shop, "bank", SECRET, "msg_1", -301)?,
        good()?.raw(format!("{BODY} ")),
        good()?.header("webhook-id", "msg_2"),
        good()?.header("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        bare().raw(BODY),
        bare().raw(BODY).header("webhook-id", "msg_1").header("webhook-timestamp", "now").header("webhook-signature", "v1,"),
        shop.post("/api/v1/inbound/forge").anonymous().raw(BODY).header("x-hub-signature-256", hmac_hex("another key of somebody", BODY)),
        shop.post("/api/v1/inbound/forge").anonymous().raw(BODY).header("x-hub-signature-256", "sha256=00"),
        shop.post("/api/v1/inbound/forge").anonymous().raw(BODY),
    ] {
        let reply = ask.await?;
        assert_eq!((refused(&reply), reply.header("www-authenticate").is_empty()), (unsigned, false));
    }
    let nobody = message(&shop, "nobody", SECRET, "msg_1", 0)?.await?;
    assert_eq!(refused(&nobody), (404, "inbound_source_not_found"));
    let large = bare().raw("x".repeat(256 * 1_024 + 1)).await?;
    assert_eq!(refused(&large), (413, "body_too_large"));
    shop.settle().await?;
    assert_eq!((stored(&shop).await?.len(), shop.events_of("inbound").await?.len()), (0, 0));
    for late_s in [300, -300] {
        message(&shop, "bank", SECRET, &format!("msg_{late_s}"), late_s)?.await?.expect(202)?;
    }
    Ok(())
}

/// Nothing but the body is signed there, so that nobody makes two messages of one by another header.
#[test_on_every_database]
async fn a_body_that_is_signed_alone_counts_once(shop: TestShop) -> TestResult {
    let shop = hearing(&shop)?;
    let send = |body: &str, signature: String, id: &str| {
        let ask = shop.post("/api/v1/inbound/forge").anonymous().raw(body.to_owned());
        ask.header("x-hub-signature-256", signature).header("x-github-delivery", id)
    };
    let signature = hmac_hex(KEY, BODY);
    let first = send(BODY, format!("sha256={signature}"), "1").await?.expect(202)?;
    let again = send(BODY, signature, "2").await?.expect(200)?;
    assert_eq!(again.text("id"), first.text("id"));
    send("{}", hmac_hex(KEY, "{}"), "3").await?.expect(202)?;
    assert_eq!(stored(&shop).await?.len(), 2);
    Ok(())
}

/// Staff have a message told of again before it is written down that its job ended.
struct Overtaken(Notify);

#[async_trait::async_trait]
impl Handler for Overtaken {
    fn kind(&self) -> JobKind {
        ProcessInbound::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        ProcessInbound(self.0.clone()).run(job).await?;
        let id = serde_json::from_value(job.payload["message"].clone()).map_err(JobError::new)?;
        inbound::retry(&self.0, &Origin::system(), id).await?;
        Ok(())
    }
}

#[test_on_every_database]
async fn what_is_to_be_told_again_is_told_whatever_job_just_ends(shop: TestShop) -> TestResult {
    let shop = hearing(&shop)?;
    let first = message(&shop, "bank", SECRET, "msg_1", 0)?.await?.expect(202)?;
    let overtaken = Handlers::default().with(Overtaken(shop.notify().clone()));
    assert_eq!(run_due(shop.context(), &overtaken).await?, 1);
    shop.settle().await?;
    assert_eq!((shop.events_of("inbound").await?.len(), stored(&shop).await?[0]["state"].as_str()), (2, Some("processed")));

    // The same while a job ends that found nothing to do.
    let tx = shop.context().begin(&shop.origin()).await?;
    let job = NewJob::new(ProcessInbound::KIND, json!({"message": first.data()["id"]}), tx.now());
    jobs::enqueue(&tx, job.unique(format!("{}:{}", ProcessInbound::KIND, first.text("id")))).await?;
    tx.commit().await?;
    assert_eq!(run_due(shop.context(), &overtaken).await?, 1);
    shop.settle().await?;
    assert_eq!((shop.events_of("inbound").await?.len(), stored(&shop).await?[0]["state"].as_str()), (3, Some("processed")));
    Ok(())
}

#[test_on_every_database]
async fn a_message_is_told_of_again_and_forgotten_after_thirty_days(shop: TestShop) -> TestResult {
    let shop = hearing(&shop)?;
    let first = message(&shop, "bank", SECRET, "msg_1", 0)?.await?.expect(202)?;
    shop.settle().await?;
    let path = format!("/api/v1/inbound-messages/{}", first.text("id"));
    let again = shop.post(&format!("{path}/retry")).await?.expect(200)?;
    assert_eq!(again.text("state"), "received");
    shop.post(&format!("{path}/retry")).await?.expect(200)?;
    shop.settle().await?;
    assert_eq!(shop.events_of("inbound").await?, ["inbound.received"; 2]);
    assert_eq!(shop.get(&path).await?.expect(200)?.text("state"), "processed");

    shop.advance(TimeDelta::days(30));
    shop.sweep(notify::inbound::SWEEP).await?;
    assert_eq!(stored(&shop).await?.len(), 1);
    shop.advance(TimeDelta::seconds(1));
    shop.sweep(notify::inbound::SWEEP).await?;
    assert_eq!(stored(&shop).await?.len(), 0);
    assert_eq!(refused(&shop.get(&path).await?), (404, "inbound_message_not_found"));
    Ok(())
}
