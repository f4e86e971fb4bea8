//! Filters that name sets of products in other tables: categories, tags, options.
//!
//! A small set is read first and its members are looked up in the list; of a large one the list is read in its order and
//! each row asked whether it belongs. Which is small is counted once per list, in one statement for all sets: no planner
//! knows, and the wrong way takes a second in a large shop.

use kernel::{CategoryId, Slug, fold};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult};
use uuid::Uuid;

use super::conditions::Condition;
use crate::categories::CategoryRef;
use crate::listing::model::ProductFilters;

/// A set of so many products is looked up member by member: as fast as finding a page among a hundred thousand rows.
const SMALL: i64 = 2_000;

/// Products that a filter names.
enum Set<'a> {
    Categories(&'a [CategoryRef]),
    Tags(&'a [String]),
    Option { name: &'a str, values: &'a [String] },
}

/// The sets of a list, the smallest first.
pub(in crate::listing) struct Sets<'a> {
    sets: Vec<Set<'a>>,
    /// The categories that are named and all below them.
    category_ids: Vec<CategoryId>,
    smallest: i64,
}

#[derive(FromQueryResult)]
struct SizeRow {
    place: i64,
    category_id: Option<Uuid>,
    members: i64,
}

impl<'a> Sets<'a> {
    /// Measures the sets that the filters name, in one statement; without such filters in none.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub(in crate::listing) async fn measure(db: &impl ConnectionTrait, filters: &'a ProductFilters) -> Result<Self, DatabaseError> {
        let named = named(filters);
        if named.is_empty() {
            return Ok(Self { sets: named, category_ids: Vec::new(), smallest: i64::MAX });
        }
        let mut condition = Condition::default();
        let parts: Vec<String> = named.iter().enumerate().map(|(place, set)| set.size(place, &mut condition)).collect();
        let rows: Vec<SizeRow> = db::fetch_all(db, &parts.join(" UNION ALL "), condition.values).await?;
        let category_ids = rows.iter().filter_map(|row| row.category_id).map(CategoryId::from_uuid).collect();
        let size = |place: usize| {
            let of_place = rows.iter().filter(|row| usize::try_from(row.place) == Ok(place));
            of_place.fold(0_i64, |sum, row| sum.saturating_add(row.members))
        };
        let mut sized: Vec<(i64, Set<'a>)> = named.into_iter().enumerate().map(|(place, set)| (size(place), set)).collect();
        sized.sort_by_key(|(size, _)| *size);
        let smallest = sized.first().map_or(i64::MAX, |(size, _)| *size);
        Ok(Self { sets: sized.into_iter().map(|(_, set)| set).collect(), category_ids, smallest })
    }

    /// True where some set has no members: then nothing matches.
    pub(in crate::listing) const fn match_nothing(&self) -> bool {
        self.smallest == 0
    }

    /// Puts the sets on a condition, to read the list `l` in its order: a small set is where to start from.
    pub(super) fn narrow(&self, condition: &mut Condition) {
        let mut sets = self.sets.iter();
        if let Some(smallest) = sets.next().filter(|_| self.smallest <= SMALL) {
            let members = smallest.distinct_members(condition, &self.category_ids);
            // SQLite keeps the order of a CROSS JOIN.
            condition.start_from(&format!("{members} AS member CROSS JOIN product_listings l"));
            condition.and("l.product_id = member.product_id");
        } else {
            sets = self.sets.iter();
        }
        self.narrow_to(sets, condition);
    }

    /// Puts the sets on a condition, to read all that match in no order: whatever its size, a set has fewer than the list.
    pub(super) fn narrow_all(&self, condition: &mut Condition) {
        let mut sets = self.sets.iter();
        if let Some(smallest) = sets.next() {
            condition.members = smallest.distinct_members(condition, &self.category_ids);
        }
        self.narrow_to(sets, condition);
    }

    fn narrow_to<'b>(&self, sets: impl Iterator<Item = &'b Set<'b>>, condition: &mut Condition) {
        for set in sets {
            let members = set.members(condition, &self.category_ids);
            condition.and(&format!("EXISTS (SELECT 1 FROM ({members}) AS named WHERE named.product_id = l.product_id)"));
        }
    }
}

fn named(filters: &ProductFilters) -> Vec<Set<'_>> {
    let mut sets = Vec::new();
    sets.extend(filters.categories.as_deref().map(Set::Categories));
    sets.extend(Some(filters.tags.as_slice()).filter(|tags| !tags.is_empty()).map(Set::Tags));
    sets.extend(filters.options.iter().map(|option| Set::Option { name: &option.name, values: &option.values }));
    sets
}

impl Set<'_> {
    /// The statement that finds its members, some perhaps twice.
    fn members(&self, condition: &mut Condition, categories: &[CategoryId]) -> String {
        match self {
            Self::Categories(_) => {
                let ids = condition.bind_all(categories.iter().copied());
                format!("SELECT pc.product_id FROM product_categories pc WHERE pc.category_id IN ({ids})")
            }
            Self::Tags(tags) => {
                let keys = condition.bind_all(tags.iter().map(|tag| fold(tag)));
                format!("SELECT t.product_id FROM product_tags t WHERE t.tag_key IN ({keys})")
            }
            Self::Option { name, values } => {
                let name = condition.bind(fold(name));
                let values = condition.bind_all(values.iter().map(|value| fold(value)));
                format!("SELECT o.product_id FROM variant_options o WHERE o.name_key = {name} AND o.value_key IN ({values})")
            }
        }
    }

    /// Its members, each once.
    fn distinct_members(&self, condition: &mut Condition, categories: &[CategoryId]) -> String {
        format!("(SELECT DISTINCT product_id FROM ({}) AS named)", self.members(condition, categories))
    }

    /// The statement that counts its members as far as it matters; categories one by one, with their ids.
    fn size(&self, place: usize, condition: &mut Condition) -> String {
        let (columns, source) = match self {
            Self::Categories(categories) => {
                let of_one = "SELECT pc.product_id FROM product_categories pc WHERE pc.category_id = c.id";
                (format!("c.id AS category_id, {}", counted(of_one)), subtree(condition, categories))
            }
            Self::Tags(_) | Self::Option { .. } => {
                let members = self.members(condition, &[]);
                (format!("CAST(NULL AS UUID) AS category_id, {}", counted(&members)), String::new())
            }
        };
        format!("SELECT CAST({place} AS BIGINT) AS place, {columns} {source}")
    }
}

fn counted(members: &str) -> String {
    format!("(SELECT CAST(COUNT(*) AS BIGINT) FROM ({members} LIMIT {}) AS measured) AS members", SMALL + 1)
}

/// A subtree is one range of paths: no path goes on with a `g`, which follows the hexadecimal digits.
fn subtree(condition: &mut Condition, categories: &[CategoryRef]) -> String {
    let (mut ids, mut slugs): (Vec<CategoryId>, Vec<&Slug>) = Default::default();
    for category in categories {
        match category {
            CategoryRef::Id(id) => ids.push(*id),
            CategoryRef::Slug(slug) => slugs.push(slug),
        }
    }
    let (ids, slugs) = (condition.bind_all(ids), condition.bind_all(slugs));
    format!(
        "FROM categories c WHERE c.id IN (
             SELECT below.id FROM categories top JOIN categories below ON below.path >= top.path AND below.path < top.path || 'g'
             WHERE top.id IN ({ids}) OR top.slug IN ({slugs}))"
    )
}
