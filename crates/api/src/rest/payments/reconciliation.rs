//! Where money stands between the shop and its providers.

use axum::extract::State;
use gateway::{CommonProblems, Envelope, NoParams, One, Permitted, Problem, permission};
use kernel::Timestamp;
use payments::reconciliation::{Finding, Reconciliation};
use sales::settlement::{self, Books};
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::OperationView;
use crate::rest::money::MoneyView;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![get_reconciliation]
}

/// Where money stands between the shop and its providers.
#[derive(Debug, Serialize, ToSchema)]
struct ReconciliationsView {
    /// Calls to providers that wait for a clear answer, the oldest first, at most a hundred. Each is asked about until it has one.
    unsettled: Vec<OperationView>,
    /// The last comparison with each provider that keeps books; one is made every night.
    reconciliations: Vec<ReconciliationView>,
}

/// One comparison of our books with a provider's.
#[derive(Debug, Serialize, ToSchema)]
struct ReconciliationView {
    /// Its id (`recon_…`).
    #[schema(value_type = schema::ReconciliationId)]
    id: String,
    /// With whom.
    #[schema(value_type = schema::PaymentMethod)]
    provider: String,
    /// What was moved since then was compared.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// How many of the provider's movements were.
    compared: i64,
    /// What is wrong; empty where the books agree.
    findings: Vec<FindingView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Something that stands in one book alone, or otherwise than in the other.
#[derive(Debug, Serialize, ToSchema)]
struct FindingView {
    /// `foreign`: the provider moved money that the shop never asked for. `missing`: the provider does not know what the shop has as done.
    /// `different`: another amount. `doubled`: done once more. `denied`: the provider said that it failed, and moved the money.
    #[schema(value_type = schema::ReconciliationFinding)]
    kind: &'static str,
    /// Our call.
    #[schema(value_type = Option<schema::PaymentOperationId>)]
    operation_id: Option<String>,
    /// The provider's name for it.
    provider_reference: Option<String>,
    /// What the shop has.
    expected: Option<MoneyView>,
    /// What the provider has.
    found: Option<MoneyView>,
}

impl From<Books> for ReconciliationsView {
    fn from(books: Books) -> Self {
        Self {
            unsettled: books.unsettled.iter().map(OperationView::from).collect(),
            reconciliations: books.reconciliations.into_iter().map(ReconciliationView::from).collect(),
        }
    }
}

impl From<Reconciliation> for ReconciliationView {
    fn from(made: Reconciliation) -> Self {
        Self {
            id: made.id.to_string(),
            provider: made.provider,
            since: made.since,
            compared: made.compared,
            findings: made.findings.into_iter().map(FindingView::from).collect(),
            created_at: made.created_at,
        }
    }
}

impl From<Finding> for FindingView {
    fn from(finding: Finding) -> Self {
        Self {
            kind: finding.kind.as_str(),
            operation_id: finding.operation_id.map(|id| id.to_string()),
            provider_reference: finding.reference,
            expected: finding.expected.map(MoneyView::from),
            found: finding.found.map(MoneyView::from),
        }
    }
}

/// Read where money stands between the shop and its providers: calls without a clear answer, and what the last comparison of the books
/// found.
#[utoipa::path(
    get, path = "/api/v1/payments/reconciliation", tag = "payments", operation_id = "get_reconciliation",
    security(("bearer" = ["orders:read"])),
    responses(
        CommonProblems,
        (status = 200, description = "Open calls and comparisons", body = Envelope<ReconciliationsView>),
    ),
)]
async fn get_reconciliation(
    State(shop): State<Shop>,
    _staff: Permitted<permission::OrdersRead>,
    _none: NoParams,
) -> Result<One<ReconciliationsView>, Problem> {
    Ok(One::plain(settlement::books(&shop.sales).await?.into()))
}
