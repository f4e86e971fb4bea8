//! What `GET /api/v1/customers` understands.

use catalog::channels;
use gateway::{FilterKind, ListQuery, ListRoute, ListSpec, Problem};
use kernel::{CustomerGroupTag, FieldErrors, Prefixed};
use platform::db::Reader;
use sales::customers::{CustomerFilter, CustomerQuery, CustomerSort};

/// The list of customers.
pub(super) struct Customers;

impl ListRoute for Customers {
    const SPEC: ListSpec = ListSpec {
        sorts: &["created_at", "last_order_at", "order_count", "spent"],
        default_sort: "-created_at",
        filters: &[
            ("text", FilterKind::Text),
            ("tag", FilterKind::Words),
            ("group", FilterKind::Id(CustomerGroupTag::PREFIX)),
            ("accepts_marketing", FilterKind::Flag),
            ("order_count", FilterKind::Range),
            ("spent", FilterKind::Range),
            ("currency", FilterKind::Text),
            ("created_at", FilterKind::Period),
        ],
        ..ListSpec::PLAIN
    };
}

/// The query of the use case. Spending is compared in the currency of the default channel unless the query names another.
pub(super) async fn query(db: &Reader, list: &ListQuery) -> Result<CustomerQuery, Problem> {
    let filters = &list.filters;
    let sort = list.sort.first();
    let by = match sort.map(|key| key.name) {
        Some("last_order_at") => CustomerSort::LastOrderAt,
        Some("order_count") => CustomerSort::OrderCount,
        Some("spent") => CustomerSort::Spent,
        _ => CustomerSort::CreatedAt,
    };
    let mut errors = FieldErrors::new();
    let group = errors.take_optional("filter[group]", filters.text("group"), |raw: &str| raw.parse());
    let named = errors.take_optional("filter[currency]", filters.text("currency"), |raw: &str| raw.parse());
    errors.finish(|| Some(()))?;
    let spent_minor = filters.range("spent");
    let currency = match named {
        None if by == CustomerSort::Spent || spent_minor.is_bound() => Some(channels::find_default(db).await?.currency),
        named => named,
    };
    let filter = CustomerFilter {
        text: filters.text("text").map(str::to_owned),
        tags: filters.words("tag").to_vec(),
        group,
        accepts_marketing: filters.flag("accepts_marketing"),
        order_count: filters.range("order_count"),
        spent_minor,
        created_at: filters.period("created_at"),
    };
    Ok(CustomerQuery { filter, currency, sort: by, descending: sort.is_none_or(|key| key.descending), page: list.page.clone() })
}
