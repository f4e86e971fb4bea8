//! What must be true of the stream and of everybody who was told of it, whenever the process died.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use raw_client::receiver::Message;
use serde_json::Value;

use super::super::shop::Shop;
use super::super::trial::Trial;
use super::told::{Follower, Seen};
use super::write::Told;

/// Holds the stream against what the writers were told, the endpoint against the stream, and a replay against both.
pub(super) async fn all(shop: &Shop, follower: &Follower, told: &Told, trial: &mut Trial) -> Result<()> {
    if !follower.hears(trial.cases).await {
        trial.blame(format!("{} of {} messages arrived", follower.first_arrivals().0.len(), trial.cases));
    }
    let stream = follower.stream(shop).await?;
    stream_is_whole(&stream, told, trial);
    let (messages, again) = follower.first_arrivals();
    trial.notes.push(format!("{again} messages arrived once more, under the ids that they had"));
    messages_are_whole(&messages, &stream, trial);
    deliveries_are_whole(&follower.deliveries(shop).await?, &stream, trial);
    replay(shop, follower, &messages, &stream, trial).await
}

fn stream_is_whole(stream: &[Seen], told: &Told, trial: &mut Trial) {
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    for event in stream {
        let before = last.insert(&event.aggregate, event.aggregate_seq).unwrap_or(0);
        if event.aggregate_seq != before + 1 {
            trial.blame(format!("event {} is the {}th of {}, after the {before}th", event.seq, event.aggregate_seq, event.aggregate));
        }
    }
    if !stream.is_sorted_by(|a, b| a.seq < b.seq) {
        trial.blame("the stream is not in order".to_owned());
    }
    for (id, group) in told {
        let events = last.get(id.as_str()).copied().unwrap_or(0);
        if group.version < group.acknowledged {
            trial.blame(format!("{id} has version {}, although {} was acknowledged", group.version, group.acknowledged));
        }
        if events != group.version {
            trial.blame(format!("{id} has version {} and {events} events", group.version));
        }
    }
}

/// The endpoint asked for order: what first arrived of a thing arrived in the order in which it happened.
fn messages_are_whole(messages: &[Message], stream: &[Seen], trial: &mut Trial) {
    let mut last: BTreeMap<String, i64> = BTreeMap::new();
    for message in messages {
        let body: Value = serde_json::from_slice(&message.body).unwrap_or_default();
        let (of, seq) = (body.pointer("/aggregate/id").and_then(Value::as_str), body.pointer("/aggregate/seq").and_then(Value::as_i64));
        let (Some(of), Some(seq)) = (of, seq) else {
            trial.blame(format!("no message: {body}"));
            continue;
        };
        let before = last.insert(of.to_owned(), seq).unwrap_or(0);
        if seq != before + 1 {
            trial.blame(format!("message {} tells the {seq}th of {of}, after the {before}th", message.id));
        }
    }
    let (sent, happened) = (messages.iter().map(|message| &message.id).collect(), stream.iter().map(|event| &event.id).collect());
    differ("told", &sent, &happened, trial);
}

fn differ(what: &str, sent: &BTreeSet<&String>, happened: &BTreeSet<&String>, trial: &mut Trial) {
    for lost in happened.difference(sent) {
        trial.blame(format!("{lost} was never {what}"));
    }
    for invented in sent.difference(happened) {
        trial.blame(format!("{invented} was {what} and never happened"));
    }
}

/// The consumer's effect, a delivery for each event, is there once.
fn deliveries_are_whole(deliveries: &[(i64, String)], stream: &[Seen], trial: &mut Trial) {
    let mut effects: BTreeMap<i64, usize> = BTreeMap::new();
    for (seq, state) in deliveries {
        *effects.entry(*seq).or_default() += 1;
        if state != "delivered" {
            trial.blame(format!("the delivery of event {seq} is {state}"));
        }
    }
    for event in stream {
        let found = effects.remove(&event.seq).unwrap_or(0);
        if found != 1 {
            trial.blame(format!("event {} has {found} deliveries", event.seq));
        }
    }
    if !effects.is_empty() {
        trial.blame(format!("{} deliveries are of no event", effects.len()));
    }
}

/// The middle half of the stream once more: the same messages, byte for byte.
async fn replay(shop: &Shop, follower: &Follower, before: &[Message], stream: &[Seen], trial: &mut Trial) -> Result<()> {
    let middle = stream.get(stream.len() / 4..stream.len() * 3 / 4).unwrap_or_default();
    let (Some(first), Some(last)) = (middle.first(), middle.last()) else { return Ok(()) };
    follower.hear_again(shop, first.seq, last.seq).await?;
    if !follower.hears(middle.len()).await {
        trial.blame(format!("a replay told {} of {} events", follower.first_arrivals().0.len(), middle.len()));
    }
    let known: BTreeMap<&String, &Vec<u8>> = before.iter().map(|message| (&message.id, &message.body)).collect();
    let (again, _) = follower.first_arrivals();
    for message in &again {
        if known.get(&message.id) != Some(&&message.body) {
            trial.blame(format!("{} reads otherwise in a replay", message.id));
        }
    }
    let (sent, meant) = (again.iter().map(|message| &message.id).collect(), middle.iter().map(|event| &event.id).collect());
    differ("told again", &sent, &meant, trial);
    trial.notes.push(format!("{} events told again by a replay, byte for byte", again.len()));
    Ok(())
}
