//! The parameters of a list: paging, sort, filters and includes.

use kernel::{Cursor, PageRequest, Position};

use super::filters::Filters;
use super::links::PageLinks;
use super::pairs::{QueryErrors, split};
use super::spec::ListSpec;
use crate::problem::Problem;

/// One column of a sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SortKey {
    /// A name the route declares.
    pub name: &'static str,
    /// True for `-name`.
    pub descending: bool,
}

/// A list request that was read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Which rows.
    pub page: PageRequest,
    /// In which order; never empty.
    pub sort: Vec<SortKey>,
    /// The sort as text: what a cursor of this list carries.
    pub sort_text: String,
    /// Narrowed to what.
    pub filters: Filters,
    /// What to add to each row.
    pub include: Vec<&'static str>,
    pub(crate) links: PageLinks,
}

/// A request for one resource that was read whole.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ViewQuery {
    /// What to add.
    pub include: Vec<&'static str>,
}

/// Sorting by more columns has no meaning to a person and no index.
pub(super) const MAX_SORT_KEYS: usize = 3;

impl ListQuery {
    /// Reads the query of a list at `path`.
    ///
    /// # Errors
    /// 400 `unknown_parameter` or `invalid_query` with a message on each bad parameter; 422 `page_too_deep`, `validation_failed`.
    pub fn parse(path: &str, query: Option<&str>, spec: &ListSpec) -> Result<Self, Problem> {
        let mut errors = QueryErrors::default();
        let mut raw = Raw::default();
        let mut filters = Filters::default();
        let mut view = ViewQuery::default();
        for (name, value) in split(query, &mut errors) {
            match name.as_str() {
                "page" => raw.page = Some(value),
                "per_page" => raw.per_page = Some(value),
                "after" => raw.after = Some(value),
                "limit" => raw.limit = Some(value),
                "sort" => raw.sort = Some(value),
                filter if filter.starts_with("filter[") => filters.read(filter, &value, spec.filters, &mut errors),
                _ => view.read(&name, &value, spec, &mut errors),
            }
        }
        let sort_text = raw.sort.clone().unwrap_or_else(|| spec.default_sort.to_owned());
        let sort = sort_keys(&sort_text, spec.sorts, &mut errors);
        let page = raw.page_request(&sort_text, &mut errors);
        errors.finish()?;
        page.offset().map_err(|_| Problem::page_too_deep())?;
        let ViewQuery { include } = view;
        let links = PageLinks::new(path, query);
        Ok(Self { page, sort, sort_text, filters, include, links })
    }

    /// True where the client wants this in each row.
    #[must_use]
    pub fn includes(&self, name: &str) -> bool {
        self.include.contains(&name)
    }
}

impl ViewQuery {
    /// Reads the query of a single resource.
    ///
    /// # Errors
    /// 400 `unknown_parameter` or `invalid_query` with a message on each bad parameter; 422 `validation_failed`.
    pub fn parse(query: Option<&str>, spec: &ListSpec) -> Result<Self, Problem> {
        let mut errors = QueryErrors::default();
        let mut view = Self::default();
        for (name, value) in split(query, &mut errors) {
            view.read(&name, &value, spec, &mut errors);
        }
        errors.finish().map(|()| view)
    }

    /// True where the client wants this in the answer.
    #[must_use]
    pub fn includes(&self, name: &str) -> bool {
        self.include.contains(&name)
    }

    fn read(&mut self, name: &str, value: &str, spec: &ListSpec, errors: &mut QueryErrors) {
        match name {
            "include" if !spec.includes.is_empty() => self.include = names(name, value, spec.includes, errors),
            _ => errors.unknown(name),
        }
    }
}

/// The parameters that hang together, before they are read.
#[derive(Debug, Default)]
struct Raw {
    page: Option<String>,
    per_page: Option<String>,
    after: Option<String>,
    limit: Option<String>,
    sort: Option<String>,
}

impl Raw {
    fn page_request(&self, sort_text: &str, errors: &mut QueryErrors) -> PageRequest {
        let counted = self.page.is_some() || self.per_page.is_some();
        let by_cursor = self.after.is_some() || self.limit.is_some();
        if counted && by_cursor {
            let name = if self.after.is_some() { "after" } else { "limit" };
            errors.invalid(name, "cannot go with page and per_page");
        }
        if by_cursor {
            let size = size("limit", self.limit.as_deref(), errors);
            let after = self.after.as_deref().and_then(|text| {
                let cursor = Cursor::decode(text, sort_text);
                cursor.map_err(|error| errors.invalid("after", error)).ok()
            });
            return PageRequest { position: Position::After(after), size };
        }
        let size = size("per_page", self.per_page.as_deref(), errors);
        let number = self.page.as_deref().map_or(Some(1), positive).unwrap_or_else(|| {
            errors.invalid("page", "must be a whole number from 1");
            1
        });
        PageRequest { position: Position::Number(number), size }
    }
}

/// Only digits: `+5` and the like are no numbers here. A number that no list reaches is too deep, not unreadable.
fn positive(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u32::MAX)).filter(|&number| number > 0)
}

fn size(parameter: &str, raw: Option<&str>, errors: &mut QueryErrors) -> u32 {
    let Some(raw) = raw else { return PageRequest::DEFAULT_SIZE };
    positive(raw).filter(|&size| size <= PageRequest::MAX_SIZE).unwrap_or_else(|| {
        errors.invalid(parameter, format!("must be a whole number from 1 to {}", PageRequest::MAX_SIZE));
        PageRequest::DEFAULT_SIZE
    })
}

fn sort_keys(text: &str, allowed: &[&'static str], errors: &mut QueryErrors) -> Vec<SortKey> {
    let mut keys: Vec<SortKey> = Vec::new();
    for part in text.split(',') {
        let (name, descending) = part.strip_prefix('-').map_or((part, false), |name| (name, true));
        let known = allowed.iter().find(|known| **known == name);
        let Some(name) = known.filter(|name| keys.len() < MAX_SORT_KEYS && keys.iter().all(|key| key.name != **name)) else {
            errors.invalid("sort", format!("must be up to {MAX_SORT_KEYS} of {}, each once, with - for descending", allowed.join(", ")));
            break;
        };
        keys.push(SortKey { name, descending });
    }
    keys
}

fn names(parameter: &str, text: &str, allowed: &[&'static str], errors: &mut QueryErrors) -> Vec<&'static str> {
    let mut found = Vec::new();
    for part in text.split(',') {
        match allowed.iter().find(|known| **known == part) {
            Some(known) if !found.contains(known) => found.push(*known),
            Some(_) => {}
            None => {
                errors.no_such(parameter, format!("must be of {}", allowed.join(", ")));
                break;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests;
