//! What a list asks for, as conditions on the listing `l`.

use std::fmt::Write as _;

use kernel::{Slug, fold};
use platform::db::{self, Bind, Value};

use crate::categories::CategoryRef;
use crate::listing::model::{Audience, OptionFilter, ProductFilters, ProductQuery};
use crate::products::ProductStatus;

/// The text of a condition and the values of its parameters.
#[derive(Debug, Clone, Default)]
pub(super) struct Condition {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

impl Condition {
    /// The parameter of one more value.
    pub(super) fn bind(&mut self, value: impl Bind) -> String {
        self.values.push(value.bind());
        format!("${}", self.values.len())
    }

    /// The list behind `IN` of more values.
    fn bind_all(&mut self, values: impl IntoIterator<Item = impl Bind>) -> String {
        let first = self.values.len() + 1;
        self.values.extend(values.into_iter().map(Bind::bind));
        db::placeholders(first, self.values.len() + 1 - first)
    }

    fn and(&mut self, sql: &str) {
        // Writing to a String cannot fail.
        let _ = write!(self.sql, " AND {sql}");
    }
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
pub(in crate::listing) fn matching(query: &ProductQuery) -> (String, Vec<Value>) {
    let mut condition = filters(&query.filters);
    let words = condition.bind_all(statuses(query).iter().map(|status| status.as_str()));
    (format!("product_listings l WHERE l.status IN ({words}){}", condition.sql), condition.values)
}

/// Every filter but that of the state, which each branch of the statement has for itself.
pub(super) fn filters(filters: &ProductFilters) -> Condition {
    let mut condition = Condition::default();
    if let Some(categories) = &filters.categories {
        in_categories(&mut condition, categories);
    }
    if !filters.brands.is_empty() {
        let brands = condition.bind_all(filters.brands.iter().map(|brand| fold(brand)));
        condition.and(&format!("l.brand_key IN ({brands})"));
    }
    if !filters.tags.is_empty() {
        let tags = condition.bind_all(filters.tags.iter().map(|tag| fold(tag)));
        condition.and(&format!("l.product_id IN (SELECT t.product_id FROM product_tags t WHERE t.tag_key IN ({tags}))"));
    }
    match filters.in_stock {
        Some(true) => condition.and("l.variants_available > 0"),
        Some(false) => condition.and("l.variants_available = 0"),
        None => {}
    }
    if let Some(moment) = filters.updated_since {
        let moment = condition.bind(moment);
        condition.and(&format!("l.updated_at >= {moment}"));
    }
    filters.options.iter().for_each(|option| with_option(&mut condition, option));
    if let Some(minor) = filters.price_at_least {
        let minor = condition.bind(minor);
        condition.and(&format!("l.price_min_minor >= {minor}"));
    }
    if let Some(minor) = filters.price_at_most {
        let minor = condition.bind(minor);
        condition.and(&format!("l.price_min_minor <= {minor}"));
    }
    condition
}

/// A subtree is one range of paths: no path goes on with a `g`, which follows the hexadecimal digits.
fn in_categories(condition: &mut Condition, categories: &[CategoryRef]) {
    let (mut ids, mut slugs): (Vec<_>, Vec<&Slug>) = Default::default();
    for category in categories {
        match category {
            CategoryRef::Id(id) => ids.push(*id),
            CategoryRef::Slug(slug) => slugs.push(slug),
        }
    }
    let (ids, slugs) = (condition.bind_all(ids), condition.bind_all(slugs));
    condition.and(&format!(
        "l.product_id IN (
            SELECT pc.product_id FROM categories top
            JOIN categories c ON c.path >= top.path AND c.path < top.path || 'g'
            JOIN product_categories pc ON pc.category_id = c.id
            WHERE top.id IN ({ids}) OR top.slug IN ({slugs}))"
    ));
}

fn with_option(condition: &mut Condition, option: &OptionFilter) {
    let name = condition.bind(fold(&option.name));
    let values = condition.bind_all(option.values.iter().map(|value| fold(value)));
    condition.and(&format!(
        "l.product_id IN (SELECT o.product_id FROM variant_options o WHERE o.name_key = {name} AND o.value_key IN ({values}))"
    ));
}
