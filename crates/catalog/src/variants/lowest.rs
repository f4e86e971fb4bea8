//! The lowest price of the thirty days before the present one.

use std::collections::HashMap;

use chrono::TimeDelta;
use kernel::{Money, Quantity, Timestamp, VariantId};
use platform::db::{ConnectionTrait, DatabaseError};

use super::sellable::{PriceSource, PriceStep, Sellable};
use super::store;

/// How long before the present price a lower one counts (Directive 98/6/EC, article 6a).
pub(super) const LOOKED_BACK: TimeDelta = TimeDelta::days(30);

/// What a variant costs somebody, and what it cost before.
#[derive(Debug, Clone)]
pub struct PriceTag {
    /// The variant.
    pub variant: Sellable,
    /// From how many pieces on one costs what, by rising quantity.
    pub steps: Vec<PriceStep>,
    /// Since when one piece costs what it costs now.
    pub since: Option<Timestamp>,
    /// The lowest price of one piece in the thirty days before that; none where it had no price then.
    pub lowest_before: Option<Money>,
}

/// A time in which one piece cost so much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PriceSpan {
    pub(super) minor: i64,
    pub(super) from: Timestamp,
    pub(super) until: Option<Timestamp>,
}

impl PriceSpan {
    fn overlaps(&self, from: Timestamp, until: Timestamp) -> bool {
        self.from < until && self.until.is_none_or(|end| from < end)
    }
}

/// What these variants cost whoever has these prices, those that are for sale. Two statements.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn price_tags(db: &impl ConnectionTrait, ids: &[VariantId], source: &PriceSource) -> Result<Vec<PriceTag>, DatabaseError> {
    let (sold, spans) = tokio::try_join!(biased; store::sellable(db, ids, source), store::price_spans(db, ids, source))?;
    let mut by_variant: HashMap<VariantId, Vec<PriceSpan>> = HashMap::new();
    for (variant, span) in spans {
        by_variant.entry(variant).or_default().push(span);
    }
    let tag = |variant: Sellable| {
        let spans = by_variant.remove(&variant.variant_id).unwrap_or_default();
        let unit = variant.unit_price(Quantity::ONE);
        let since = unit.and_then(|unit| since(&spans, unit.minor(), source.now));
        let lowest_before = since.and_then(|since| lowest_before(&spans, since)).map(|minor| Money::new(minor, source.currency));
        PriceTag { steps: variant.steps(), since, lowest_before, variant }
    };
    Ok(sold.into_iter().filter(|variant| variant.live).map(tag).collect())
}

/// Since when it costs so much: through all spans that follow each other without a gap.
fn since(spans: &[PriceSpan], minor: i64, now: Timestamp) -> Option<Timestamp> {
    let mut same: Vec<&PriceSpan> = spans.iter().filter(|span| span.minor == minor && span.from <= now).collect();
    same.sort_by_key(|span| std::cmp::Reverse(span.until));
    let mut since = same.iter().filter(|span| span.until.is_none_or(|until| now < until)).map(|span| span.from).min()?;
    for span in same {
        if span.until.is_some_and(|until| since <= until) {
            since = since.min(span.from);
        }
    }
    Some(since)
}

fn lowest_before(spans: &[PriceSpan], since: Timestamp) -> Option<i64> {
    spans.iter().filter(|span| span.from < since && span.overlaps(since - LOOKED_BACK, since)).map(|span| span.minor).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::default() + TimeDelta::days(1_000 + day)
    }

    fn span(minor: i64, from: i64, until: Option<i64>) -> PriceSpan {
        PriceSpan { minor, from: day(from), until: until.map(day) }
    }

    /// A sale from the tenth day on, after a price that was raised on the fifth: the lowest is what it cost before it was raised.
    #[test]
    fn a_price_that_was_raised_before_a_sale_does_not_hide_what_it_was() {
        let spans = [span(900, -100, Some(5)), span(1_200, 5, None), span(1_000, 10, Some(20))];
        assert_eq!(since(&spans, 1_000, day(12)), Some(day(10)));
        assert_eq!(lowest_before(&spans, day(10)), Some(900));
        assert_eq!(lowest_before(&[span(900, -100, Some(-25)), span(1_200, -25, None)], day(10)), Some(1_200), "thirty days, not more");
    }

    #[test]
    fn what_never_cost_anything_else_has_no_price_before() {
        let spans = [span(1_000, 0, None)];
        assert_eq!((since(&spans, 1_000, day(3)), lowest_before(&spans, day(0))), (Some(day(0)), None));
        assert_eq!(since(&spans, 999, day(3)), None);
    }

    /// A price that is entered again as it was goes on.
    #[test]
    fn spans_of_one_price_that_follow_each_other_are_one() {
        let spans = [span(1_000, 0, Some(5)), span(1_000, 5, Some(8)), span(1_000, 8, None), span(1_000, -9, Some(-3))];
        assert_eq!(since(&spans, 1_000, day(9)), Some(day(0)));
    }
}
