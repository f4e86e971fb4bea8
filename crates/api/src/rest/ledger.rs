//! The ledger, for whoever keeps the books.

use axum::extract::State;
use gateway::{
    CommonProblems, Envelope, ErrorBody, FilterKind, List, ListEnvelope, ListParams, ListRoute, ListSpec, NoParams, One, Permitted,
    Problem, permission,
};
use kernel::{FieldErrors, OrderId, OrderTag, Prefixed as _, StoredValueId, Timestamp};
use payments::ledger::{self, Account, BookedTransaction, LedgerEntry, LedgerQuery};
use serde::Serialize;
use utoipa::ToSchema;

use super::money::MoneyView;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_ledger_entries, list_ledger_balances]
}

/// The list of entries.
struct LedgerEntries;

impl ListRoute for LedgerEntries {
    const SPEC: ListSpec = ListSpec {
        sorts: &["created_at"],
        default_sort: "-created_at",
        filters: &[("order", FilterKind::Id(OrderTag::PREFIX)), ("account", FilterKind::Text)],
        ..ListSpec::PLAIN
    };
}

/// An entry of the journal: money that moved from one account to another.
#[derive(Debug, Serialize, ToSchema)]
struct LedgerEntryView {
    /// Its id (`ltx_…`).
    #[schema(value_type = schema::LedgerTransactionId)]
    id: String,
    /// Why money moved.
    #[schema(value_type = schema::LedgerKind)]
    kind: &'static str,
    /// The order that it is for.
    #[schema(value_type = Option<schema::OrderId>)]
    order_id: Option<String>,
    /// The gift card or credit that staff gave away or put right.
    #[schema(value_type = Option<schema::StoredValueId>)]
    stored_value_id: Option<String>,
    /// The call to the provider that moved it.
    #[schema(value_type = Option<schema::PaymentOperationId>)]
    operation_id: Option<String>,
    /// Its lines, which sum to zero in each currency.
    lines: Vec<LedgerLineView>,
    /// When it was booked.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// What an account gets, or has in all. Debits are positive: what the shop has or is owed grows; credits are negative.
#[derive(Debug, Serialize, ToSchema)]
struct LedgerLineView {
    /// `customer_receivable`; `provider:<name>` for money that a provider collected, `cash:<method>` for what came without one; `revenue`,
    /// `shipping`, `tax`, `refunds`; `gift_cards` and `store_credit`, which the shop owes; `goodwill`, which it gave away.
    #[schema(max_length = 64)]
    account: String,
    /// How much, with its sign.
    amount: MoneyView,
}

impl From<&LedgerEntry> for LedgerLineView {
    fn from(entry: &LedgerEntry) -> Self {
        Self { account: entry.account.to_string(), amount: entry.amount.into() }
    }
}

impl From<BookedTransaction> for LedgerEntryView {
    fn from(booked: BookedTransaction) -> Self {
        let (of_value, reference) = (booked.kind.is_of_stored_value(), booked.reference_id);
        Self {
            id: booked.id.to_string(),
            kind: booked.kind.as_str(),
            order_id: (!of_value).then(|| OrderId::from_uuid(reference).to_string()),
            stored_value_id: of_value.then(|| StoredValueId::from_uuid(reference).to_string()),
            operation_id: booked.operation_id.map(|id| id.to_string()),
            lines: booked.entries.iter().map(LedgerLineView::from).collect(),
            created_at: booked.created_at,
        }
    }
}

fn query(list: &ListParams<LedgerEntries>) -> Result<LedgerQuery, FieldErrors> {
    let mut errors = FieldErrors::new();
    let order = errors.take_optional("filter[order]", list.filters.text("order"), |raw: &str| raw.parse::<OrderId>());
    let account = errors.take_optional("filter[account]", list.filters.text("account"), |raw: &str| raw.parse::<Account>());
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let page = list.page.clone();
    errors.finish(|| Some(LedgerQuery { reference_id: order.map(|order| order.uuid()), account, newest_first, page }))
}

/// List the entries of the ledger, the newest first. They are never changed; what was wrong is booked back.
#[utoipa::path(
    get, path = "/api/v1/ledger/entries", tag = "payments", operation_id = "list_ledger_entries", security(("bearer" = ["ledger:read"])),
    params(ListParams<LedgerEntries>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of entries", body = ListEnvelope<LedgerEntryView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_ledger_entries(
    State(shop): State<Shop>,
    _staff: Permitted<permission::LedgerRead>,
    list: ListParams<LedgerEntries>,
) -> Result<List<LedgerEntryView>, Problem> {
    let page = ledger::list(shop.context().db.reader(), &query(&list)?).await?;
    Ok(List::of(page.map(LedgerEntryView::from), &list))
}

/// Read what each account of the ledger comes to, by currency. The sums of a currency together are zero.
#[utoipa::path(
    get, path = "/api/v1/ledger/balances", tag = "payments", operation_id = "list_ledger_balances", security(("bearer" = ["ledger:read"])),
    responses(
        CommonProblems,
        (status = 200, description = "Every account with entries", body = Envelope<Vec<LedgerLineView>>),
    ),
)]
async fn list_ledger_balances(
    State(shop): State<Shop>,
    _staff: Permitted<permission::LedgerRead>,
    _none: NoParams,
) -> Result<One<Vec<LedgerLineView>>, Problem> {
    let balances = ledger::balances(shop.context().db.reader()).await?;
    Ok(One::plain(balances.iter().map(LedgerLineView::from).collect()))
}
