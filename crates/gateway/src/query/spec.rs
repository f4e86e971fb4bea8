//! What a route's query may say.

/// A route with a list or a view, so that its parameters are read and documented from one declaration.
pub trait ListRoute: Send + Sync + 'static {
    /// What the query may say.
    const SPEC: ListSpec;
}

/// What the query of a list may say; a single resource uses `includes` alone.
#[derive(Debug, Clone, Copy)]
pub struct ListSpec {
    /// Names that `?sort=` takes, without a sign.
    pub sorts: &'static [&'static str],
    /// The sort where none is asked for, as the client would write it: `-created_at`.
    pub default_sort: &'static str,
    /// Filters by name, and how each is read.
    pub filters: &'static [(&'static str, FilterKind)],
    /// What `?include=` may add; empty where the route has no such parameter.
    pub includes: &'static [&'static str],
}

impl ListSpec {
    /// A list in order of creation that takes nothing but paging: the base of every declaration.
    pub const PLAIN: Self = Self { sorts: &["created_at"], default_sort: "-created_at", filters: &[], includes: &[] };
}

/// How a filter is written and what it means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterKind {
    /// `filter[brand]=a,b`: any of these words.
    Words,
    /// `filter[status]=draft,active`: any of these words, out of a closed list.
    OneOf(&'static [&'static str]),
    /// `filter[q]=free text, with commas`.
    Text,
    /// `filter[variant]=var_…`: the id of a thing with this prefix, read as a text.
    Id(&'static str),
    /// `filter[customer]=ada@example.com`: read as a text.
    Email,
    /// `filter[in_stock]=true|false`.
    Flag,
    /// `filter[updated_since]=2026-01-31T00:00:00Z`.
    Time,
    /// `filter[price][gte]=100`, `lte`, `gt`, `lt`: whole numbers.
    Range,
    /// `filter[created_at][gte]=2026-01-31T00:00:00Z`, `lte`, `gt`, `lt`.
    Period,
    /// `filter[option.colour]=red,blue`: words under a name that the client chooses; declared as `option`.
    Family,
}
