//! Books that are drifted apart on purpose: the shop finds all of it, and nothing else.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use local_stripe::Stripe;
use serde_json::{Value, json};

use crate::campaign::random::Random;
use crate::campaign::shop::Shop;
use crate::campaign::trial::Trial;

/// One movement of so many drifts.
const ONE_OF: usize = 100;
/// What can drift.
const KINDS: [&str; 4] = ["different", "foreign", "doubled", "missing"];

/// What a finding is, and of what the provider calls so.
type Found = BTreeSet<(String, String)>;

/// First the books agree; then one movement in a hundred drifts, and that is what is found.
pub(super) async fn find(shop: &Shop, (stripe, seed): (&Stripe, u64), trial: &mut Trial) -> Result<()> {
    for (kind, reference) in found(shop)? {
        trial.blame(format!("a false alarm: {kind} {reference}"));
    }
    let expected = drift(stripe, &mut Random::new(seed, "drift")).await?;
    let seen = found(shop)?;
    for (kind, reference) in expected.difference(&seen) {
        trial.blame(format!("not found: {kind} {reference}"));
    }
    for (kind, reference) in seen.difference(&expected) {
        trial.blame(format!("found without need: {kind} {reference}"));
    }
    trial.notes.push(format!("{} drifts at the provider, {} found", expected.len(), seen.intersection(&expected).count()));
    Ok(())
}

/// What the shop finds when it compares.
fn found(shop: &Shop) -> Result<Found> {
    let output = shop.output(&["--json", "payments", "reconcile"])?;
    let (said, code) = (String::from_utf8_lossy(&output.stderr), output.status.code());
    let rows: Vec<Value> = String::from_utf8(output.stdout)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    ensure!(code == Some(if rows.is_empty() { 0 } else { 3 }), "{} findings, and it ended with {code:?}: {said}", rows.len());
    let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(rows.iter().map(|row| (text(row, "kind"), text(row, "provider_reference"))).collect())
}

async fn drift(stripe: &Stripe, random: &mut Random) -> Result<Found> {
    let (mut charges, mut refunds) = (stripe.all("/v1/charges").await?, stripe.all("/v1/refunds").await?);
    charges.retain(|charge| charge.get("status").and_then(Value::as_str) == Some("succeeded"));
    let drifts = ((charges.len() + refunds.len()) / ONE_OF).max(KINDS.len());
    let mut expected = Found::new();
    for kind in KINDS.iter().cycle().take(drifts) {
        let reference = match *kind {
            "different" => {
                let charge = take(&mut charges, random)?;
                tell(stripe, &format!("/v1/charges/{}", text(&charge, "id")?), &json!({ "amount": 1 })).await?;
                text(&charge, "payment_intent")?
            }
            "missing" => {
                let refund = text(&take(&mut refunds, random)?, "id")?;
                tell(stripe, &format!("/v1/refunds/{refund}"), &json!({ "status": "failed" })).await?;
                refund
            }
            "doubled" => {
                let intent = text(&take(&mut charges, random)?, "payment_intent")?;
                let asked = stripe.read(&format!("/v1/payment_intents/{intent}")).await?;
                charge_anew(stripe, asked.get("metadata").context("an intent has metadata")?).await?
            }
            _ => charge_anew(stripe, &json!({})).await?,
        };
        expected.insert(((*kind).to_owned(), reference));
    }
    Ok(expected)
}

/// A charge that the shop did not ask for; its intent.
async fn charge_anew(stripe: &Stripe, metadata: &Value) -> Result<String> {
    let made = tell(stripe, "/v1/payment_intents", &json!({ "amount": 700, "currency": "usd" })).await?;
    let intent = text(&made, "id")?;
    ensure!(stripe.pay(&intent, "pm_card_visa").await? == 200, "{intent} was refused");
    let paid = stripe.read(&format!("/v1/payment_intents/{intent}")).await?;
    let charge = paid.pointer("/latest_charge/id").and_then(Value::as_str).context("no charge")?;
    tell(stripe, &format!("/v1/charges/{charge}"), &json!({ "metadata": metadata })).await?;
    Ok(intent)
}

async fn tell(stripe: &Stripe, path: &str, body: &Value) -> Result<Value> {
    let (status, said) = stripe.tell(path, body).await?;
    ensure!(status == 200, "{path}: {status} {said}");
    Ok(said)
}

fn take(of: &mut Vec<Value>, random: &mut Random) -> Result<Value> {
    ensure!(!of.is_empty(), "there is too little to let drift");
    let place = usize::try_from(random.next() % 1_000_000).unwrap_or(0) % of.len();
    Ok(of.swap_remove(place))
}

fn text(object: &Value, name: &str) -> Result<String> {
    Ok(object.get(name).and_then(Value::as_str).with_context(|| format!("no {name} in {object}"))?.to_owned())
}
