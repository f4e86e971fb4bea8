//! By which way the customers of a list are found, and the statements that find them.
//!
//! The way is chosen as for orders: an index that has the customers of a filter in the order of the list is read no further than the page
//! reaches; a filter that finds few is gone through whatever the order is; otherwise the list is read in its order, and each is asked.

use kernel::{CursorError, PageRequest, Position, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, Parameters, Shield, Value, hidden};

use super::finder::{Finder, Part};
use super::query::{CustomerQuery, CustomerSort};

/// So many customers are looked up and sorted in milliseconds.
const FEW: i64 = 900;

/// How to find the customers of a list.
pub(super) struct Way {
    finders: Vec<Finder>,
    /// The place of the finder that leads; without one the list itself is read.
    leader: Option<usize>,
    /// True where what leads has its customers in the order of the list.
    in_order: bool,
}

/// A statement without its first words, with its values.
pub(super) struct Matching {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

impl Way {
    /// Chooses the way of a list, at the price of one statement at most.
    ///
    /// # Errors
    /// `DatabaseError`, by what went wrong.
    pub(super) async fn choose(db: &impl ConnectionTrait, query: &CustomerQuery) -> Result<Self, DatabaseError> {
        let finders = Finder::of(query);
        let leader = finders.iter().position(|finder| finder.is_in_order(query.sort));
        let alone = finders.len() == 1 && leader.is_some();
        if !finders.is_empty() && !alone {
            let smallest = sizes(db, &finders).await?.into_iter().enumerate().min_by_key(|(_, size)| *size);
            if let Some((leader, _)) = smallest.filter(|(_, size)| *size <= FEW) {
                return Ok(Self { finders, leader: Some(leader), in_order: false });
            }
        }
        Ok(Self { finders, leader, in_order: true })
    }

    /// Finds the `id` and `place` of the customers of a page, in order.
    ///
    /// # Errors
    /// `CursorError` for a cursor of another list.
    pub(super) fn page(&self, query: &CustomerQuery, window: (i64, i64)) -> Result<Matching, CursorError> {
        let mut parameters = Parameters::default();
        let start = start(query, &mut parameters)?;
        let asked = self.asked(&mut parameters);
        let parts = self.parts(query, &mut parameters);
        let direction = if query.descending { "DESC" } else { "ASC" };
        // A customer stands anywhere in its part, so each is read as far as the page reaches.
        let reach = match window {
            (limit, 0) => limit.to_string(),
            (limit, offset) if self.in_order => parameters.bind(limit + offset),
            _ => String::new(),
        };
        let found = parts.iter().enumerate().map(|(number, part)| {
            let found = self.found(query, part, (start.as_ref(), &asked), &mut parameters);
            let ends = if self.in_order {
                format!("ORDER BY place {direction}, id {direction} LIMIT {reach}")
            } else {
                // Few they are; the limit keeps PostgreSQL from reading the list in its order all the same.
                format!("LIMIT {} OFFSET 0", 2 * FEW)
            };
            format!("SELECT id, place FROM ({found} {ends}) AS part_{number}")
        });
        let found = found.collect::<Vec<_>>().join(" UNION ");
        let window = db::limited(window, |offset| parameters.bind(offset));
        let sql = format!("SELECT id, place FROM ({found}) AS matching ORDER BY place {direction}, id {direction} {window}");
        Ok(Matching { sql, values: parameters.0 })
    }

    /// Finds all that match, in no order and no more than are counted: what follows `FROM`.
    pub(super) fn all(self, query: &CustomerQuery) -> Matching {
        let way = match self.leader {
            None if !self.finders.is_empty() => Self { leader: Some(0), in_order: false, ..self },
            _ => self,
        };
        let mut parameters = Parameters::default();
        let asked = way.asked(&mut parameters);
        let parts = way.parts(query, &mut parameters);
        let found = parts.iter().enumerate().map(|(number, part)| {
            let found = way.found(query, part, (None, &asked), &mut parameters);
            format!("SELECT id, place FROM ({found} LIMIT {}) AS part_{number}", PageRequest::DEEPEST_ROW + 1)
        });
        Matching { sql: format!("({}) AS matching", found.collect::<Vec<_>>().join(" UNION ")), values: parameters.0 }
    }

    /// What the finders that do not lead ask of each customer.
    fn asked(&self, parameters: &mut Parameters) -> String {
        let shield: Shield = if self.leader.is_some() && !self.in_order { hidden } else { db::shielded };
        let others = self.finders.iter().enumerate().filter(|(place, _)| Some(*place) != self.leader);
        others.map(|(_, finder)| finder.asked(parameters, shield)).collect()
    }

