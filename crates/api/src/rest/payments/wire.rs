//! Payments as JSON.

use gateway::{FilterKind, ListQuery, ListRoute, ListSpec, Problem, kept_answer};
use kernel::{FieldErrors, Money, OrderId, OrderTag, PaymentId, Prefixed as _, Timestamp};
use payments::payments::{Operation, Payment, PaymentDetails, PaymentFilter, PaymentStatus};
use payments::refunds::RefundReason;
use platform::idempotency::{Answer, Key};
use sales::refunds::RefundPayment;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::rest::money::{MoneyIn, MoneyView};
use crate::rest::refunds::RefundView;
use crate::schema;

/// The list of payments.
pub(super) struct Payments;

impl ListRoute for Payments {
    const SPEC: ListSpec = ListSpec {
        sorts: &["created_at"],
        default_sort: "-created_at",
        filters: &[("status", FilterKind::OneOf(PaymentStatus::WORDS)), ("order", FilterKind::Id(OrderTag::PREFIX))],
        ..ListSpec::PLAIN
    };
}

/// What the list is narrowed to.
pub(super) fn filter(list: &ListQuery) -> Result<PaymentFilter, FieldErrors> {
    let mut errors = FieldErrors::new();
    let order = errors.take_optional("filter[order]", list.filters.text("order"), |raw: &str| raw.parse::<OrderId>());
    errors.finish(|| {
        Some(PaymentFilter { statuses: list.filters.parsed("status").unwrap_or_default(), reference_id: order.map(|order| order.uuid()) })
    })
}

/// How much of what is held is taken.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CaptureIn {
    /// Above zero and no more than is held; absent: all of it. The provider lets go of what is not taken.
    amount: Option<MoneyIn>,
}

impl CaptureIn {
    pub(super) fn amount(self) -> Result<Option<Money>, Problem> {
        self.amount.map(|amount| amount.parse_as("amount")).transpose()
    }
}

/// Nothing more is to be said: an empty object.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VoidIn {}

/// What goes back of a payment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PaymentRefundIn {
    /// Above zero and no more than is left of it; absent: all that is left.
    amount: Option<MoneyIn>,
    /// Why.
    #[schema(value_type = schema::RefundReason)]
    reason: String,
    /// In the words of staff.
    #[schema(min_length = 1, max_length = 500)]
    note: Option<String>,
}

impl PaymentRefundIn {
    pub(super) fn into_request(self, payment_id: PaymentId, key: Key) -> Result<RefundPayment, Problem> {
        let Self { amount, reason, note } = self;
        let amount = amount.map(|amount| amount.parse_as("amount")).transpose()?;
        let reason = reason.parse::<RefundReason>().map_err(|error| FieldErrors::of("reason", error))?;
        Ok(RefundPayment { payment_id, amount, reason, note, key, present: RefundView::ordered })
    }
}

/// A payment with all that was asked of its provider.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PaymentDetailsView {
    /// Its id (`pay_…`).
    #[schema(value_type = schema::PaymentId)]
    id: String,
    /// The order that it pays for.
    #[schema(value_type = schema::OrderId)]
    order_id: String,
    /// Through whom.
    #[schema(value_type = schema::PaymentProvider)]
    provider: String,
    /// The provider's name for it.
    provider_reference: Option<String>,
    /// The provider's name for the charge, where that is another one.
    charge_reference: Option<String>,
    /// How it is.
    #[schema(value_type = schema::PaymentStatus)]
    status: &'static str,
    /// What is asked for.
    amount: MoneyView,
    /// What the provider holds and has not handed over.
    authorised: MoneyView,
    /// What came.
    captured: MoneyView,
    /// What went back.
    refunded: MoneyView,
    /// What the customer has to do next; null where nothing is to be done.
    #[schema(value_type = Option<Object>)]
    next_action: Option<Value>,
    /// Why the provider refused.
    error_code: Option<String>,
    /// What was asked of the provider, oldest first.
    operations: Vec<OperationView>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// One thing asked of a provider.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OperationView {
    /// Its id (`payop_…`), which is the provider's idempotency key.
    #[schema(value_type = schema::PaymentOperationId)]
    id: String,
    /// What was asked.
    #[schema(value_type = schema::PaymentOperationKind)]
    kind: &'static str,
    /// What became of it; one that is `unknown` is asked about until the provider answers clearly.
    #[schema(value_type = schema::PaymentOperationStatus)]
    status: &'static str,
    /// How much.
    amount: MoneyView,
    /// The provider's name for it.
    provider_reference: Option<String>,
    /// When it was written down, which is before the provider was asked.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// How a payment is, for whoever comes back from the provider.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PaymentStandingView {
    /// Its id.
    #[schema(value_type = schema::PaymentId)]
    id: String,
    /// How it is.
    #[schema(value_type = schema::PaymentStatus)]
    status: &'static str,
}

impl From<&Payment> for PaymentStandingView {
    fn from(payment: &Payment) -> Self {
        Self { id: payment.id.to_string(), status: payment.status.as_str() }
    }
}

impl PaymentDetailsView {
    /// The answer that is kept of a command.
    pub(super) fn changed(details: &PaymentDetails) -> Answer {
        kept_answer(200, &Self::from(details))
    }
}

impl From<&PaymentDetails> for PaymentDetailsView {
    fn from(details: &PaymentDetails) -> Self {
        let payment = &details.payment;
        let money = |minor: i64| MoneyView::from(Money::new(minor, payment.amount.currency()));
        Self {
            id: payment.id.to_string(),
            order_id: OrderId::from_uuid(payment.reference_id).to_string(),
            provider: payment.provider.clone(),
            provider_reference: payment.provider_reference.clone(),
            charge_reference: payment.charge_reference.clone(),
            status: payment.status.as_str(),
            amount: payment.amount.into(),
            authorised: money(payment.authorised_minor),
            captured: money(payment.captured_minor),
            refunded: money(payment.refunded_minor),
            next_action: payment.next_action.clone(),
            error_code: payment.error_code.clone(),
            operations: details.operations.iter().map(OperationView::from).collect(),
            created_at: payment.created_at,
        }
    }
}

impl From<&Operation> for OperationView {
    fn from(operation: &Operation) -> Self {
        Self {
            id: operation.id.to_string(),
            kind: operation.kind.as_str(),
            status: operation.status.as_str(),
            amount: operation.amount.into(),
            provider_reference: operation.provider_reference.clone(),
            created_at: operation.created_at,
        }
    }
}
