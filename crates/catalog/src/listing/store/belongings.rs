//! What products belong to: statements that find the members, and the ranges of indexes that have them in the orders of the list.

use std::borrow::Cow;

use kernel::{CategoryId, fold};
use platform::db::{self, Bind, Parameters};

use super::conditions::statuses;
use crate::listing::model::{Belonging, ProductQuery};

/// A range of an index that has products of a set in order: a table, and what holds of its rows `m` in this range alone.
#[derive(Debug, Clone)]
pub(super) struct Range {
    pub(super) table: Cow<'static, str>,
    pub(super) holds: String,
}

impl Range {
    fn of(table: &'static str, column: &str, key: impl Bind, parameters: &mut Parameters) -> Self {
        Self { table: table.into(), holds: format!("m.{column} = {}", db::unseen(&parameters.bind(key))) }
    }

    /// Of this range, those alone that are among few, which are looked up and put in order. SQLite keeps the order of a CROSS JOIN.
    pub(super) fn among(self, few: &str) -> Self {
        let Self { table, holds } = self;
        Self { table: format!("{few} AS few CROSS JOIN {table}").into(), holds: format!("m.product_id = few.product_id AND {holds}") }
    }
}

/// A range for each of the categories.
pub(super) fn in_categories(ids: &[CategoryId], parameters: &mut Parameters) -> Vec<Range> {
    ids.iter().map(|id| Range::of("product_categories", "category_id", *id, parameters)).collect()
}

/// A range for each of the tags.
pub(super) fn with_tags(tags: &[String], parameters: &mut Parameters) -> Vec<Range> {
    tags.iter().map(|tag| Range::of("product_tags", "tag_key", fold(tag), parameters)).collect()
}

/// What lies in these categories.
pub(super) fn members_of_categories(ids: &[CategoryId], parameters: &mut Parameters) -> String {
    let ids = parameters.bind_all(ids.iter().copied());
    format!("SELECT pc.product_id FROM product_categories pc WHERE pc.category_id IN ({ids})")
}

/// What has one of these tags.
pub(super) fn members_of_tags(tags: &[String], parameters: &mut Parameters) -> String {
    let is_one = match tags {
        [tag] => format!("= {}", db::unseen(&parameters.bind(fold(tag)))),
        tags => format!("IN ({})", parameters.bind_all(tags.iter().map(|tag| fold(tag)))),
    };
    format!("SELECT t.product_id FROM product_tags t WHERE t.tag_key {is_one}")
}

/// What is of one of these brands, in the states that a query shows.
pub(super) fn members_of_brands(brands: &[String], query: &ProductQuery, parameters: &mut Parameters) -> String {
    let brands = parameters.bind_all(brands.iter().map(|brand| fold(brand)));
    listed(query, parameters, &format!(" AND c.brand_key IN ({brands})"))
}

/// The statement that finds the products of the list, of the states that a query shows, of which this holds.
pub(super) fn listed(query: &ProductQuery, parameters: &mut Parameters, holds: &str) -> String {
    let words = parameters.bind_all(statuses(query).iter().map(|status| status.as_str()));
    format!("SELECT c.product_id FROM product_listings c WHERE c.status IN ({words}){holds}")
}

impl Belonging {
    /// In how many ranges its products stand.
    pub(super) fn count_ranges(&self) -> usize {
        let Self { collection, tags, categories, brands, on_sale } = self;
        usize::from(collection.is_some()) + tags.len() + categories.len() + brands.len() + usize::from(*on_sale)
    }

    /// A range for each thing that they may belong to.
    pub(super) fn ranges(&self, parameters: &mut Parameters) -> Vec<Range> {
        let mut ranges = in_categories(&self.categories, parameters);
        ranges.extend(self.collection.map(|id| Range::of("collection_products", "collection_id", id, parameters)));
        ranges.extend(with_tags(&self.tags, parameters));
        ranges.extend(self.brands.iter().map(|brand| Range::of("product_listings", "brand_key", fold(brand), parameters)));
        ranges.extend(self.on_sale.then(|| Range { table: "product_listings".into(), holds: "m.on_sale = TRUE".to_owned() }));
        ranges
    }

    /// A statement for each kind of thing that they may belong to; what is to belong to nothing is nowhere.
    pub(super) fn members(&self, query: &ProductQuery, parameters: &mut Parameters) -> Vec<String> {
        let mut members = Vec::new();
        if !self.categories.is_empty() {
            members.push(members_of_categories(&self.categories, parameters));
        }
        if let Some(id) = self.collection {
            let id = db::unseen(&parameters.bind(id));
            members.push(format!("SELECT cp.product_id FROM collection_products cp WHERE cp.collection_id = {id}"));
        }
        if !self.tags.is_empty() {
            members.push(members_of_tags(&self.tags, parameters));
        }
        if !self.brands.is_empty() {
            members.push(members_of_brands(&self.brands, query, parameters));
        }
        if self.on_sale {
            members.push(listed(query, parameters, " AND c.on_sale = TRUE"));
        }
        if members.is_empty() { vec![listed(query, parameters, " AND FALSE")] } else { members }
    }

    /// True where one statement finds the members.
    pub(super) fn is_of_one_kind(&self) -> bool {
        let Self { collection, tags, categories, brands, on_sale } = self;
        let kinds = [collection.is_some(), !tags.is_empty(), !categories.is_empty(), !brands.is_empty(), *on_sale];
        kinds.into_iter().filter(|is_named| *is_named).count() <= 1
    }
}
