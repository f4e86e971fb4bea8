//! The own list, written into every place of every operation.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result};

use super::contract::{self, Operation};
use super::judge;
use super::payloads::{self, Payload};
use super::request::{Requests, Slot};
use crate::campaign::client::{Client, Reply};
use crate::campaign::exhibits;
use crate::campaign::shop::Shop;
use crate::campaign::trial::Trial;

/// Whoever waits for longer waits for something that the client wrote: those that sleep do so for nine seconds.
const LONGEST: Duration = Duration::from_secs(3);
/// A machine that is busy may be slow once.
const TIMES: usize = 3;
/// Headers that every request may have (but `Accept-Encoding`: this client reads no compressed answers); tried where a list, a single thing and a write stand for all.
const HEADERS: &[&str] = &[
    "authorization",
    "x-cart-token",
    "x-request-id",
    "accept",
    "accept-language",
    "content-type",
    "cookie",
    "forwarded",
    "if-none-match",
    "origin",
    "range",
    "traceparent",
    "user-agent",
    "x-forwarded-for",
    "x-http-method-override",
];
const WITH_HEADERS: [&str; 3] = ["/api/v1/products", "/api/v1/orders/{order_id}", "/api/v1/carts"];

/// A part of an operation's places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    AroundBody,
    Body,
}

/// An attacker at work.
struct Attacker<'a> {
    shop: &'a Shop,
    client: Client,
    count: u64,
    trial: &'a mut Trial,
}

/// Attacks all operations whose name has one of these in it.
pub(super) async fn run(shop: &Shop, only: &[String], trial: &mut Trial) -> Result<()> {
    let mut client = Client::new(shop.address);
    let document = client.expect(200, "GET", "/openapi.json", ("", "")).await?;
    let mut exhibits = exhibits::gather(shop).await?;
    let names: Vec<String> = contract::read(&document, &exhibits)?.iter().map(Operation::name).collect();
    let mut attacker = Attacker { shop, client, count: 0, trial };
    // What is written into bodies stays in the shop, where the other places must not find it.
    for part in [Part::AroundBody, Part::Body] {
        for name in names.iter().filter(|name| only.is_empty() || only.iter().any(|part| name.contains(part.as_str()))) {
            if name.contains("/carts") || name.contains("/orders") {
                // What was bought or called off is of no use to the next.
                exhibits = exhibits::gather(attacker.shop).await?;
            }
            let operations = contract::read(&document, &exhibits)?;
            let operation = operations.iter().find(|operation| operation.name() == *name).context("an operation is gone")?;
            attacker.attack(operation, part, &exhibits).await.with_context(|| operation.name())?;
        }
    }
    Ok(())
}

