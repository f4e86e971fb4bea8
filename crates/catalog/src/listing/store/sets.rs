//! Filters that name sets of products in other tables: categories, tags, options, and what collections come to.
//!
//! A category or a tag, and whatever else products belong to, has its products in the order of the list: a page is read from it, and each row asked whether it belongs to
//! the other sets. An option has not, nor have bounds of the price or of the last change: where few products match they are looked up in
//! the list, otherwise the list is read in its order and each row asked. How large sets are is counted where it matters, in one statement
//! for all of them: no planner knows, and the wrong way takes a second in a large shop.

use kernel::{CategoryId, Slug, fold};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Parameters, Span};
use uuid::Uuid;

use super::belongings::{self, Range, listed};
use super::conditions::{Condition, Shields};
use super::intersection::is_of_sets_alone;
use crate::categories::CategoryRef;
use crate::listing::model::{Belonging, ProductQuery};

/// A set of so many products is looked up member by member: as fast as finding a page among a hundred thousand rows.
const SMALL: i64 = 2_000;
/// Among sets that are in order it only matters which is small; finding that out should cost less than the page.
const SMALL_BESIDE_ORDERED: i64 = 300;
/// The same of what sets have in common, where it has to be looked up whole.
const SMALL_IN_COMMON: i64 = 600;
/// Each category or tag is a range of an index of its own, read as far as the page reaches: of more of them the list is read.
const MOST_RANGES: usize = 16;

