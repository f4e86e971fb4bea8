//! Working for one endpoint: rounds of tries until nothing is due.

use futures_util::future::join_all;
use kernel::{Origin, Timestamp};
use platform::db::{DatabaseError, WriteTx};
use platform::events::{self, Event};
use platform::outbox;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::create::SEAL;
use super::events::WebhookEndpointEvent;
use super::model::{DeliveryState, DisabledBecause, PATIENCE, SILENCE, TRIES, Verdict, notices_after};
use super::send::{Target, send};
use super::signature::SigningKey;
use super::store::{self, Attempt, Due, Health, Keys, Lease, Past, Settled};
use crate::Notify;

/// Messages that are on their way to one endpoint at a time.
const WIDTH: i64 = 8;
/// The same while nothing arrives: one is enough to find out.
const WIDTH_WHILE_FAILING: i64 = 1;

/// What follows a round.
enum Next {
    /// The next one.
    Round,
    /// Nothing for now: the endpoint asks to be left alone, or is told no more.
    Rest,
    /// Nothing at all: somebody else has the lease, and tries the same again.
    Lost,
}

/// One delivery after its try.
struct Tried {
    due: Due,
    verdict: Verdict,
    attempt: Attempt,
}

/// Works for an endpoint until nothing is due or it asks to be left alone; how many messages were tried.
pub(super) async fn work(notify: &Notify, lease: Lease, stop: &CancellationToken) -> Result<usize, DatabaseError> {
    let mut tried = 0;
    while !stop.is_cancelled() {
        let Some(round) = round(notify, lease).await? else { break };
        tried += round.tried.len();
        match settle(notify, lease, round).await? {
            Next::Round => {}
            Next::Rest => break,
            Next::Lost => return Ok(tried),
        }
    }
    let tx = notify.context.begin(&Origin::system()).await?;
    store::give_back(&tx, lease).await?;
    tx.commit().await?;
    Ok(tried)
}

/// What was tried at a time, and whether its order counts.
struct Round {
    tried: Vec<Tried>,
    in_order: bool,
}

/// Tries what is due; `None` where nothing is.
async fn round(notify: &Notify, lease: Lease) -> Result<Option<Round>, DatabaseError> {
    let (reader, now) = (notify.context.db.reader(), notify.context.now());
    let Some(keys) = store::at_work(reader, lease.endpoint).await? else { return Ok(None) };
    let width = if keys.failing_since.is_some() { WIDTH_WHILE_FAILING } else { WIDTH };
    let in_order = keys.in_order;
    let due = store::due(reader, lease.endpoint, in_order, now, width).await?;
    if due.is_empty() {
        if in_order {
            hold_back(notify, lease).await?;
        }
        return Ok(None);
    }
    let events = events::find_all(reader, &due.iter().map(|due| due.event_seq).collect::<Vec<_>>()).await?;
    let target = target(notify, keys, now);
    let of = |due: &Due| events.iter().find(|event: &&Event| event.seq == due.event_seq);
    let tries = due.into_iter().map(|due| {
        let (event, target) = (of(&due), &target);
        async move {
            let (verdict, attempt) = send(notify, target, due, event).await;
            Tried { due, verdict, attempt }
        }
    });
    Ok(Some(Round { tried: join_all(tries).await, in_order }))
}

/// Has what is due and yet may not be tried wait for what comes before it.
async fn hold_back(notify: &Notify, lease: Lease) -> Result<(), DatabaseError> {
    if store::due(notify.context.db.reader(), lease.endpoint, false, notify.context.now(), 1).await?.is_empty() {
        return Ok(());
    }
    let tx = notify.context.begin(&Origin::system()).await?;
    store::hold_back(&tx, lease.endpoint, None).await?;
    tx.commit().await
}

fn target(notify: &Notify, keys: Keys, now: Timestamp) -> Target {
    let open = |sealed: &[u8]| {
        let bytes = notify.context.secrets.open(SEAL, sealed).ok();
        bytes.and_then(|bytes| SigningKey::from_bytes(&bytes))
    };
    let previous = keys.previous_key.filter(|_| keys.previous_key_until.is_some_and(|until| until > now));
    let previous = previous.and_then(|sealed| open(&sealed));
    Target { url: keys.url, keys: open(&keys.signing_key).map(|key| std::iter::once(key).chain(previous).collect()) }
}

