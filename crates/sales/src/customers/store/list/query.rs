//! What staff ask the list of customers.

use kernel::{Currency, CustomerGroupId, PageRequest, Timestamp};
use platform::db::Span;

/// What staff look for; every filter that is given must hold, of several tags any.
#[derive(Debug, Clone, Default)]
pub struct CustomerFilter {
    /// What the address or the name begins with.
    pub text: Option<String>,
    /// Tags, compared folded.
    pub tags: Vec<String>,
    /// The group.
    pub group: Option<CustomerGroupId>,
    /// Whether advertising is welcome.
    pub accepts_marketing: Option<bool>,
    /// How many orders.
    pub order_count: Span<i64>,
    /// What was spent, in minor units of the query's currency; whoever never ordered in it is none of them.
    pub spent_minor: Span<i64>,
    /// Since when the shop knows them.
    pub created_at: Span<Timestamp>,
}

/// By what the list is sorted; ties are broken by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CustomerSort {
    /// By the time at which the shop met them.
    CreatedAt,
    /// By the time of the last order; only those who ordered.
    LastOrderAt,
    /// By the number of orders.
    OrderCount,
    /// By what they spent in the query's currency; only those who ordered in it.
    Spent,
}

impl CustomerSort {
    /// The word of `?sort=`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::LastOrderAt => "last_order_at",
            Self::OrderCount => "order_count",
            Self::Spent => "spent",
        }
    }
}

/// Which customers are listed, and how.
#[derive(Debug, Clone)]
pub struct CustomerQuery {
    /// What staff look for.
    pub filter: CustomerFilter,
    /// In which currency spending is compared; without one nobody spent anything.
    pub currency: Option<Currency>,
    /// By what.
    pub sort: CustomerSort,
    /// From the highest down.
    pub descending: bool,
    /// Which page.
    pub page: PageRequest,
}
