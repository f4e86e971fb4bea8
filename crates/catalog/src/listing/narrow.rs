//! What is in a collection, as filters of the list: asked whenever the list is, so that a product comes and goes with what it is.

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DurationRound, TimeDelta};
use kernel::{CategoryId, CollectionId, Timestamp};
use platform::db::{ConnectionTrait, DatabaseError};

use super::model::{Audience, Belonging, ProductFilters, ProductQuery, ProductSort};
use crate::categories;
use crate::collections::{Collection, CollectionStatus, Condition, Contents, Match, Rules};

/// Where products are to be in.
#[derive(Debug, Clone, Copy)]
pub enum Within<'a> {
    /// What staff put into this collection.
    Manual(CollectionId),
    /// That of which these hold.
    Rules(&'a Rules),
}

impl<'a> Within<'a> {
    /// In this collection.
    #[must_use]
    pub const fn of(collection: &'a Collection) -> Self {
        match &collection.contents {
            Contents::Manual => Self::Manual(collection.id),
            Contents::Rules(rules) => Self::Rules(rules),
        }
    }
}

impl Audience {
    /// True where it sees this collection.
    pub(super) const fn sees(self, collection: &Collection) -> bool {
        matches!((self, collection.status), (Self::Staff, _) | (Self::Public, CollectionStatus::Active))
    }
}

/// The query for what is there as well, in an order that this has.
pub(super) async fn narrow<'q>(
    db: &impl ConnectionTrait,
    within: Option<Within<'_>>,
    query: &'q ProductQuery,
    now: Timestamp,
) -> Result<Cow<'q, ProductQuery>, DatabaseError> {
    if within.is_none() && !query.sort.is_manual() {
        return Ok(Cow::Borrowed(query));
    }
    let mut narrowed = query.clone();
    match within {
        Some(Within::Manual(id)) => {
            narrowed.filters.belongings.push(Belonging { collection: Some(id), ..Belonging::default() });
            return Ok(Cow::Owned(narrowed));
        }
        Some(Within::Rules(rules)) => {
            let named: Vec<CategoryId> = rules.categories().map(|(_, id)| id).collect();
            narrowed.filters = obey(narrowed.filters, rules, &categories::subtrees(db, &named).await?, now);
        }
        None => {}
    }
    narrowed.sort = query.sort.without_staff();
    Ok(Cow::Owned(narrowed))
}

impl ProductSort {
    /// True for the order of staff, which only a manual collection has.
    pub(super) const fn is_manual(self) -> bool {
        matches!(self, Self::Manual | Self::ManualDescending)
    }

    /// The order instead, where staff gave none.
    const fn without_staff(self) -> Self {
        match self {
            Self::Manual => Self::CreatedAtDescending,
            Self::ManualDescending => Self::CreatedAt,
            other => other,
        }
    }
}

/// The filters, and what rules ask for as well.
fn obey(filters: ProductFilters, rules: &Rules, subtrees: &HashMap<CategoryId, Vec<CategoryId>>, now: Timestamp) -> ProductFilters {
    match rules.matches() {
        Match::All => rules.conditions().iter().fold(filters, |filters, condition| filters.and(condition, subtrees, now)),
        Match::Any => {
            let mut filters = filters;
            let any = rules.conditions().iter().fold(Belonging::default(), |any, condition| any.or(condition, subtrees));
            filters.belongings.push(any);
            filters
        }
    }
}

impl ProductFilters {
    fn and(mut self, condition: &Condition, subtrees: &HashMap<CategoryId, Vec<CategoryId>>, now: Timestamp) -> Self {
        match condition {
            Condition::Tags(_) | Condition::Categories(_) | Condition::Brands(_) | Condition::OnSale => {
                self.belongings.push(Belonging::default().or(condition, subtrees));
            }
            Condition::PriceAtLeast(minor) => self.price_at_least = self.price_at_least.max(Some(*minor)),
            Condition::PriceAtMost(minor) => self.price_at_most = Some(self.price_at_most.map_or(*minor, |most| most.min(*minor))),
            // Who wants what is there and what is not wants what belongs to nothing.
            Condition::InStock(flag) if self.in_stock == Some(!flag) => self.belongings.push(Belonging::default()),
            Condition::InStock(flag) => self.in_stock = Some(*flag),
            Condition::CreatedWithinDays(days) => self.created_since = self.created_since.max(Some(days_before(now, *days))),
        }
        self
    }
}

