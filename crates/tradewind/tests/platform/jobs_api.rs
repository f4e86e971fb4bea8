//! Jobs by the API: listed by state, kind and queue, brought back, called off; queues held; all of it in the audit log.

use platform::db::execute;
use platform::jobs::{self, JobKind, NewJob, Queue};
use platform::values;
use serde_json::json;
use test_macro::test_on_every_database;

use super::jobs::{of_kind, remove};
use crate::support::{TestResult, TestShop};

const LETTER: JobKind = JobKind::new("test.letter").on(Queue::Mail);
const PLAIN: JobKind = JobKind::new("test.plain");

async fn enqueue(shop: &TestShop, kind: JobKind, count: i64) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    for number in 0..count {
        jobs::enqueue(&tx, NewJob::new(kind, json!(number), shop.now())).await?;
    }
    Ok(tx.commit().await?)
}

async fn actions(shop: &TestShop) -> TestResult<Vec<String>> {
    let reply = shop.get("/api/v1/audit-log").await?.expect(200)?;
    let entries = reply.json["data"].as_array().ok_or("a list")?;
    let actions = entries.iter().filter_map(|entry| entry["action"].as_str()).filter(|action| action.starts_with("job"));
    Ok(actions.map(str::to_owned).collect())
}

#[test_on_every_database]
async fn jobs_are_found_by_state_kind_and_queue(shop: TestShop) -> TestResult {
    enqueue(&shop, LETTER, 5).await?;
    enqueue(&shop, PLAIN, 3).await?;
    let found = async |query: &str| -> TestResult<Vec<i64>> {
        let reply = shop.get(&format!("/api/v1/jobs?{query}")).await?.expect(200)?;
        Ok(reply.json["data"].as_array().ok_or("a list")?.iter().filter_map(|job| job["payload"].as_i64()).collect())
    };
    assert_eq!(found("filter[kind]=test.letter").await?, [4, 3, 2, 1, 0]);
    assert_eq!(found("filter[kind]=test.letter&sort=created_at").await?, [0, 1, 2, 3, 4]);
    assert_eq!(found("filter[queue]=mail&filter[state]=available").await?, [4, 3, 2, 1, 0]);
    assert_eq!(found("filter[queue]=mail&filter[state]=completed,discarded").await?, [0; 0]);
    assert_eq!(found("filter[queue]=default").await?, [2, 1, 0]);

    let page = shop.get("/api/v1/jobs?filter[queue]=mail&limit=2").await?.expect(200)?;
    let cursor = page.json["meta"]["next_cursor"].as_str().ok_or("more")?.to_owned();
    assert_eq!(found(&format!("filter[queue]=mail&limit=2&after={cursor}")).await?, [2, 1]);
    for wrong in ["filter[queue]=letters", "filter[state]=lost", "sort=kind"] {
        shop.get(&format!("/api/v1/jobs?{wrong}")).await?.expect(400)?;
    }
    remove(&shop, LETTER).await?;
    remove(&shop, PLAIN).await
}

#[test_on_every_database]
async fn a_job_is_called_off_and_brought_back_by_staff(shop: TestShop) -> TestResult {
    enqueue(&shop, PLAIN, 1).await?;
    let path = format!("/api/v1/jobs/{}", of_kind(&shop, PLAIN).await?.remove(0).id);
    let refused = shop.post(&format!("{path}/retry")).await?;
    assert_eq!((refused.status, refused.error_code()), (409, "job_not_over"));
    let cancelled = shop.post(&format!("{path}/cancel")).await?.expect(200)?;
    assert_eq!((cancelled.text("state"), cancelled.text("queue")), ("cancelled", "default"));
    let again = shop.post(&format!("{path}/cancel")).await?;
    assert_eq!((again.status, again.error_code()), (409, "job_over"));
    assert_eq!(shop.post(&format!("{path}/retry")).await?.expect(200)?.text("state"), "available");
    assert_eq!(shop.get(&path).await?.expect(200)?.text("kind"), "test.plain");
    assert_eq!(actions(&shop).await?, ["job.retried", "job.cancelled"]);

    // Another one that does the same waits: the one that was given up stays so.
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(
        &tx,
        "UPDATE jobs SET state = 'discarded', unique_key = 'x', finished_at = $1 WHERE kind = $2",
        values![tx.now(), PLAIN.name()],
    )
    .await?;
    jobs::enqueue(&tx, NewJob::new(LETTER, json!(1), tx.now()).unique("x")).await?;
    tx.commit().await?;
    let doubled = shop.post(&format!("{path}/retry")).await?;
    assert_eq!((doubled.status, doubled.error_code()), (409, "job_doubled"));
    remove(&shop, LETTER).await?;
    remove(&shop, PLAIN).await
}

#[test_on_every_database]
async fn queues_are_held_by_staff(shop: TestShop) -> TestResult {
    enqueue(&shop, LETTER, 2).await?;
    let held = shop.post("/api/v1/job-queues/mail/pause").await?.expect(200)?;
    assert_eq!((held.text("name"), held.json["data"]["due"].as_i64()), ("mail", Some(2)));
    let since = held.text("paused_at").to_owned();
    shop.advance(chrono::TimeDelta::minutes(5));
    assert_eq!(shop.post("/api/v1/job-queues/mail/pause").await?.expect(200)?.text("paused_at"), since);
    let mut names = Vec::new();
    let mut next = Some("/api/v1/job-queues?limit=2".to_owned());
    while let Some(path) = next {
        let listed = shop.get(&path).await?.expect(200)?;
        names.extend(listed.data().as_array().ok_or("a list")?.iter().filter_map(|queue| queue["name"].as_str().map(str::to_owned)));
        next = listed.json["links"]["next"].as_str().map(str::to_owned);
    }
    let mut words = Queue::WORDS.to_vec();
    words.sort_unstable();
    assert_eq!(names, words);
    let backwards = shop.get("/api/v1/job-queues?sort=-name&per_page=1").await?.expect(200)?;
    assert_eq!((backwards.text("0/name"), backwards.json["meta"]["total"].as_u64()), ("push", Some(5)));
    assert!(shop.post("/api/v1/job-queues/mail/resume").await?.expect(200)?.json["data"]["paused_at"].is_null());
    let missing = shop.post("/api/v1/job-queues/letters/pause").await?;
    assert_eq!((missing.status, missing.error_code()), (404, "job_queue_not_found"));
    assert_eq!(actions(&shop).await?, ["job_queue.resumed", "job_queue.paused"]);
    remove(&shop, LETTER).await
}