    fn parts(&self, query: &CustomerQuery, parameters: &mut Parameters) -> Vec<Part> {
        if let Some(leader) = self.leader.and_then(|place| self.finders.get(place)) {
            return leader.parts(parameters);
        }
        let (source, id) = ("customers c", "c.id");
        vec![match query.sort {
            CustomerSort::CreatedAt => Part { source, id, condition: "TRUE".to_owned(), place: Some("c.created_at") },
            CustomerSort::LastOrderAt => {
                Part { source, id, condition: "c.last_order_at IS NOT NULL".to_owned(), place: Some("c.last_order_at") }
            }
            CustomerSort::OrderCount => Part { source, id, condition: "TRUE".to_owned(), place: Some("c.order_count") },
            CustomerSort::Spent => {
                let condition = format!("s.currency = {}", parameters.bind(query.currency));
                Part { source: "customer_spend s", id: "s.customer_id", condition, place: Some("s.spent_minor") }
            }
        }]
    }

    /// The customers of a part that match and stand behind the start. SQLite keeps the order of a CROSS JOIN.
    fn found(
        &self,
        query: &CustomerQuery,
        part: &Part,
        (start, asked): (Option<&(String, String)>, &str),
        parameters: &mut Parameters,
    ) -> String {
        let Part { source, id, condition, place } = part;
        let place = if self.in_order { *place } else { None };
        let (mut joined, mut on) = (String::new(), String::new());
        let is_of_customers = source.starts_with("customers ");
        if !is_of_customers && (place.is_none() || !asked.is_empty()) {
            joined.push_str(" CROSS JOIN customers c");
            on.push_str(&format!(" AND c.id = {id}"));
        }
        let place = place.unwrap_or_else(|| match query.sort {
            CustomerSort::CreatedAt => "c.created_at",
            CustomerSort::OrderCount => "c.order_count",
            CustomerSort::LastOrderAt => {
                on.push_str(&format!(" AND {} IS NOT NULL", hidden("c.last_order_at")));
                "c.last_order_at"
            }
            CustomerSort::Spent => {
                joined.push_str(" CROSS JOIN customer_spend s");
                on.push_str(&format!(" AND s.customer_id = {id} AND s.currency = {}", parameters.bind(query.currency)));
                "s.spent_minor"
            }
        });
        let term = if self.in_order { place.to_owned() } else { hidden(place) };
        let span = match query.sort {
            CustomerSort::CreatedAt => parameters.within(&term, query.filter.created_at),
            CustomerSort::OrderCount => parameters.within(&term, query.filter.order_count),
            CustomerSort::Spent => parameters.within(&term, query.filter.spent_minor),
            CustomerSort::LastOrderAt => String::new(),
        };
        let sign = if query.descending { "<" } else { ">" };
        let behind = start.map(|(value, start)| format!(" AND ({term}, {id}) {sign} ({value}, {start})")).unwrap_or_default();
        format!("SELECT {id} AS id, {place} AS place FROM {source}{joined} WHERE {condition}{on}{span}{behind}{asked}")
    }
}

fn start(query: &CustomerQuery, parameters: &mut Parameters) -> Result<Option<(String, String)>, CursorError> {
    let Position::After(Some(cursor)) = &query.page.position else { return Ok(None) };
    let text = cursor.value.as_deref().unwrap_or_default();
    let value = match query.sort {
        CustomerSort::CreatedAt | CustomerSort::LastOrderAt => parameters.bind(text.parse::<Timestamp>().map_err(|_| CursorError)?),
        CustomerSort::OrderCount | CustomerSort::Spent => parameters.bind(text.parse::<i64>().map_err(|_| CursorError)?),
    };
    Ok(Some((value, parameters.bind(cursor.id))))
}

/// How many customers each finder finds, as far as it matters.
async fn sizes(db: &impl ConnectionTrait, finders: &[Finder]) -> Result<Vec<i64>, DatabaseError> {
    let rows = |finder: &Finder, parameters: &mut Parameters| {
        let parts = finder.parts(parameters);
        // Each part stops by itself: SQLite would gather all parts of a union before it counted.
        let found = parts.iter().enumerate().map(|(number, part)| {
            format!("SELECT 1 FROM (SELECT 1 FROM {} WHERE {} LIMIT {}) AS part_{number}", part.source, part.condition, FEW + 1)
        });
        found.collect::<Vec<_>>().join(" UNION ALL ")
    };
    db::sizes(db, finders, FEW, rows).await
}
