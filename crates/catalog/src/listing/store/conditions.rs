//! What a list asks for, as conditions on the listing `l` and on what is read in order.

use std::fmt::Write as _;

use kernel::fold;
use platform::db::{self, Parameters, Value};

use super::belongings::Range;
use super::sets::Sets;
use crate::listing::model::{Audience, ProductFilters, ProductQuery};
use crate::products::ProductStatus;

/// Where to read the listing `l` from, what has to hold of it, and the values of the parameters.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub(super) source: String,
    /// What is read in order instead of the list; empty where that is.
    pub(super) ranges: Vec<Range>,
    /// The set that is gone through instead of the list, where all that matches is wanted in no order; empty without one.
    pub(super) members: String,
    pub(super) sql: String,
    pub(super) parameters: Parameters,
    /// What has to hold of the price, which ranges know as well: operator and parameter.
    prices: Vec<(&'static str, String)>,
    shields: Shields,
    /// The sets that a product has to belong to, each by the statements of its members.
    sets: Vec<Vec<String>>,
}

/// Bounds that no index is to serve: the list is read in its order, for too much lies within them to be put in another one.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Shields {
    /// Those of the last change.
    pub(super) changes: bool,
    /// Those of the price.
    pub(super) prices: bool,
}

impl Default for Condition {
    fn default() -> Self {
        let (sql, parameters, prices, sets) = (String::new(), Parameters::default(), Vec::new(), Vec::new());
        let (source, members, shields) = ("product_listings l".to_owned(), String::new(), Shields::default());
        Self { source, ranges: Vec::new(), members, sql, parameters, prices, shields, sets }
    }
}

impl Condition {
    /// Reads the listing by way of something else.
    pub(super) fn start_from(&mut self, source: &str) {
        source.clone_into(&mut self.source);
    }

    pub(super) fn and(&mut self, sql: &str) {
        // Writing to a String cannot fail.
        let _ = write!(self.sql, " AND {sql}");
    }

    /// A product has to be one of the members that one of these finds, too.
    pub(super) fn belongs_to(&mut self, members: Vec<String>) {
        self.sets.push(members);
    }

    /// What is read in order, by its name.
    pub(super) const fn ordered(&self) -> &'static str {
        if self.ranges.is_empty() { "l" } else { "m" }
    }

    /// All that has to hold, but the state, of what is read in order and of its row of the list.
    pub(super) fn rest(&self) -> String {
        let ordered = self.ordered();
        let mut sql = String::new();
        let price = format!("{ordered}.price_min_minor");
        let price = if self.shields.prices { db::shielded(&price) } else { price };
        for (operator, parameter) in &self.prices {
            let _ = write!(sql, " AND {price} {operator} {parameter}");
        }
        for members in &self.sets {
            sql.push_str(&belongs(ordered, members));
        }
        match (self.ranges.is_empty(), self.sql.is_empty()) {
            (false, false) => sql.push_str(&exists(ordered, &self.sql)),
            (false, true) => {}
            (true, _) => sql.push_str(&self.sql),
        }
        sql
    }
}

/// True of a product that is one of the members that one of these finds. Each is asked for itself: a planner may put a union together whole.
pub(super) fn belongs(of: &str, members: &[String]) -> String {
    let is_one = |members: &String| format!("EXISTS (SELECT 1 FROM ({members}) AS named WHERE named.product_id = {of}.product_id)");
    match members {
        [members] => format!(" AND {}", is_one(members)),
        several => format!(" AND ({})", several.iter().map(is_one).collect::<Vec<_>>().join(" OR ")),
    }
}

/// True of a product whose row of the list keeps these conditions. The offset keeps PostgreSQL from joining the whole list where a
/// part of it decides.
fn exists(of: &str, conditions: &str) -> String {
    format!(" AND EXISTS (SELECT 1 FROM product_listings l WHERE l.product_id = {of}.product_id{conditions} LIMIT 1 OFFSET 0)")
}

/// The states that a query shows.
pub(super) fn statuses(query: &ProductQuery) -> Vec<ProductStatus> {
    let wanted = |status: &&ProductStatus| {
        let visible = query.audience == Audience::Staff || **status == ProductStatus::Active;
        visible && (query.filters.statuses.is_empty() || query.filters.statuses.contains(status))
    };
    ProductStatus::ALL.iter().filter(wanted).copied().collect()
}

/// What follows `FROM` to find all that matches, for counting.
pub(in crate::listing) fn matching(query: &ProductQuery, sets: &Sets<'_>) -> (String, Vec<Value>) {
    let mut condition = filters(&query.filters, Shields::default());
    sets.narrow_all(&mut condition);
    let words = condition.parameters.bind_all(statuses(query).iter().map(|status| status.as_str()));
    let sql = match (condition.ranges.first(), condition.members.as_str()) {
        (Some(Range { table, holds }), _) => format!("{table} m WHERE {holds} AND m.status IN ({words}){}", condition.rest()),
        (None, "") => format!("{} WHERE l.status IN ({words}){}", condition.source, condition.rest()),
        (None, members) => {
            let conditions = format!(" AND l.status IN ({words}){}", condition.rest());
            format!("{members} AS member WHERE TRUE{}", exists("member", &conditions))
        }
    };
    (sql, condition.parameters.0)
}

/// The filters on the list's own columns, but that of the state, which each branch of the statement has for itself.
pub(super) fn filters(filters: &ProductFilters, shields: Shields) -> Condition {
    let mut condition = Condition { shields, ..Condition::default() };
    if !filters.brands.is_empty() {
        let brands = condition.parameters.bind_all(filters.brands.iter().map(|brand| fold(brand)));
        condition.and(&format!("l.brand_key IN ({brands})"));
    }
    match filters.in_stock {
        Some(true) => condition.and("l.variants_available > 0"),
        Some(false) => condition.and("l.variants_available = 0"),
        None => {}
    }
    if let Some(moment) = filters.updated_since {
        let moment = condition.parameters.bind(moment);
        let changed = if shields.changes { db::shielded("l.updated_at") } else { "l.updated_at".to_owned() };
        condition.and(&format!("{changed} >= {moment}"));
    }
    if let Some(moment) = filters.created_since {
        let moment = condition.parameters.bind(moment);
        condition.and(&format!("l.created_at >= {moment}"));
    }
    if let Some(minor) = filters.price_at_least {
        let minor = condition.parameters.bind(minor);
        condition.prices.push((">=", minor));
    }
    if let Some(minor) = filters.price_at_most {
        let minor = condition.parameters.bind(minor);
        condition.prices.push(("<=", minor));
    }
    condition
}
