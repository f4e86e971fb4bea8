//! Customers on the wire.

use kernel::{FieldErrors, Timestamp};
use sales::customers::{Customer, CustomerChanges, CustomerInput};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::rest::money::MoneyView;
use crate::schema;

/// What staff change of a customer; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomerPatch {
    /// All tags from now on; of two that differ in case only the first stays.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, value_type = Vec<schema::Tag>, max_items = 100)]
    tags: Option<Vec<String>>,
    /// The group; `null`: none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<schema::CustomerGroupId>)]
    group_id: Option<Option<String>>,
    /// What staff write about the customer; `null`: nothing.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 5_000)]
    note: Option<Option<String>>,
    /// Whether advertising is welcome; of whoever has an account it changes there.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    accepts_marketing: Option<bool>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl CustomerPatch {
    pub(super) fn parse(self) -> Result<CustomerChanges, FieldErrors> {
        let Self { tags, group_id, note, accepts_marketing, version: _ } = self;
        CustomerChanges::parse(CustomerInput { tags, group_id, note, accepts_marketing })
    }
}

/// Somebody who bought something or has an account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CustomerView {
    /// Its id (`cust_…`).
    #[schema(value_type = schema::CustomerId)]
    id: String,
    /// Grows with each change of staff.
    version: i64,
    /// The account; `null` for a guest.
    #[schema(value_type = Option<schema::UserId>)]
    user_id: Option<String>,
    /// Where mail reaches it.
    email: Option<String>,
    /// What it is called.
    name: Option<String>,
    /// The group that staff put it into.
    #[schema(value_type = Option<schema::CustomerGroupId>)]
    group_id: Option<String>,
    /// Words that staff put on it.
    tags: Vec<String>,
    /// What staff write about it.
    note: Option<String>,
    /// Whether it wants advertising.
    accepts_marketing: bool,
    /// When it last said so, where it said anything.
    #[schema(value_type = Option<String>, format = DateTime)]
    accepts_marketing_at: Option<Timestamp>,
    /// Where: `checkout`, `registration`, `profile` or `staff`.
    accepts_marketing_source: Option<String>,
    /// How many orders it placed that were not called off.
    order_count: i64,
    /// What it paid and did not get back, by currency.
    spent: Vec<MoneyView>,
    /// When the first of those orders was placed.
    #[schema(value_type = Option<String>, format = DateTime)]
    first_order_at: Option<Timestamp>,
    /// When the last was.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_order_at: Option<Timestamp>,
    /// Since when the shop knows it.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When something of it changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<Customer> for CustomerView {
    fn from(customer: Customer) -> Self {
        Self {
            id: customer.id.to_string(),
            version: customer.version,
            user_id: customer.user_id.map(|id| id.to_string()),
            email: customer.email.map(String::from),
            name: customer.name,
            group_id: customer.group_id.map(|id| id.to_string()),
            tags: customer.tags,
            note: customer.note,
            accepts_marketing: customer.marketing.accepts,
            accepts_marketing_at: customer.marketing.at,
            accepts_marketing_source: customer.marketing.source,
            order_count: customer.order_count,
            spent: customer.spent.into_iter().map(MoneyView::from).collect(),
            first_order_at: customer.first_order_at,
            last_order_at: customer.last_order_at,
            created_at: customer.created_at,
            updated_at: customer.updated_at,
        }
    }
}
