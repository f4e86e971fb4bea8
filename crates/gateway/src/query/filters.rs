//! Filters of a list, read by the kind that the route declares.

use kernel::Timestamp;
use platform::db::Span;

use super::pairs::QueryErrors;
use super::spec::FilterKind;

/// More alternatives than a person picks; keeps the statement's parameters bounded.
pub(super) const MAX_WORDS: usize = 100;
/// Longer than any column that is filtered by.
pub(super) const MAX_CHARACTERS: usize = 255;

/// The names of the bounds, as clients write them.
pub(super) const BOUNDS: [&str; 4] = ["gte", "lte", "gt", "lt"];

fn set<T>(span: &mut Span<T>, bound: &str, value: T) {
    match bound {
        "gte" => span.at_least = Some(value),
        "lte" => span.at_most = Some(value),
        "gt" => span.above = Some(value),
        _ => span.below = Some(value),
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Words(Vec<String>),
    Text(String),
    Flag(bool),
    Time(Timestamp),
    Range(Span<i64>),
    Period(Span<Timestamp>),
    Family(Vec<(String, Vec<String>)>),
}

/// The filters that a client asked for, by declared name. Asking for a name by the wrong kind finds nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters(Vec<(&'static str, Value)>);

impl Filters {
    /// True where the list is not narrowed at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The alternatives of a `Words` or `OneOf` filter; empty where it is absent.
    #[must_use]
    pub fn words(&self, name: &str) -> &[String] {
        if let Some(Value::Words(words)) = self.value(name) { words } else { &[] }
    }

    /// The alternatives of a `Words` filter, each parsed; one that does not parse can match no row, so it is dropped, and
    /// `Some` of an empty list says that no row can pass. `None` where the filter is absent.
    #[must_use]
    pub fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<Vec<T>> {
        if let Some(Value::Words(words)) = self.value(name) {
            return Some(words.iter().filter_map(|word| word.parse().ok()).collect());
        }
        None
    }

    /// A `Text`, `Id` or `Email` filter.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        if let Some(Value::Text(text)) = self.value(name) { Some(text) } else { None }
    }

    /// A `Flag` filter.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<bool> {
        if let Some(Value::Flag(flag)) = self.value(name) { Some(*flag) } else { None }
    }

    /// A `Time` filter.
    #[must_use]
    pub fn time(&self, name: &str) -> Option<Timestamp> {
        if let Some(Value::Time(time)) = self.value(name) { Some(*time) } else { None }
    }

    /// A `Range` filter; without bounds where it is absent.
    #[must_use]
    pub fn range(&self, name: &str) -> Span<i64> {
        if let Some(Value::Range(bounds)) = self.value(name) { *bounds } else { Span::default() }
    }

    /// A `Period` filter; without bounds where it is absent.
    #[must_use]
    pub fn period(&self, name: &str) -> Span<Timestamp> {
        if let Some(Value::Period(bounds)) = self.value(name) { *bounds } else { Span::default() }
    }

    /// The members of a `Family` filter with their alternatives; empty where it is absent.
    #[must_use]
    pub fn family(&self, name: &str) -> &[(String, Vec<String>)] {
        if let Some(Value::Family(members)) = self.value(name) { members } else { &[] }
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    fn entry(&mut self, name: &'static str, empty: impl FnOnce() -> Value) -> Option<&mut Value> {
        if self.value(name).is_none() {
            self.0.push((name, empty()));
        }
        self.0.iter_mut().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Reads one `filter[…]` parameter; notes what is wrong with it.
    pub(super) fn read(&mut self, parameter: &str, raw: &str, known: &[(&'static str, FilterKind)], errors: &mut QueryErrors) {
        let Some((name, kind, rest)) = find(parameter, known) else { return errors.unknown(parameter) };
        let outcome = match kind {
            FilterKind::Words => words(raw).map(Value::Words),
            FilterKind::OneOf(allowed) => words_of(raw, allowed).map(Value::Words),
            FilterKind::Text | FilterKind::Id(_) | FilterKind::Email => text(raw).map(Value::Text),
            FilterKind::Flag => raw.parse().map(Value::Flag).map_err(|_| "must be true or false".to_owned()),
            FilterKind::Time => time(raw).map(Value::Time),
            FilterKind::Range => return self.bound(name, rest, number(raw), errors),
            FilterKind::Period => return self.moment(name, rest, time(raw), errors),
            FilterKind::Family => return self.member(name, rest, words(raw), errors),
        };
        match outcome {
            Ok(value) => self.0.push((name, value)),
            Err(message) => errors.invalid(parameter, message),
        }
    }

    fn bound(&mut self, name: &'static str, bound: &str, read: Result<i64, String>, errors: &mut QueryErrors) {
        match read {
            Ok(number) => {
                if let Some(Value::Range(bounds)) = self.entry(name, || Value::Range(Span::default())) {
                    set(bounds, bound, number);
                }
            }
            Err(message) => errors.invalid(&format!("filter[{name}][{bound}]"), message),
        }
    }

    fn moment(&mut self, name: &'static str, bound: &str, read: Result<Timestamp, String>, errors: &mut QueryErrors) {
        match read {
            Ok(time) => {
                if let Some(Value::Period(bounds)) = self.entry(name, || Value::Period(Span::default())) {
                    set(bounds, bound, time);
                }
            }
            Err(message) => errors.invalid(&format!("filter[{name}][{bound}]"), message),
        }
    }

    fn member(&mut self, name: &'static str, member: &str, read: Result<Vec<String>, String>, errors: &mut QueryErrors) {
        match read {
            Ok(words) => {
                if let Some(Value::Family(members)) = self.entry(name, || Value::Family(Vec::new())) {
                    members.push((member.to_owned(), words));
                }
            }
            Err(message) => errors.invalid(&format!("filter[{name}.{member}]"), message),
        }
    }
}

/// The declared filter that a parameter means, with its bound or member.
fn find<'a>(parameter: &'a str, known: &[(&'static str, FilterKind)]) -> Option<(&'static str, FilterKind, &'a str)> {
    let inner = parameter.strip_prefix("filter[")?.strip_suffix(']')?;
    known.iter().find_map(|&(name, kind)| {
        let rest = inner.strip_prefix(name)?;
        let rest = match kind {
            FilterKind::Range | FilterKind::Period => rest.strip_prefix("][").filter(|bound| BOUNDS.contains(bound))?,
            FilterKind::Family => {
                rest.strip_prefix('.').filter(|member| (1..=64).contains(&member.chars().count()) && !member.contains("]["))?
            }
            FilterKind::Words
            | FilterKind::OneOf(_)
            | FilterKind::Text
            | FilterKind::Id(_)
            | FilterKind::Email
            | FilterKind::Flag
            | FilterKind::Time => rest.is_empty().then_some(rest)?,
        };
        Some((name, kind, rest))
    })
}

fn text(raw: &str) -> Result<String, String> {
    let trimmed = raw.trim();
    match trimmed.chars().count() {
        0 => Err("must not be empty".to_owned()),
        1..=MAX_CHARACTERS => Ok(trimmed.to_owned()),
        _ => Err(format!("must be at most {MAX_CHARACTERS} characters long")),
    }
}

fn words(raw: &str) -> Result<Vec<String>, String> {
    if raw.split(',').count() > MAX_WORDS {
        return Err(format!("must name at most {MAX_WORDS} alternatives"));
    }
    raw.split(',').map(text).collect()
}

fn words_of(raw: &str, allowed: &[&str]) -> Result<Vec<String>, String> {
    let words = words(raw)?;
    if words.iter().all(|word| allowed.contains(&word.as_str())) { Ok(words) } else { Err(format!("must be of {}", allowed.join(", "))) }
}

fn number(raw: &str) -> Result<i64, String> {
    raw.parse().map_err(|_| "must be a whole number".to_owned())
}

fn time(raw: &str) -> Result<Timestamp, String> {
    // A `+` that was not percent-encoded has become a blank.
    let repaired = raw.replace(' ', "+");
    let parsed = chrono::DateTime::parse_from_rfc3339(&repaired).map(|time| time.to_utc());
    // Both databases keep four digits of a year.
    let sane = parsed.ok().filter(|time| (1..=9_999).contains(&chrono::Datelike::year(time)));
    sane.ok_or_else(|| "must be a time like 2026-01-31T00:00:00Z".to_owned())
}
