//! The statements that find the orders of a list: a page of them, or how many there are.

use kernel::{CursorError, PageRequest, Position, Timestamp};
use platform::db::{self, Parameters, Value, hidden};

use super::finder::Part;
use super::query::{OrderQuery, OrderSort};
use super::way::{FEW, Way};

/// A statement without its first words, with its values.
pub(super) struct Matching {
    pub(super) sql: String,
    pub(super) values: Vec<Value>,
}

/// What has to hold of an order beside what leads to it.
struct Rest<'a> {
    query: &'a OrderQuery,
    way: &'a Way,
    asked: String,
    /// The parameters of the row that the page follows: its value and id.
    start: Option<(String, String)>,
}

/// Finds the `id` and `place` of the orders of a page, in order.
///
/// # Errors
/// `CursorError` for a cursor of another list.
pub(super) fn page(query: &OrderQuery, way: &Way, window: (i64, i64)) -> Result<Matching, CursorError> {
    let mut parameters = Parameters::default();
    let start = start(query, &mut parameters)?;
    let rest = Rest { query, way, asked: way.asked(&mut parameters), start };
    let parts = way.parts(&mut parameters);
    let direction = if query.descending { "DESC" } else { "ASC" };
    let sql = if let [only] = parts.as_slice()
        && way.in_order
    {
        let found = rest.found(only, &mut parameters);
        let window = db::limited(window, |offset| parameters.bind(offset));
        format!("{found} ORDER BY {} {direction}, {} {direction} {window}", only.place, only.id)
    } else {
        // An order stands anywhere in its part, so each is read as far as the page reaches.
        let reach = match window {
            (limit, 0) => limit.to_string(),
            (limit, offset) if way.in_order => parameters.bind(limit + offset),
            _ => String::new(),
        };
        let ends = |part: &Part| match way.in_order {
            true => format!("ORDER BY {} {direction}, {} {direction} LIMIT {reach}", part.place, part.id),
            // Few they are; the limit keeps PostgreSQL from reading the list in its order all the same.
            false => format!("LIMIT {} OFFSET 0", 2 * FEW),
        };
        let found = rest.union(&parts, &mut parameters, ends);
        let window = db::limited(window, |offset| parameters.bind(offset));
        format!("SELECT id, place FROM ({found}) AS matching ORDER BY place {direction}, id {direction} {window}")
    };
    Ok(Matching { sql, values: parameters.0 })
}

/// Finds all that match, in no order and no more than are counted: what follows `FROM`.
pub(super) fn all(query: &OrderQuery, way: &Way) -> Matching {
    let mut parameters = Parameters::default();
    let rest = Rest { query, way, asked: way.asked(&mut parameters), start: None };
    let parts = way.parts(&mut parameters);
    let found = rest.union(&parts, &mut parameters, |_| format!("LIMIT {}", PageRequest::DEEPEST_ROW + 1));
    Matching { sql: format!("({found}) AS matching"), values: parameters.0 }
}

impl Rest<'_> {
    /// The orders of all parts, each once.
    fn union(&self, parts: &[Part], parameters: &mut Parameters, ends: impl Fn(&Part) -> String) -> String {
        let found = parts.iter().enumerate().map(|(number, part)| {
            let found = self.found(part, parameters);
            format!("SELECT id, place FROM ({found} {}) AS part_{number}", ends(part))
        });
        found.collect::<Vec<_>>().join(" UNION ")
    }

    /// The orders of a part that match and stand behind the start.
    fn found(&self, part: &Part, parameters: &mut Parameters) -> String {
        let Part { source, key, condition, place, id, repeats } = part;
        let needed = place.starts_with("o.") || !self.asked.is_empty();
        // SQLite keeps the order of a CROSS JOIN.
        let (joined, on) = match key {
            Some(key) if needed => (" CROSS JOIN orders o", format!(" AND o.id = {key}")),
            _ => ("", String::new()),
        };
        let term = if self.way.in_order { (*place).to_owned() } else { hidden(place) };
        let span = match self.query.sort {
            OrderSort::PlacedAt => parameters.within(&term, self.query.filter.placed_at),
            OrderSort::Total => parameters.within(&term, self.query.filter.total_minor),
            OrderSort::Number => String::new(),
        };
        let sign = if self.query.descending { "<" } else { ">" };
        let behind = self.start.as_ref().map(|(value, start)| format!(" AND ({term}, {id}) {sign} ({value}, {start})"));
        let (behind, asked) = (behind.unwrap_or_default(), &self.asked);
        let once = if *repeats { "DISTINCT " } else { "" };
        format!("SELECT {once}{id} AS id, {place} AS place FROM {source}{joined} WHERE {condition}{on}{span}{behind}{asked}")
    }
}

fn start(query: &OrderQuery, parameters: &mut Parameters) -> Result<Option<(String, String)>, CursorError> {
    let Position::After(Some(cursor)) = &query.page.position else { return Ok(None) };
    let text = cursor.value.as_deref().unwrap_or_default();
    let value = match query.sort {
        OrderSort::PlacedAt => parameters.bind(text.parse::<Timestamp>().map_err(|_| CursorError)?),
        OrderSort::Total | OrderSort::Number => parameters.bind(text.parse::<i64>().map_err(|_| CursorError)?),
    };
    Ok(Some((value, parameters.bind(cursor.id))))
}