impl Attacker<'_> {
    async fn attack(&mut self, operation: &Operation, part: Part, exhibits: &exhibits::Exhibits) -> Result<()> {
        // Nothing is to be deleted: no version is 0.
        let tag = if operation.method == "DELETE" { "\"0\"" } else { "\"1\"" }.to_owned();
        let mut requests = Requests { operation, exhibits, key: &self.shop.key.clone(), tag, count: self.count };
        for slot in slots(operation).into_iter().filter(|slot| part_of(slot) == part) {
            self.fill(&mut requests, &slot).await?;
        }
        if operation.body.is_some() && part == Part::Body {
            for body in payloads::bodies() {
                let payload = Payload { value: String::from_utf8_lossy(&body).into_owned().into(), harmless: "".into() };
                let request = requests.with_body(body);
                let reply = self.send(&request, (operation, &Slot::Whole, &payload)).await?;
                self.judge((operation, &Slot::Whole, &payload), &reply, None);
            }
        }
        self.count = requests.count;
        Ok(())
    }

    /// Writes everything into one place.
    async fn fill(&mut self, requests: &mut Requests<'_>, slot: &Slot) -> Result<()> {
        let operation = requests.operation;
        let mut harmless: HashMap<String, Reply> = HashMap::new();
        for payload in of_slot(operation, slot) {
            let key = payload.harmless.to_string();
            if !harmless.contains_key(&key) {
                let reply = self.ask(requests, (slot, &payload.harmless), &payload).await?;
                harmless.insert(key.clone(), reply);
            }
            let reply = self.ask(requests, (slot, &payload.value), &payload).await?;
            self.judge((operation, slot, &payload), &reply, harmless.get(&key));
        }
        Ok(())
    }

    /// Asks, and again where the version was that of before.
    async fn ask(&mut self, requests: &mut Requests<'_>, (slot, value): (&Slot, &serde_json::Value), payload: &Payload) -> Result<Reply> {
        let operation = requests.operation;
        let request = requests.with(slot, value);
        let mut reply = self.send(&request, (operation, slot, payload)).await?;
        let current = reply.json().and_then(|json| json.pointer("/error/details/current_version")?.as_i64());
        if let Some(version) = current.filter(|_| operation.method != "DELETE") {
            requests.tag = format!("\"{version}\"");
            let request = requests.with(slot, value);
            reply = self.send(&request, (operation, slot, payload)).await?;
        }
        if let Some(tag) = reply.header("etag").filter(|_| reply.status < 300 && operation.method != "GET") {
            requests.tag = tag.to_owned();
        }
        Ok(reply)
    }

    /// Sends, a few times where the answer is slow.
    async fn send(&mut self, request: &[u8], (operation, slot, payload): (&Operation, &Slot, &Payload)) -> Result<Reply> {
        let mut reply = Reply::default();
        for _ in 0..TIMES {
            reply = self.client.send(request).await.with_context(|| format!("{slot:?} {}", short(payload)))?;
            self.trial.cases += 1;
            if reply.time < LONGEST {
                self.trial.took(reply.time);
                return Ok(reply);
            }
        }
        self.trial.took(reply.time);
        let told = format!("{}: {slot:?}: {}: took {} ms", operation.name(), short(payload), reply.time.as_millis());
        self.trial.blame(told);
        Ok(reply)
    }

    fn judge(&mut self, (operation, slot, payload): (&Operation, &Slot, &Payload), reply: &Reply, harmless: Option<&Reply>) {
        for fault in judge::faults(operation, (slot, payload), reply, harmless) {
            self.trial.blame(format!("{}: {slot:?}: {}: {fault}", operation.name(), short(payload)));
        }
    }
}

/// A payload, short enough for a line.
fn short(payload: &Payload) -> String {
    payload.value.to_string().chars().take(100).collect()
}

const fn part_of(slot: &Slot) -> Part {
    match slot {
        Slot::Member(_) | Slot::Form(_) | Slot::Whole => Part::Body,
        Slot::Path(_) | Slot::Query(_) | Slot::Name | Slot::Cursor(_) | Slot::Header(_) => Part::AroundBody,
    }
}

/// Every place of an operation.
fn slots(operation: &Operation) -> Vec<Slot> {
    let named = |place: &'static str| operation.at(place).map(|parameter| parameter.name.clone());
    let mut slots: Vec<Slot> = named("path").map(Slot::Path).chain(named("query").map(Slot::Query)).chain([Slot::Name]).collect();
    slots.extend(named("header").map(Slot::Header));
    let sorts = operation.at("query").filter(|parameter| parameter.name == "sort").flat_map(|parameter| parameter.words.iter());
    slots.extend(sorts.cloned().map(Slot::Cursor));
    if WITH_HEADERS.contains(&operation.path.as_str()) {
        slots.extend(HEADERS.iter().map(|name| Slot::Header((*name).to_owned())));
    }
    slots.extend(operation.body.iter().flat_map(|body| &body.members).map(|(pointer, _)| Slot::Member(pointer.clone())));
    slots.extend(operation.form.iter().cloned().map(Slot::Form));
    slots
}

/// What is written into a place.
fn of_slot(operation: &Operation, slot: &Slot) -> Vec<Payload> {
    match slot {
        Slot::Name => payloads::NAMES.iter().map(|name| Payload { value: (*name).into(), harmless: "zqxjkvbw".into() }).collect(),
        Slot::Member(_) => [payloads::texts(), payloads::numbers(), payloads::structures()].concat(),
        // A line's end ends the header, and what follows is a request of its own; a star is right in most of them.
        Slot::Header(_) => payloads::texts().into_iter().filter(|payload| !has_line_end(payload) && payload.value != "*").collect(),
        Slot::Query(name) => {
            let words = operation.at("query").filter(|parameter| parameter.name == *name).flat_map(|parameter| &parameter.words);
            let words: Vec<&String> = words.take(1).collect();
            [payloads::texts(), payloads::numbers(), payloads::behind(&words)].concat()
        }
        Slot::Path(_) | Slot::Cursor(_) | Slot::Form(_) | Slot::Whole => [payloads::texts(), payloads::numbers()].concat(),
    }
}

fn has_line_end(payload: &Payload) -> bool {
    payload.value.as_str().is_some_and(|text| text.contains(['\r', '\n']))
}
