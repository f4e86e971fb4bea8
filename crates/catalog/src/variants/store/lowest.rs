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
    price_list_id: Uuid,
    amount_minor: i64,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    created_at: Timestamp,
    is_past: i64,
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
    let (ids, lists) = (parameters.bind_all(ids.iter().copied()), parameters.bind_all(source.past.iter().map(|list| list.id)));
    // A price that began long ago is asked about the time before that.
    let far_back = parameters.bind(source.now - LOOKED_BACK - TimeDelta::days(60));
    let sql = format!(
        "SELECT variant_id, price_list_id, amount_minor, starts_at, ends_at, created_at, CAST(0 AS BIGINT) AS is_past
         FROM prices WHERE variant_id IN ({ids}) AND price_list_id IN ({lists}) AND min_quantity = 1
         UNION ALL
         SELECT variant_id, price_list_id, amount_minor, from_at, until_at, from_at, CAST(1 AS BIGINT)
         FROM price_history WHERE variant_id IN ({ids}) AND price_list_id IN ({lists}) AND until_at > {far_back}"
    );
    let rows: Vec<SpanRow> = db::fetch_all(db, &sql, parameters.0).await?;
    Ok(rows.into_iter().filter_map(|row| Some((VariantId::from_uuid(row.variant_id), span(&row, source)?))).collect())
}

/// When it was charged: within the time in which its list held. A price that was written down when its time was over never was.
fn span(row: &SpanRow, source: &PriceSource) -> Option<PriceSpan> {
    let list = source.past.iter().find(|list| list.id.uuid() == row.price_list_id)?;
    let is_past = row.is_past == 1;
    if !is_past && !list.active {
        return None;
    }
    // What is remembered was cut when it was written down.
    let (list_from, list_until) = if is_past { (None, None) } else { (list.from, list.until) };
    let from = [row.starts_at, Some(row.created_at), list_from].into_iter().flatten().max()?;
    let until = [row.ends_at, list_until].into_iter().flatten().min();
    until.is_none_or(|until| from < until).then_some(PriceSpan { minor: row.amount_minor, from, until })
}