/// Writes how a round went, where the lease still holds.
async fn settle(notify: &Notify, lease: Lease, round: Round) -> Result<Next, DatabaseError> {
    let Round { tried, in_order } = round;
    let tx = notify.context.begin(&Origin::system()).await?;
    let past = store::past(&tx, lease.endpoint).await?;
    let health = health(past, &tried, tx.now());
    if !store::settle_queue(&tx, lease, health).await? {
        return Ok(Next::Lost);
    }
    let settled: Vec<Settled> = tried.iter().map(|tried| settled(tried, tx.now())).collect();
    store::settle_deliveries(&tx, &settled).await?;
    let failed: Vec<Uuid> = settled.iter().filter(|settled| settled.state == DeliveryState::Queued).map(|it| it.due.aggregate_id).collect();
    if in_order && !failed.is_empty() {
        store::hold_back(&tx, lease.endpoint, Some(&failed)).await?;
    }
    let gone = tried.iter().any(|tried| tried.verdict == Verdict::Gone);
    store::insert_attempts(&tx, tried.into_iter().map(|tried| (tried.due.id, tried.attempt)).collect()).await?;
    let ended = disable(&tx, lease, health, gone).await?;
    if let Some(failing_since) = health.failing_since.filter(|_| !ended && health.notices > past.notices) {
        // What happens to a thing is numbered by whoever holds it.
        store::lock(&tx, lease.endpoint).await?;
        outbox::record(&tx, &WebhookEndpointEvent::Failing { webhook_endpoint_id: lease.endpoint, failing_since }).await?;
    }
    tx.commit().await?;
    Ok(if ended || health.not_before.is_some() { Next::Rest } else { Next::Round })
}

/// How the endpoint does after this round: well, where anything arrived.
fn health(past: Past, round: &[Tried], now: Timestamp) -> Health {
    let arrived = round.iter().any(|tried| tried.verdict == Verdict::Arrived);
    let asked = round.iter().filter_map(|tried| if let Verdict::Failed(asked) = tried.verdict { asked } else { None }).max();
    let first_failure = round.iter().map(|tried| tried.attempt.started_at).min();
    // Failures with nothing tried between them are not one failure that lasts.
    let lasting = past.failing_since.filter(|_| past.last_tried_at.is_some_and(|tried_at| now - tried_at <= SILENCE));
    let failing_since = if arrived { None } else { lasting.or(first_failure) };
    Health {
        failing_since,
        notices: failing_since.map_or(0, |since| notices_after(now - since)),
        delivered_at: arrived.then_some(now),
        not_before: asked.filter(|pause| pause.num_milliseconds() > 0).map(|pause| now + pause),
    }
}

fn settled(tried: &Tried, now: Timestamp) -> Settled {
    let (due, tries) = (tried.due, tried.due.tries + 1);
    let next = match tried.verdict {
        Verdict::Arrived => return Settled { due, state: DeliveryState::Delivered, run_at: now },
        Verdict::Gone => None,
        Verdict::Failed(asked) => TRIES.pause_after(tries, asked),
    };
    match next {
        Some(pause) => Settled { due, state: DeliveryState::Queued, run_at: now + pause },
        None => Settled { due, state: DeliveryState::Exhausted, run_at: now },
    }
}

/// Ends telling an endpoint that wants nothing any more, or that nothing reaches; true where it is ended.
async fn disable(tx: &WriteTx, lease: Lease, health: Health, gone: bool) -> Result<bool, DatabaseError> {
    let given_up = health.failing_since.is_some_and(|since| tx.now() - since >= PATIENCE);
    let because = match (gone, given_up) {
        (true, _) => DisabledBecause::Gone,
        (false, true) => DisabledBecause::Failing,
        (false, false) => return Ok(false),
    };
    if store::disable(tx, lease.endpoint, because).await? {
        tracing::warn!(webhook.endpoint.id = %lease.endpoint, because = %because, "a webhook endpoint is told no more");
        outbox::record(tx, &WebhookEndpointEvent::Disabled { webhook_endpoint_id: lease.endpoint, because }).await?;
    }
    Ok(true)
}