/// Products that a filter names.
#[derive(Clone)]
pub(super) enum Set<'a> {
    Categories(&'a [CategoryRef]),
    Tags(&'a [String]),
    /// Brands, where they are one set of several.
    Brands(&'a ProductQuery),
    Option {
        name: &'a str,
        values: &'a [String],
    },
    /// What belongs to one thing at least of these.
    Belonging(&'a Belonging, &'a ProductQuery),
    /// What lies between the bounds of the price.
    Priced(&'a ProductQuery),
    /// What has changed since the moment that is asked for.
    Changed(&'a ProductQuery),
    /// What was made since the moment that is asked for.
    Made(&'a ProductQuery),
    /// What several large sets were found to have in common, in the order that is wanted.
    Common(Vec<Uuid>),
}

/// The sets of a list, the smallest first.
pub(in crate::listing) struct Sets<'a> {
    pub(super) sets: Vec<Set<'a>>,
    /// The categories that are named and all below them.
    pub(super) category_ids: Vec<CategoryId>,
    pub(super) smallest: i64,
    /// Some sets could be read in the order that is wanted, and none is of what has changed.
    pub(super) has_ordered: bool,
    /// The order that is wanted is one in which sets have their products.
    pub(super) is_ordered: bool,
    /// It is the order of staff, which one set alone has.
    pub(super) is_manual: bool,
    pub(super) shields: Shields,
    /// The first set is what follows the product of the cursor, which holds while that has not moved.
    pub(super) follows_cursor: bool,
    /// What the sets have in common is all that the list has.
    pub(super) is_whole: bool,
}

#[derive(FromQueryResult)]
struct SizeRow {
    place: i64,
    category_id: Option<Uuid>,
    members: i64,
}

impl<'a> Sets<'a> {
    /// Measures the sets that the filters name, in one statement (two where a category has very many below it); without such filters in
    /// none.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub(in crate::listing) async fn measure(db: &impl ConnectionTrait, query: &'a ProductQuery) -> Result<Self, DatabaseError> {
        let (sets, is_ordered) = (named(query), query.sort.is_that_of_sets());
        let has_ordered = is_ordered && sets.iter().any(Set::has_ranges) && !sets.iter().any(|set| matches!(set, Set::Changed(_)));
        let mut all = Self {
            sets,
            category_ids: Vec::new(),
            smallest: i64::MAX,
            has_ordered,
            is_ordered,
            is_manual: query.sort.is_manual(),
            shields: Shields::default(),
            follows_cursor: false,
            is_whole: is_of_sets_alone(&query.filters),
        };
        let most = all.sets.iter().map(|set| all.small(set)).max().unwrap_or(0) + 1;
        // A lone set that is in order is read in order, however large it is.
        let is_lone = has_ordered && all.sets.len() == 1;
        all.count(db, if is_lone { 1 } else { most }).await?;
        if is_lone && !all.sets.iter().any(|set| all.is_in_order(set)) {
            all.count(db, most).await?;
        }
        all.find_common(db, query).await?;
        Ok(all)
    }

    /// A set of so many products is looked up.
    const fn small(&self, set: &Set<'_>) -> i64 {
        match set {
            Set::Changed(_) | Set::Made(_) => SMALL,
            Set::Common(_) => SMALL_IN_COMMON,
            _ if self.has_ordered => SMALL_BESIDE_ORDERED,
            Set::Categories(_) | Set::Tags(_) | Set::Brands(_) | Set::Option { .. } | Set::Belonging(..) | Set::Priced(_) => SMALL,
        }
    }

    /// The smallest set, where it is small.
    pub(super) fn small_one(&self) -> Option<(usize, &Set<'a>)> {
        self.sets.first().filter(|set| self.smallest <= self.small(set)).map(|set| (0, set))
    }

    /// Counts the members of each set up to `most`; puts the smallest set first.
    async fn count(&mut self, db: &impl ConnectionTrait, most: i64) -> Result<(), DatabaseError> {
        if self.sets.is_empty() {
            return Ok(());
        }
        let sizes = self.sizes(db, most).await?;
        let mut sized: Vec<(i64, Set<'a>)> = sizes.into_iter().zip(self.sets.drain(..)).collect();
        sized.sort_by_key(|(size, _)| *size);
        self.smallest = sized.first().map_or(i64::MAX, |(size, _)| *size);
        let is_large = |kind: fn(&Set<'_>) -> bool| sized.iter().any(|(size, set)| kind(set) && *size > self.small(set));
        let prices = is_large(|set| matches!(set, Set::Priced(_)));
        self.shields = Shields { prices, changes: is_large(|set| matches!(set, Set::Changed(_))) };
        self.sets = sized.into_iter().map(|(_, set)| set).collect();
        Ok(())
    }

    /// The size of each set, and the categories below those that are named. What was found a moment ago is believed of all but
    /// categories and of all but nothing: it only says which way is shorter.
    async fn sizes(&mut self, db: &impl ConnectionTrait, most: i64) -> Result<Vec<i64>, DatabaseError> {
        let named = |set: &Set<'_>| (!matches!(set, Set::Categories(_))).then(|| db::name_of(db, |all| set.size(0, most, all))).flatten();
        let names: Vec<Option<String>> = self.sets.iter().map(named).collect();
        let mut sizes: Vec<i64> = names.iter().map(|name| db::known_size(db, name.as_deref()).unwrap_or(0)).collect();
        let mut parameters = Parameters::default();
        let unknown = self.sets.iter().enumerate().filter(|(place, _)| sizes.get(*place) == Some(&0));
        let parts: Vec<String> = unknown.map(|(place, set)| set.size(place, most, &mut parameters)).collect();
        if parts.is_empty() {
            return Ok(sizes);
        }
        let rows: Vec<SizeRow> = db::fetch_all(db, &parts.join(" UNION ALL "), parameters.0).await?;
        self.category_ids = rows.iter().filter_map(|row| row.category_id).map(CategoryId::from_uuid).collect();
        for row in rows {
            let place = usize::try_from(row.place).unwrap_or(usize::MAX);
            if let Some(size) = sizes.get_mut(place) {
                *size = size.saturating_add(row.members);
            }
            db::learn_size(db, names.get(place).and_then(Option::as_deref), row.members);
        }
        Ok(sizes)
    }

    /// Which bounds do not keep the list from being read in its order, although they have an index.
    pub(super) const fn shields(&self) -> Shields {
        self.shields
    }

    /// True where some set has no members: then nothing matches.
    pub(in crate::listing) const fn match_nothing(&self) -> bool {
        self.smallest == 0
    }

    /// Puts the sets on a condition, to read the list `l` in its order: from the ranges of the smallest set that has some, or by way
    /// of a set that is small.
    pub(super) fn narrow(&self, condition: &mut Condition) {
        let in_order = self.sets.iter().enumerate().find(|(_, set)| self.is_in_order(set));
        let small = self.small_one().filter(|(_, set)| !self.is_in_order(set) && !self.is_manual);
        let begin = small.or(in_order);
        match begin {
            Some((_, set)) if self.is_in_order(set) => {
                condition.ranges = self.ranges(set, &mut condition.parameters);
                if let Some((_, few)) = self.small_one().filter(|(_, few)| self.is_manual && !few.is_by_staff()) {
                    let few = few.distinct_members(&mut condition.parameters, &self.category_ids);
                    condition.ranges = std::mem::take(&mut condition.ranges).into_iter().map(|range| range.among(&few)).collect();
                }
            }
            Some((_, Set::Common(products))) => {
                let ids = condition.parameters.bind_padded(products);
                // The limit, which takes nothing away, keeps planners from beginning with another condition.
                let most = products.len().next_power_of_two();
                condition.start_from(&format!(
                    "(SELECT product_id, status, title_key, brand_key, price_min_minor, variants_available, created_at, updated_at
                      FROM product_listings WHERE product_id IN ({ids}) LIMIT {most}) AS l"
                ));
            }
            Some((_, set)) => {
                let members = set.distinct_members(&mut condition.parameters, &self.category_ids);
                // SQLite keeps the order of a CROSS JOIN.
                condition.start_from(&format!("{members} AS member CROSS JOIN product_listings l"));
                condition.and("l.product_id = member.product_id");
            }
            None => {}
        }
        self.narrow_to_others(begin.map(|(place, _)| place), condition);
    }

    /// Puts the sets on a condition, to read all that match in no order: whatever its size, a set has fewer than the list. Bounds the
    /// list has itself.
    pub(super) fn narrow_all(&self, condition: &mut Condition) {
        let elsewhere = self.sets.iter().enumerate().find(|(_, set)| !set.is_of_bounds() && !matches!(set, Set::Common(_)));
        let begin = self.small_one().or(elsewhere);
        match begin {
            Some((_, set)) if self.count_ranges(set) == 1 => condition.ranges = self.ranges(set, &mut condition.parameters),
            Some((_, set)) if !set.is_of_bounds() => {
                condition.members = set.distinct_members(&mut condition.parameters, &self.category_ids);
            }
            Some(_) | None => {}
        }
        self.narrow_to_others(begin.map(|(place, _)| place), condition);
    }

    /// True where the products of a set can be read in the order that is wanted.
    fn is_in_order(&self, set: &Set<'_>) -> bool {
        self.is_ordered && (1..=MOST_RANGES).contains(&self.count_ranges(set)) && (!self.is_manual || set.is_by_staff())
    }

    fn count_ranges(&self, set: &Set<'_>) -> usize {
        match set {
            Set::Categories(_) => self.category_ids.len(),
            Set::Tags(tags) => tags.len(),
            Set::Belonging(to, _) => to.count_ranges(),
            Set::Brands(_) | Set::Option { .. } | Set::Priced(_) | Set::Changed(_) | Set::Made(_) | Set::Common(_) => 0,
        }
    }

    fn ranges(&self, set: &Set<'_>, parameters: &mut Parameters) -> Vec<Range> {
        match set {
            Set::Categories(_) => belongings::in_categories(&self.category_ids, parameters),
            Set::Tags(tags) => belongings::with_tags(tags, parameters),
            Set::Belonging(to, _) => to.ranges(parameters),
            Set::Brands(_) | Set::Option { .. } | Set::Priced(_) | Set::Changed(_) | Set::Made(_) | Set::Common(_) => Vec::new(),
        }
    }

    /// A row that is read tells its brand, its price and its last change itself, and what is in all sets has nothing to add to them.
    fn narrow_to_others(&self, begun_with: Option<usize>, condition: &mut Condition) {
        let asks = |set: &Set<'_>| !set.is_of_bounds() && !matches!(set, Set::Common(_));
        for (_, set) in self.sets.iter().enumerate().filter(|(place, set)| Some(*place) != begun_with && asks(set)) {
            let members = set.members(&mut condition.parameters, &self.category_ids);
            condition.belongs_to(members);
        }
    }
}

fn named(query: &ProductQuery) -> Vec<Set<'_>> {
    let (filters, mut sets) = (&query.filters, Vec::new());
    sets.extend(filters.categories.as_deref().map(Set::Categories));
    sets.extend(Some(filters.tags.as_slice()).filter(|tags| !tags.is_empty()).map(Set::Tags));
    sets.extend(filters.options.iter().map(|option| Set::Option { name: &option.name, values: &option.values }));
    sets.extend(filters.belongings.iter().map(|to| Set::Belonging(to, query)));
    // A brand alone has its own index of the list.
    sets.extend((!filters.brands.is_empty() && !sets.is_empty()).then_some(Set::Brands(query)));
    // Where theirs is the order that is wanted, its index is read as far as the page reaches.
    let is_priced = filters.price_at_least.is_some() || filters.price_at_most.is_some();
    sets.extend((is_priced && !query.sort.is_by_price()).then_some(Set::Priced(query)));
    sets.extend((filters.updated_since.is_some() && !query.sort.is_by_change()).then_some(Set::Changed(query)));
    sets.extend((filters.created_since.is_some() && !query.sort.is_by_age()).then_some(Set::Made(query)));
    sets
}

impl Set<'_> {
    /// True where its products stand in the order of the list.
    const fn has_ranges(&self) -> bool {
        matches!(self, Self::Categories(_) | Self::Tags(_) | Self::Belonging(..))
    }

    /// True where its products stand in an order of staff.
    const fn is_by_staff(&self) -> bool {
        matches!(self, Self::Belonging(Belonging { collection: Some(_), .. }, _))
    }

    /// True where somebody decided that its products belong to it.
    pub(super) const fn is_named(&self) -> bool {
        matches!(self, Self::Categories(_) | Self::Tags(_) | Self::Brands(_) | Self::Option { .. } | Self::Belonging(..))
    }

    /// True where one statement finds such products, and knows their states.
    pub(super) fn is_of_one_state(&self) -> bool {
        match self {
            Self::Categories(_) | Self::Tags(_) | Self::Brands(_) => true,
            Self::Belonging(to, _) => to.is_of_one_kind(),
            Self::Option { .. } | Self::Priced(_) | Self::Changed(_) | Self::Made(_) | Self::Common(_) => false,
        }
    }

    /// True where the list has a column for it.
    const fn is_of_bounds(&self) -> bool {
        matches!(self, Self::Brands(_) | Self::Priced(_) | Self::Changed(_) | Self::Made(_))
    }

    /// The statements that find its members, some perhaps twice.
    pub(super) fn members(&self, parameters: &mut Parameters, categories: &[CategoryId]) -> Vec<String> {
        let members = match self {
            Self::Belonging(to, query) => return to.members(query, parameters),
            Self::Categories(_) => belongings::members_of_categories(categories, parameters),
            Self::Tags(tags) => belongings::members_of_tags(tags, parameters),
            Self::Brands(query) => belongings::members_of_brands(&query.filters.brands, query, parameters),
            Self::Option { name, values } => {
                let name = parameters.bind(fold(name));
                let values = parameters.bind_all(values.iter().map(|value| fold(value)));
                format!("SELECT o.product_id FROM variant_options o WHERE o.name_key = {name} AND o.value_key IN ({values})")
            }
            Self::Priced(query) => {
                let span = Span { at_least: query.filters.price_at_least, at_most: query.filters.price_at_most, ..Span::default() };
                let within = parameters.within("c.price_min_minor", span);
                listed(query, parameters, &within)
            }
            Self::Common(members) => {
                let ids = parameters.bind_padded(members);
                format!("SELECT c.product_id FROM product_listings c WHERE c.product_id IN ({ids})")
            }
            Self::Changed(query) => {
                let since = parameters.within("c.updated_at", Span { at_least: query.filters.updated_since, ..Span::default() });
                listed(query, parameters, &since)
            }
            Self::Made(query) => {
                let since = parameters.within("c.created_at", Span { at_least: query.filters.created_since, ..Span::default() });
                listed(query, parameters, &since)
            }
        };
        vec![members]
    }

    /// The same as one statement.
    pub(super) fn all_members(&self, parameters: &mut Parameters, categories: &[CategoryId]) -> String {
        self.members(parameters, categories).join(" UNION ALL ")
    }

    /// Its members, each once.
    fn distinct_members(&self, parameters: &mut Parameters, categories: &[CategoryId]) -> String {
        format!("(SELECT DISTINCT product_id FROM ({}) AS named)", self.all_members(parameters, categories))
    }

    /// The statement that counts its members up to `most`; categories one by one, with their ids.
    fn size(&self, place: usize, most: i64, parameters: &mut Parameters) -> String {
        let (columns, source) = match self {
            Self::Categories(categories) => {
                let of_one = "SELECT pc.product_id FROM product_categories pc WHERE pc.category_id = c.id";
                (format!("c.id AS category_id, {}", counted(of_one, most)), subtree(parameters, categories))
            }
            Self::Tags(_)
            | Self::Brands(_)
            | Self::Option { .. }
            | Self::Belonging(..)
            | Self::Priced(_)
            | Self::Changed(_)
            | Self::Made(_)
            | Self::Common(_) => {
                let members = self.all_members(parameters, &[]);
                (format!("CAST(NULL AS UUID) AS category_id, {}", counted(&members, most)), String::new())
            }
        };
        format!("SELECT CAST({place} AS BIGINT) AS place, {columns} {source}")
    }
}

fn counted(members: &str, most: i64) -> String {
    format!("(SELECT CAST(COUNT(*) AS BIGINT) FROM ({members} LIMIT {most}) AS measured) AS members")
}

/// A subtree is one range of paths: no path goes on with a `g`, which follows the hexadecimal digits.
fn subtree(parameters: &mut Parameters, categories: &[CategoryRef]) -> String {
    let (mut ids, mut slugs): (Vec<CategoryId>, Vec<&Slug>) = Default::default();
    for category in categories {
        match category {
            CategoryRef::Id(id) => ids.push(*id),
            CategoryRef::Slug(slug) => slugs.push(slug),
        }
    }
    let (ids, slugs) = (parameters.bind_all(ids), parameters.bind_all(slugs));
    format!(
        "FROM categories c WHERE c.id IN (
             SELECT below.id FROM categories top JOIN categories below ON below.path >= top.path AND below.path < top.path || 'g'
             WHERE top.id IN ({ids}) OR top.slug IN ({slugs}))"
    )
}
