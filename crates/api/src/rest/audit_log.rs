//! The audit log: who changed what, and who was refused.

use axum::extract::State;
use gateway::{
    CommonProblems, ErrorBody, FilterKind, Filters, List, ListEnvelope, ListParams, ListRoute, ListSpec, Permitted, Problem, permission,
};
use kernel::Timestamp;
use platform::audit::{self, AuditFilter, Outcome, Recorded};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_audit_log]
}

/// The audit log.
struct AuditLog;

impl ListRoute for AuditLog {
    const SPEC: ListSpec = ListSpec {
        sorts: &[audit::SORT],
        default_sort: "-occurred_at",
        filters: &[
            ("actor", FilterKind::Words),
            ("action", FilterKind::Words),
            ("subject", FilterKind::Text),
            ("outcome", FilterKind::OneOf(Outcome::WORDS)),
            ("occurred_at", FilterKind::Period),
        ],
        ..ListSpec::PLAIN
    };
}

fn filter(filters: &Filters) -> AuditFilter {
    let outcomes: Vec<Outcome> = filters.parsed("outcome").unwrap_or_default();
    AuditFilter {
        actors: filters.words("actor").to_vec(),
        actions: filters.words("action").to_vec(),
        subject: filters.text("subject").map(str::to_owned),
        // Both of two are all.
        outcome: if let [one] = outcomes.as_slice() { Some(*one) } else { None },
        occurred_at: filters.period("occurred_at"),
    }
}

/// A record of the audit log; it never changes.
#[derive(Debug, Serialize, ToSchema)]
struct AuditRecordView {
    /// Its id (`audit_…`).
    #[schema(value_type = schema::AuditId)]
    id: String,
    /// What was done: `role.created`; `request.refused` where the door was shut.
    action: String,
    /// To what: an id, the key of a setting, or the path of a refused request.
    subject: String,
    /// By whom: an id, `cli`, `system` or `anonymous`.
    actor: String,
    /// Whether it was done: `done` or `refused`.
    #[schema(value_type = schema::AuditOutcome)]
    outcome: Outcome,
    /// What differs, as `{"member": {"before": …, "after": …}}`; secrets and personal data are `***`.
    #[schema(value_type = Object)]
    changes: Value,
    /// In which request.
    request_id: Option<String>,
    /// From which address; erased with the person.
    ip: Option<String>,
    /// By which program; erased with the person.
    user_agent: Option<String>,
    /// Its number in the chain of seals; absent for a moment after it was written.
    seal: Option<i64>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    occurred_at: Timestamp,
}

impl From<Recorded> for AuditRecordView {
    fn from(record: Recorded) -> Self {
        Self {
            id: record.id.to_string(),
            action: record.action,
            subject: record.subject,
            actor: record.actor,
            outcome: record.outcome,
            changes: record.changes,
            request_id: record.request_id,
            ip: record.ip.map(|ip| ip.to_string()),
            user_agent: record.user_agent,
            seal: record.seal,
            occurred_at: record.occurred_at,
        }
    }
}

/// List who changed what, the newest first.
#[utoipa::path(
    get, path = "/api/v1/audit-log", tag = "security", operation_id = "list_audit_log", security(("bearer" = ["audit:read"])),
    params(ListParams<AuditLog>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of records", body = ListEnvelope<AuditRecordView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_audit_log(
    State(shop): State<Shop>,
    _staff: Permitted<permission::AuditRead>,
    list: ListParams<AuditLog>,
) -> Result<List<AuditRecordView>, Problem> {
    let descending = list.sort.first().is_none_or(|key| key.descending);
    let page = audit::list(shop.context().db.reader(), &filter(&list.filters), descending, &list.page).await?;
    Ok(List::of(page.map(AuditRecordView::from), &list))
}
