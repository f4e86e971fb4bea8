//! Filters whose customers an index finds.

use kernel::{Currency, CustomerGroupId, Timestamp, fold};
use platform::db::{Parameters, Shield, Span};

use super::query::{CustomerQuery, CustomerSort};

/// A filter whose customers an index finds: it can lead to the customers, or be asked of those that another one leads to.
pub(super) enum Finder {
    /// The folded beginning of an address or a name.
    Text(String),
    /// Folded tags.
    Tags(Vec<String>),
    Group(CustomerGroupId),
    Marketing(bool),
    Orders(Span<i64>),
    Spent(Option<Currency>, Span<i64>),
    Created(Span<Timestamp>),
}

/// Customers that stand side by side in one index. Parts may share customers, and have together all that a filter finds.
pub(super) struct Part {
    /// What follows `FROM`.
    pub(super) source: &'static str,
    /// The column that names the customer.
    pub(super) id: &'static str,
    /// What makes the part.
    pub(super) condition: String,
    /// The column that the list is sorted by, where the part has its customers in that order.
    pub(super) place: Option<&'static str>,
}

impl Finder {
    /// The finders of a filter; the bounds of what the list is sorted by are none, they only say where the list begins and ends.
    pub(super) fn of(query: &CustomerQuery) -> Vec<Self> {
        let (filter, sort) = (&query.filter, query.sort);
        let text = filter.text.as_deref().map(fold).filter(|text| !text.is_empty());
        let mut finders: Vec<Self> = text.map(Self::Text).into_iter().collect();
        finders.extend(filter.group.map(Self::Group));
        if !filter.tags.is_empty() {
            let mut keys: Vec<String> = filter.tags.iter().map(|tag| fold(tag)).collect();
            keys.sort_unstable();
            keys.dedup();
            finders.push(Self::Tags(keys));
        }
        finders.extend(filter.accepts_marketing.map(Self::Marketing));
        if sort != CustomerSort::OrderCount && filter.order_count.is_bound() {
            finders.push(Self::Orders(filter.order_count));
        }
        if sort != CustomerSort::Spent && filter.spent_minor.is_bound() {
            finders.push(Self::Spent(query.currency, filter.spent_minor));
        }
        if sort != CustomerSort::CreatedAt && filter.created_at.is_bound() {
            finders.push(Self::Created(filter.created_at));
        }
        finders
    }

    /// True where each part has its customers in the order of the list.
    pub(super) fn is_in_order(&self, sort: CustomerSort) -> bool {
        sort == CustomerSort::CreatedAt && matches!(self, Self::Tags(_) | Self::Group(_) | Self::Marketing(_))
    }

    /// What it finds, part by part.
    pub(super) fn parts(&self, parameters: &mut Parameters) -> Vec<Part> {
        let (source, id) = ("customers c", "c.id");
        let unordered = |condition| Part { source, id, condition, place: None };
        let ordered = |condition| Part { source, id, condition, place: Some("c.created_at") };
        match self {
            Self::Text(text) => ["c.email_key", "c.name_key"].map(|column| unordered(parameters.begins(column, text))).into(),
            Self::Tags(keys) => {
                let (source, id, place) = ("customer_tags t", "t.customer_id", Some("t.created_at"));
                let tagged = |key: &String| Part { source, id, condition: format!("t.tag_key = {}", parameters.bind(key)), place };
                keys.iter().map(tagged).collect()
            }
            Self::Group(group) => vec![ordered(format!("c.group_id = {}", parameters.bind(*group)))],
            Self::Marketing(accepts) => vec![ordered(format!("c.accepts_marketing = {}", parameters.bind(*accepts)))],
            Self::Orders(span) => vec![unordered(format!("TRUE{}", parameters.within("c.order_count", *span)))],
            Self::Spent(currency, span) => {
                let condition = format!("l.currency = {}{}", parameters.bind(*currency), parameters.within("l.spent_minor", *span));
                vec![Part { source: "customer_spend l", id: "l.customer_id", condition, place: None }]
            }
            Self::Created(span) => vec![unordered(format!("TRUE{}", parameters.within("c.created_at", *span)))],
        }
    }

    /// The question whether a customer `c` that was found is one of its own, behind an `AND`.
    pub(super) fn asked(&self, parameters: &mut Parameters, shield: Shield) -> String {
        match self {
            Self::Text(text) => {
                let [email, name] = ["c.email_key", "c.name_key"].map(|column| parameters.begins(&shield(column), text));
                format!(" AND (({email}) OR ({name}))")
            }
            Self::Tags(keys) => {
                let keys = parameters.bind_all(keys);
                belongs("customer_tags x", &format!("x.tag_key IN ({keys})"))
            }
            Self::Group(group) => format!(" AND {} = {}", shield("c.group_id"), parameters.bind(*group)),
            Self::Marketing(accepts) => format!(" AND {} = {}", shield("c.accepts_marketing"), parameters.bind(*accepts)),
            Self::Orders(span) => parameters.within(&shield("c.order_count"), *span),
            Self::Spent(currency, span) => {
                let condition = format!("x.currency = {}{}", parameters.bind(*currency), parameters.within("x.spent_minor", *span));
                belongs("customer_spend x", &condition)
            }
            Self::Created(span) => parameters.within(&shield("c.created_at"), *span),
        }
    }
}

/// The offset keeps PostgreSQL from reading a whole table where a row of it decides.
fn belongs(source: &str, condition: &str) -> String {
    format!(" AND EXISTS (SELECT 1 FROM {source} WHERE x.customer_id = c.id AND {condition} LIMIT 1 OFFSET 0)")
}
