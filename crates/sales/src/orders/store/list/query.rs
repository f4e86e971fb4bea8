//! What staff and customers ask the list of orders, and what it shows.

use kernel::{Email, Money, OrderId, PageRequest, Timestamp, UserId};
use platform::db::Span;

use crate::orders::states::{FulfilmentStatus, OrderStatus, PaymentStatus};

/// What staff look for; every filter that is given must hold, of several values of one filter any.
#[derive(Debug, Clone, Default)]
pub struct OrderFilter {
    /// Status.
    pub status: Vec<OrderStatus>,
    /// What the money says.
    pub payment_status: Vec<PaymentStatus>,
    /// What the shipments say.
    pub fulfilment_status: Vec<FulfilmentStatus>,
    /// Tags, compared folded.
    pub tags: Vec<String>,
    /// When they were placed.
    pub placed_at: Span<Timestamp>,
    /// Their total, in minor units.
    pub total_minor: Span<i64>,
    /// Whose they are, by account.
    pub user: Option<UserId>,
    /// The customer's e-mail address.
    pub customer: Option<Email>,
    /// What words of number, e-mail, names and companies begin with; digits are a whole word.
    pub text: Option<String>,
}

impl OrderFilter {
    /// The names of the filters that are given, for whoever may not see what they are asked for.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let given = [
            ("status", !self.status.is_empty()),
            ("payment_status", !self.payment_status.is_empty()),
            ("fulfilment_status", !self.fulfilment_status.is_empty()),
            ("tag", !self.tags.is_empty()),
            ("placed_at", self.placed_at.is_bound()),
            ("total", self.total_minor.is_bound()),
            ("user", self.user.is_some()),
            ("customer", self.customer.is_some()),
            ("text", self.text.is_some()),
        ];
        given.into_iter().filter_map(|(name, is_given)| is_given.then_some(name)).collect()
    }
}

/// By what the list is sorted; ties are broken by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderSort {
    /// By the time they were placed.
    PlacedAt,
    /// By their total.
    Total,
    /// By their number.
    Number,
}

impl OrderSort {
    /// The word of `?sort=`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::PlacedAt => "placed_at",
            Self::Total => "total",
            Self::Number => "number",
        }
    }

    pub(super) const fn column(self) -> &'static str {
        match self {
            Self::PlacedAt => "o.placed_at",
            Self::Total => "o.total_minor",
            Self::Number => "o.number",
        }
    }
}

/// Which orders are listed, and how.
#[derive(Debug, Clone)]
pub struct OrderQuery {
    /// What staff look for.
    pub filter: OrderFilter,
    /// By what.
    pub sort: OrderSort,
    /// From the highest down.
    pub descending: bool,
    /// Which page.
    pub page: PageRequest,
}

/// An order as the list shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderSummary {
    /// Its id.
    pub id: OrderId,
    /// Its number.
    pub number: i64,
    /// Where it stands.
    pub status: OrderStatus,
    /// What its money says.
    pub payment_status: PaymentStatus,
    /// What its shipments say.
    pub fulfilment_status: FulfilmentStatus,
    /// What it costs.
    pub total: Money,
    /// Pieces.
    pub item_count: i64,
    /// Where the confirmation went.
    pub email: String,
    /// Who receives it.
    pub customer_name: Option<String>,
    /// Where it goes.
    pub country: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// When it was placed.
    pub placed_at: Timestamp,
    /// Grows with each change.
    pub version: i64,
}
