//! What `GET /api/v1/orders` understands.

use gateway::{FilterKind, ListQuery, ListRoute, ListSpec, Problem};
use kernel::FieldErrors;
use sales::orders::{FulfilmentStatus, OrderFilter, OrderQuery, OrderSort, OrderStatus, PaymentStatus};

/// The list of orders.
pub(super) struct Orders;

impl ListRoute for Orders {
    const SPEC: ListSpec = ListSpec {
        sorts: &["placed_at", "total", "number"],
        default_sort: "-placed_at",
        filters: &[
            ("status", FilterKind::OneOf(OrderStatus::WORDS)),
            ("payment_status", FilterKind::OneOf(PaymentStatus::WORDS)),
            ("fulfilment_status", FilterKind::OneOf(FulfilmentStatus::WORDS)),
            ("tag", FilterKind::Words),
            ("placed_at", FilterKind::Period),
            ("total", FilterKind::Range),
            ("customer", FilterKind::Email),
            ("text", FilterKind::Text),
        ],
        ..ListSpec::PLAIN
    };
}

/// The query of the use case.
pub(super) fn query(list: &ListQuery) -> Result<OrderQuery, Problem> {
    let filters = &list.filters;
    let customer = filters.text("customer").map(kernel::Email::parse).transpose();
    let filter = OrderFilter {
        status: filters.parsed("status").unwrap_or_default(),
        payment_status: filters.parsed("payment_status").unwrap_or_default(),
        fulfilment_status: filters.parsed("fulfilment_status").unwrap_or_default(),
        tags: filters.words("tag").to_vec(),
        placed_at: filters.period("placed_at"),
        total_minor: filters.range("total"),
        user: None,
        customer: customer.map_err(|error| FieldErrors::of("filter[customer]", error))?,
        text: filters.text("text").map(str::to_owned),
    };
    let sort = list.sort.first();
    let by = match sort.map(|key| key.name) {
        Some("total") => OrderSort::Total,
        Some("number") => OrderSort::Number,
        _ => OrderSort::PlacedAt,
    };
    Ok(OrderQuery { filter, sort: by, descending: sort.is_none_or(|key| key.descending), page: list.page.clone() })
}
