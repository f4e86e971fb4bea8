//! What the database says of itself: its version, its schema, the rules of the data, what waits and what was given up.

use platform::Context;
use platform::db::{DatabaseError, patient_violations};
use platform::events::Difference;
use platform::jobs;
use platform::migrate::{self, Applied};
use platform::outbox;

use super::{Check, Health};
use crate::wiring;

/// Asks for everything; a schema that is not ours ends the questions.
pub(in crate::cli) async fn look(context: &Context) -> Vec<Check> {
    let mut checks = vec![match context.db.version().await {
        Ok(version) => Check::new("database", Health::Ok, version),
        Err(error) => return vec![Check::failed("database", &error)],
    }];
    let migrations = schema(context).await;
    let migrated = migrations.health == Health::Ok;
    checks.push(migrations);
    if migrated {
        checks.extend(rules(context).await);
        checks.push(rebuilt(context).await.unwrap_or_else(|error| Check::failed("events", &error)));
        checks.push(discarded(context).await.unwrap_or_else(|error| Check::failed("jobs", &error)));
        checks.push(backlog(context).await.unwrap_or_else(|error| Check::failed("outbox", &error)));
    }
    checks
}

async fn schema(context: &Context) -> Check {
    match migrate::verify(&context.db, &wiring::migrations()).await {
        Ok(steps) => match steps.iter().filter(|step| step.state == Applied::No).count() {
            0 => Check::new("migrations", Health::Ok, format!("all {} are applied", steps.len())),
            missing => Check::new("migrations", Health::Failed, format!("{missing} are missing; `tradewind migrate up` applies them")),
        },
        Err(error) => Check::failed("migrations", &error),
    }
}

/// One line for all rules that hold, and one for each that is broken.
async fn rules(context: &Context) -> Vec<Check> {
    let invariants = wiring::invariants();
    match patient_violations(&context.db, &invariants, context.now()).await {
        Ok(broken) => {
            let told = broken.iter().map(|rule| {
                let seen = format!("{} {}: broken by {}", rule.code, rule.says, rule.culprits.join(", "));
                Check::new("rule of the data", Health::Failed, seen)
            });
            let holding = format!("{} of {} hold", invariants.len() - broken.len(), invariants.len());
            let health = if broken.is_empty() { Health::Ok } else { Health::Failed };
            std::iter::once(Check::new("rules of the data", health, holding)).chain(told).collect()
        }
        Err(error) => vec![Check::failed("rules of the data", &error)],
    }
}

/// How many things are named of those that differ.
const MOST_NAMED: usize = 5;

async fn rebuilt(context: &Context) -> Result<Check, DatabaseError> {
    let (compared, differences) = wiring::rebuilt(context.db.reader()).await?;
    if differences.is_empty() {
        return Ok(Check::new(
            "events",
            Health::Ok,
            format!("rebuilt from their events, {compared} orders and payments are what the tables say"),
        ));
    }
    let facts = wiring::facts();
    let name = |found: &Difference| format!("{}: {}", facts.id_text(found.aggregate, found.id), found.says);
    let named: Vec<String> = differences.iter().take(MOST_NAMED).map(name).collect();
    let seen = format!("{} of {compared} orders and payments are not what their events tell: {}", differences.len(), named.join("; "));
    Ok(Check::new("events", Health::Failed, seen))
}

async fn discarded(context: &Context) -> Result<Check, DatabaseError> {
    let count: i64 = jobs::queues(context.db.reader(), context.now()).await?.iter().map(|queue| queue.discarded).sum();
    Ok(match count {
        0 => Check::new("jobs", Health::Ok, "none is given up"),
        count => Check::new("jobs", Health::Failed, format!("{count} are given up; see `tradewind jobs list --state discarded`")),
    })
}

async fn backlog(context: &Context) -> Result<Check, DatabaseError> {
    let backlog = outbox::backlog(context.db.reader()).await?;
    Ok(match backlog.oldest {
        None => Check::new("outbox", Health::Ok, "empty"),
        Some(oldest) => {
            let age_s = (context.now() - oldest).num_seconds();
            let health = if age_s > 60 { Health::Warning } else { Health::Ok };
            Check::new(
                "outbox",
                health,
                format!("{} facts wait, the oldest for {age_s} s; a node with the role `worker` relays them", backlog.waiting),
            )
        }
    })
}
