//! Rows of comparisons, and the operations that they are about.

use std::collections::HashMap;

use chrono::TimeDelta;
use kernel::{Currency, Money, OperationId, ReconciliationId, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Parameters, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::{Finding, Movement, Reconciliation};
use crate::payments::{Operation, operations_where};

/// Movements that are looked up in one statement.
const AT_ONCE: usize = 500;
/// More findings of one comparison are one disaster; the rest is counted, not kept.
const MOST_FINDINGS: usize = 1_000;

/// Our operations that a provider's movements may stand for: by our key, or by its name.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn operations_for(db: &impl ConnectionTrait, provider: &str, theirs: &[Movement]) -> Result<Vec<Operation>, DatabaseError> {
    let mut found = Vec::new();
    for some in theirs.chunks(AT_ONCE) {
        let mut parameters = Parameters::default();
        let keys: Vec<OperationId> = some.iter().filter_map(|movement| movement.operation_id).collect();
        let keys = parameters.bind_all(keys);
        let provider = parameters.bind(provider);
        let names = parameters.bind_all(some.iter().map(|movement| movement.reference.as_str()));
        let by_key = if keys.is_empty() { String::new() } else { format!("id IN ({keys}) OR ") };
        let kinds = "kind IN ('capture', 'refund')";
        let condition = format!("({by_key}(provider = {provider} AND {kinds} AND provider_reference IN ({names}))) AND {kinds}");
        found.extend(operations_where(db, &condition, parameters.0).await?);
    }
    Ok(found)
}

/// Our operations of a provider that moved money, as they say, since then.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn succeeded_since(db: &impl ConnectionTrait, provider: &str, since: Timestamp) -> Result<Vec<Operation>, DatabaseError> {
    // Ids grow with time, and the key has them in order.
    let condition = "id >= $1 AND provider = $2 AND status = 'succeeded' AND kind IN ('capture', 'refund')";
    operations_where(db, condition, values![OperationId::first_of(since), provider]).await
}

/// A customer who has not acted by then has gone away, and whatever was to find that out with them.
const CUSTOMER_IS_GONE: TimeDelta = TimeDelta::days(1);

/// Operations that have waited for a clear answer since before then, the oldest first; those that wait for a customer only after a day.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn unsettled(db: &impl ConnectionTrait, before: Timestamp, most: i64) -> Result<Vec<Operation>, DatabaseError> {
    let condition = format!(
        "status IN ('pending', 'unknown') AND created_at <= $1 AND (created_at <= $2 OR NOT EXISTS (
             SELECT 1 FROM payments p WHERE p.id = payment_operations.payment_id AND p.status = 'awaiting_customer'))
         ORDER BY created_at, id LIMIT {most}"
    );
    operations_where(db, &condition, values![before, before - CUSTOMER_IS_GONE]).await
}

/// Writes a comparison down.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn record(tx: &WriteTx, made: &Reconciliation) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO reconciliations (id, provider, since, compared, created_at) VALUES ($1, $2, $3, $4, $5)";
    const FINDINGS: &str =
        "INSERT INTO reconciliation_findings (reconciliation_id, position, kind, operation_id, provider_reference, currency,
        expected_minor, found_minor, found_currency) VALUES";
    db::execute(tx, INSERT, values![made.id, &made.provider, made.since, made.compared, made.created_at]).await?;
    let row = |(position, finding): (i64, &Finding)| {
        let currency = finding.expected.or(finding.found).map_or("", |money| money.currency().code());
        let found_currency = finding.found.map(|money| money.currency().code());
        let (kind, reference) = (finding.kind.as_str(), finding.reference.as_deref());
        values![made.id, position, kind, finding.operation_id, reference, currency, finding.expected, finding.found, found_currency]
    };
    let rows = (1_i64..).zip(made.findings.iter().take(MOST_FINDINGS)).map(row).collect();
    db::insert_many(tx, FINDINGS, rows, "").await.map(drop)
}

#[derive(FromQueryResult)]
struct ReconciliationRow {
    id: Uuid,
    provider: String,
    since: Timestamp,
    compared: i64,
    created_at: Timestamp,
}

#[derive(FromQueryResult)]
struct FindingRow {
    reconciliation_id: Uuid,
    kind: String,
    operation_id: Option<Uuid>,
    provider_reference: Option<String>,
    currency: String,
    expected_minor: Option<i64>,
    found_minor: Option<i64>,
    found_currency: Option<String>,
}

/// The last comparison with each of these providers.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn latest(db: &impl ConnectionTrait, providers: &[&str]) -> Result<Vec<Reconciliation>, DatabaseError> {
    let mut made = Vec::new();
    for provider in providers {
        const SELECT: &str =
            "SELECT id, provider, since, compared, created_at FROM reconciliations WHERE provider = $1 ORDER BY id DESC LIMIT 1";
        let row: Option<ReconciliationRow> = db::fetch_optional(db, SELECT, values![*provider]).await?;
        made.extend(row.map(|row| Reconciliation {
            id: ReconciliationId::from_uuid(row.id),
            provider: row.provider,
            since: row.since,
            compared: row.compared,
            findings: Vec::new(),
            created_at: row.created_at,
        }));
    }
    let mut findings = findings_of(db, &made).await?;
    made.iter_mut().for_each(|one| one.findings = findings.remove(&one.id.uuid()).unwrap_or_default());
    Ok(made)
}

async fn findings_of(db: &impl ConnectionTrait, made: &[Reconciliation]) -> Result<HashMap<Uuid, Vec<Finding>>, DatabaseError> {
    let mut findings: HashMap<Uuid, Vec<Finding>> = HashMap::new();
    if made.is_empty() {
        return Ok(findings);
    }
    let mut parameters = Parameters::default();
    let ids = parameters.bind_all(made.iter().map(|one| one.id));
    let sql = format!(
        "SELECT reconciliation_id, kind, operation_id, provider_reference, currency, expected_minor, found_minor, found_currency
         FROM reconciliation_findings WHERE reconciliation_id IN ({ids}) ORDER BY reconciliation_id, position"
    );
    let rows: Vec<FindingRow> = db::fetch_all(db, &sql, parameters.0).await?;
    for row in rows {
        findings.entry(row.reconciliation_id).or_default().push(finding(row)?);
    }
    Ok(findings)
}

fn finding(row: FindingRow) -> Result<Finding, DatabaseError> {
    let corrupt = |_| DatabaseError::corrupt("reconciliation_findings.currency");
    let currency: Currency = row.currency.parse().map_err(corrupt)?;
    let found_currency = row.found_currency.map(|code| code.parse::<Currency>().map_err(corrupt)).transpose()?;
    Ok(Finding {
        kind: row.kind.parse().map_err(|_| DatabaseError::corrupt("reconciliation_findings.kind"))?,
        operation_id: row.operation_id.map(OperationId::from_uuid),
        reference: row.provider_reference,
        expected: row.expected_minor.map(|minor| Money::new(minor, currency)),
        found: row.found_minor.zip(found_currency).map(|(minor, currency)| Money::new(minor, currency)),
    })
}