impl Belonging {
    /// What holds of products alone, and not of what belongs to them, adds nothing: rules let none of it be one of several.
    fn or(mut self, condition: &Condition, subtrees: &HashMap<CategoryId, Vec<CategoryId>>) -> Self {
        match condition {
            Condition::Tags(tags) => self.tags.extend_from_slice(tags),
            Condition::Categories(ids) => self.categories.extend(ids.iter().filter_map(|id| subtrees.get(id)).flatten()),
            Condition::Brands(brands) => self.brands.extend_from_slice(brands),
            Condition::OnSale => self.on_sale = true,
            Condition::PriceAtLeast(_) | Condition::PriceAtMost(_) | Condition::InStock(_) | Condition::CreatedWithinDays(_) => {}
        }
        self
    }
}

/// So many days before the hour that has begun: what pages of one list ask for stays the same from one to the next, as long as that lasts.
fn days_before(now: Timestamp, days: i64) -> Timestamp {
    let hour = now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now);
    hour - TimeDelta::days(days)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rules(matches: &str, conditions: Value) -> Rules {
        let rules = json!({ "match": matches, "conditions": conditions });
        Rules::parse(serde_json::from_value(rules).expect("rules")).expect("rules")
    }

    fn now() -> Timestamp {
        "2026-03-02T09:30:00Z".parse().expect("a moment")
    }

    /// Whoever looks at a collection may ask for less of it, and never gets more.
    #[test]
    fn filters_and_rules_both_hold() {
        let conditions = json!([
            { "field": "price", "op": "at_least", "value": 500 },
            { "field": "price", "op": "at_most", "value": 900 },
            { "field": "in_stock", "op": "is", "value": true },
            { "field": "created_at", "op": "within_days", "value": 2 },
            { "field": "tag", "op": "is", "value": "new" },
            { "field": "tag", "op": "is", "value": "blue" },
        ]);
        let wanted = ProductFilters { price_at_least: Some(700), price_at_most: Some(2_000), ..ProductFilters::default() };
        let both = obey(wanted, &rules("all", conditions.clone()), &HashMap::new(), now());
        assert_eq!((both.price_at_least, both.price_at_most, both.in_stock), (Some(700), Some(900), Some(true)));
        assert_eq!(both.created_since, "2026-02-28T09:00:00Z".parse().ok());
        assert_eq!(both.belongings.iter().map(|of| of.tags.clone()).collect::<Vec<_>>(), [["new"], ["blue"]]);
        let out = ProductFilters { in_stock: Some(false), ..ProductFilters::default() };
        assert!(obey(out, &rules("all", conditions), &HashMap::new(), now()).belongings.contains(&Belonging::default()));
    }

    #[test]
    fn any_is_one_thing_that_products_belong_to() {
        let (mugs, cups, gone) = (CategoryId::generate(), CategoryId::generate(), CategoryId::generate());
        let conditions = json!([
            { "field": "category", "op": "one_of", "value": [mugs, gone] },
            { "field": "tag", "op": "is", "value": "new" },
            { "field": "on_sale", "op": "is", "value": true },
        ]);
        let subtrees = HashMap::from([(mugs, vec![mugs, cups])]);
        let any = obey(ProductFilters::default(), &rules("any", conditions), &subtrees, now());
        let expected = Belonging { categories: vec![mugs, cups], tags: vec!["new".to_owned()], on_sale: true, ..Belonging::default() };
        assert_eq!(any.belongings, [expected]);
    }
}
