//! The shop's books beside the provider's own, payment by payment.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use local_stripe::Stripe;
use serde_json::Value;

use super::customer::{Bought, Place};
use crate::campaign::trial::Trial;

/// What moved under one name of the provider's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Moved {
    charges: usize,
    captured: i64,
    refunded: i64,
}

/// Holds both against what customers did: each payment once, to the cent, and nothing else.
pub(super) async fn compare(place: &Place, bought: &[Bought], trial: &mut Trial) -> Result<()> {
    let mut theirs = moved_at(&place.stripe).await?;
    let ours = payments(place).await?;
    if ours.len() != trial.cases {
        trial.blame(format!("{} checkouts made {} payments", trial.cases, ours.len()));
    }
    let mut sums = Moved::default();
    for (id, payment) in &ours {
        let there = theirs.remove(payment.reference.as_deref().unwrap_or_default()).unwrap_or_default();
        if there.charges > 1 || (there.captured, there.refunded) != (payment.captured, payment.refunded) {
            trial.blame(format!("{id}: {payment:?}, and at the provider {there:?}"));
        }
        sums = Moved {
            charges: sums.charges + there.charges,
            captured: sums.captured + payment.captured,
            refunded: sums.refunded + payment.refunded,
        };
    }
    for (reference, moved) in theirs {
        trial.blame(format!("{reference} of the provider is nobody's here: {moved:?}"));
    }
    for visit in bought {
        let came = ours.get(&visit.payment).map(|payment| payment.captured > 0 && payment.captured == payment.asked);
        if came != Some(visit.is_paid) {
            trial.blame(format!("{}: the customer paid: {}, and it came: {came:?}", visit.payment, visit.is_paid));
        }
    }
    let Moved { charges, captured, refunded } = sums;
    trial.notes.push(format!("{charges} charges of {captured} cents in all and refunds of {refunded} cents, in both books"));
    Ok(())
}

/// How many customers have paid, and the shop does not know it yet.
pub(super) async fn unnoticed(place: &Place, bought: &[Bought]) -> Result<usize> {
    let ours = payments(place).await?;
    let has_come = |visit: &&Bought| ours.get(&visit.payment).is_some_and(|payment| payment.captured > 0);
    Ok(bought.iter().filter(|visit| visit.is_paid).filter(|visit| !has_come(visit)).count())
}

/// A payment as the shop has it.
#[derive(Debug)]
struct Payment {
    reference: Option<String>,
    asked: i64,
    captured: i64,
    refunded: i64,
}

async fn payments(place: &Place) -> Result<BTreeMap<String, Payment>> {
    let (mut payments, mut after) = (BTreeMap::new(), String::new());
    loop {
        let page = place.read(&format!("/api/v1/payments?limit=100{after}")).await?;
        for payment in page.get("data").and_then(Value::as_array).context("no payments")? {
            let amount = |path: &str| payment.pointer(path).and_then(Value::as_i64).with_context(|| format!("no {path}"));
            let id = payment.get("id").and_then(Value::as_str).context("a payment has an id")?;
            let reference = payment.get("provider_reference").and_then(Value::as_str).map(str::to_owned);
            let (asked, captured, refunded) = (amount("/amount/amount")?, amount("/captured/amount")?, amount("/refunded/amount")?);
            payments.insert(id.to_owned(), Payment { reference, asked, captured, refunded });
        }
        match page.pointer("/meta/next_cursor").and_then(Value::as_str) {
            Some(cursor) => after = format!("&after={cursor}"),
            None => return Ok(payments),
        }
    }
}

async fn moved_at(stripe: &Stripe) -> Result<BTreeMap<String, Moved>> {
    let mut moved: BTreeMap<String, Moved> = BTreeMap::new();
    let intent_of = |object: &Value| object.get("payment_intent").and_then(Value::as_str).unwrap_or("without an intent").to_owned();
    let amount_of = |object: &Value| object.get("amount").and_then(Value::as_i64).unwrap_or(0);
    for charge in stripe.all("/v1/charges").await? {
        if charge.get("status").and_then(Value::as_str) == Some("succeeded") {
            let of = moved.entry(intent_of(&charge)).or_default();
            (of.charges, of.captured) = (of.charges + 1, of.captured + amount_of(&charge));
        }
    }
    for refund in stripe.all("/v1/refunds").await? {
        moved.entry(intent_of(&refund)).or_default().refunded += amount_of(&refund);
    }
    Ok(moved)
}
