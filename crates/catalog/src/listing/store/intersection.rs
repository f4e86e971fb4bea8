//! What several large sets have in common: found out once, in the order that is wanted, and remembered until some product changes.
//!
//! One of the sets read in its order, and each row asked for the others, costs as many looks as the others are rare in it: all of them
//! where sets have nothing in common. Put together once, a page is a few products by their ids, wherever it lies.

use kernel::Position;
use platform::db::{self, ConnectionTrait, DatabaseError, Finding, FromQueryResult, Parameters, Value};
use uuid::Uuid;

use super::conditions::{belongs, statuses};
use super::rows::order;
use super::sets::{Set, Sets};
use crate::listing::list::depends_on;
use crate::listing::model::{ProductFilters, ProductQuery};

/// More than so many products in common are come upon soon in one of their sets.
const MOST: usize = 2_000;
/// So many times a page is read, in case that other filters leave products out.
const PAGES: usize = 2;

#[derive(FromQueryResult)]
struct MemberRow {
    product_id: Uuid,
}

impl Sets<'_> {
    /// Where several sets are large, finds out whether they have but few products in common, and puts those first then; so with what lies
    /// between bounds alone, where it is little.
    pub(super) async fn find_common(&mut self, db: &impl ConnectionTrait, query: &ProductQuery) -> Result<(), DatabaseError> {
        // What is in common is kept in an order of the list, and the order of staff is none.
        let Some(findings) = db.findings().filter(|_| !query.sort.is_manual()) else { return Ok(()) };
        let asked = if self.small_one().is_some() { self.little_alone(query) } else { self.common(query) };
        let Some((sql, values)) = asked else { return Ok(()) };
        let name = findings.name(&sql, &values);
        let asked = async {
            let rows: Vec<MemberRow> = db::fetch_all(db, &sql, values).await?;
            Ok::<_, DatabaseError>(if rows.len() > MOST {
                // It only says which way is shorter, and may be believed although products change.
                (Finding::Many, Vec::new())
            } else {
                (Finding::Few(rows.into_iter().map(|row| row.product_id).collect()), depends_on())
            })
        };
        if let Finding::Few(products) = findings.find_or(&name, asked).await? {
            self.smallest = i64::try_from(products.len()).unwrap_or(i64::MAX);
            self.sets.insert(0, Set::Common(products));
        }
        Ok(())
    }

    /// The statement that finds what lies between bounds, where nothing else is asked for.
    fn little_alone(&mut self, query: &ProductQuery) -> Option<(String, Vec<Value>)> {
        let [Set::Priced(_) | Set::Changed(_)] = self.sets.as_slice() else { return None };
        self.is_whole = is_between_bounds_alone(&query.filters);
        let mut parameters = Parameters::default();
        let members = self.sets.first()?.all_members(&mut parameters, &[]);
        let sql = format!(
            "SELECT l.product_id FROM ({members} LIMIT {}) AS few CROSS JOIN product_listings l WHERE l.product_id = few.product_id ORDER BY {}",
            MOST + 1,
            order(query.sort)
        );
        Some((sql, parameters.0))
    }

    /// The statement that finds products that are in all sets that are named, one more than are few; nothing where there are not several.
    /// A set that knows states is gone through; the others are put together beforehand, but for options: most variants have them.
    fn common(&self, query: &ProductQuery) -> Option<(String, Vec<Value>)> {
        let mut parameters = Parameters::default();
        let first = self.sets.iter().position(Set::is_of_one_state)?;
        let mut others = String::new();
        for (_, set) in self.sets.iter().enumerate().filter(|(place, set)| *place != first && set.is_named()) {
            others.push_str(&if matches!(set, Set::Option { .. }) {
                belongs("m", &set.members(&mut parameters, &self.category_ids))
            } else {
                format!(" AND m.product_id IN ({})", set.all_members(&mut parameters, &self.category_ids))
            });
        }
        let words = parameters.bind_all(statuses(query).iter().map(|status| status.as_str()));
        let first = self.sets.get(first)?.all_members(&mut parameters, &self.category_ids);
        // SQLite keeps the order of a CROSS JOIN.
        let sql = format!(
            "SELECT l.product_id FROM (
                 SELECT DISTINCT m.product_id FROM ({first} AND status IN ({words})) AS m WHERE TRUE{others} LIMIT {}
             ) AS common CROSS JOIN product_listings l WHERE l.product_id = common.product_id ORDER BY {}",
            MOST + 1,
            order(query.sort)
        );
        (!others.is_empty()).then_some((sql, parameters.0))
    }

    /// The products in common among which a page of so many rows lies, and whether none follow them; unless other filters leave too many of
    /// them out, or the product of the cursor has another place by now: then a page of these is not full.
    pub(in crate::listing) fn near(&self, query: &ProductQuery, (limit, offset): (i64, i64)) -> Option<(Self, bool)> {
        let Some(Set::Common(products)) = self.sets.first() else { return None };
        let begin = match &query.page.position {
            Position::After(Some(cursor)) => products.iter().position(|product| *product == cursor.id)? + 1,
            Position::After(None) => 0,
            Position::Number(_) => usize::try_from(offset).ok().filter(|offset| *offset == 0 || self.is_whole)?,
        };
        let rest = products.get(begin..).unwrap_or_default();
        let most = rest.len().min(PAGES * usize::try_from(limit).ok()?);
        let (page, others) = rest.split_at_checked(most)?;
        let near = std::iter::once(Set::Common(page.to_vec())).chain(self.sets.iter().skip(1).cloned());
        let near = Self {
            sets: near.collect(),
            category_ids: self.category_ids.clone(),
            smallest: i64::try_from(page.len()).unwrap_or(i64::MAX),
            follows_cursor: matches!(query.page.position, Position::After(Some(_))),
            ..*self
        };
        Some((near, others.is_empty()))
    }

    /// How many products the list has, where that is known.
    pub(in crate::listing) fn known_total(&self) -> Option<usize> {
        match self.sets.first() {
            Some(Set::Common(products)) if self.is_whole => Some(products.len()),
            _ => None,
        }
    }
}

/// True where sets that are named decide alone what is in the list.
pub(super) const fn is_of_sets_alone(filters: &ProductFilters) -> bool {
    let ProductFilters { in_stock, updated_since, created_since, price_at_least, price_at_most, .. } = filters;
    in_stock.is_none() && updated_since.is_none() && created_since.is_none() && price_at_least.is_none() && price_at_most.is_none()
}

/// True where bounds of one kind do, of which there is a set.
fn is_between_bounds_alone(filters: &ProductFilters) -> bool {
    let ProductFilters { in_stock, updated_since, created_since, price_at_least, price_at_most, brands, .. } = filters;
    let is_priced = price_at_least.is_some() || price_at_most.is_some();
    in_stock.is_none() && created_since.is_none() && brands.is_empty() && !(is_priced && updated_since.is_some())
}

/// True where products decide what is in the list, and not their stock: each change of one is told, that of a price by the clock, too.
pub(in crate::listing) const fn is_of_products_alone(filters: &ProductFilters) -> bool {
    filters.in_stock.is_none()
}
