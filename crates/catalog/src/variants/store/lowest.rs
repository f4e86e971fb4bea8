//! Reading what a piece cost before.

use chrono::TimeDelta;
use kernel::{Timestamp, VariantId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Parameters};
use uuid::Uuid;

use super::super::lowest::{LOOKED_BACK, PriceSpan};
use super::super::sellable::PriceSource;

#[derive(FromQueryResult)]
struct SpanRow {
    variant_id: Uuid,
    amount_minor: i64,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    created_at: Timestamp,
}

/// What one piece of these variants costs and cost, in each of the lists, as far back as anybody asks. One statement.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub(in crate::variants) async fn price_spans(
    db: &impl ConnectionTrait,
    ids: &[VariantId],
    source: &PriceSource,
) -> Result<Vec<(VariantId, PriceSpan)>, DatabaseError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut parameters = Parameters::default();
    let (ids, lists) = (parameters.bind_all(ids.iter().copied()), parameters.bind_all(source.lists.iter().copied()));
    // A price that began long ago is asked about the time before that.
    let far_back = parameters.bind(source.now - LOOKED_BACK - TimeDelta::days(60));
    let sql = format!(
        "SELECT variant_id, amount_minor, starts_at, ends_at, created_at
         FROM prices WHERE variant_id IN ({ids}) AND price_list_id IN ({lists}) AND min_quantity = 1
         UNION ALL
         SELECT variant_id, amount_minor, from_at, until_at, from_at
         FROM price_history WHERE variant_id IN ({ids}) AND price_list_id IN ({lists}) AND until_at > {far_back}"
    );
    let rows: Vec<SpanRow> = db::fetch_all(db, &sql, parameters.0).await?;
    let span = |row: SpanRow| {
        let from = row.starts_at.map_or(row.created_at, |start| start.max(row.created_at));
        (VariantId::from_uuid(row.variant_id), PriceSpan { minor: row.amount_minor, from, until: row.ends_at })
    };
    Ok(rows.into_iter().map(span).collect())
}
