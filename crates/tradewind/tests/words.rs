//! The words of states and kinds are the same in code and in the schema's CHECKs, so that neither knows one the other refuses.

use std::collections::{BTreeMap, BTreeSet};

use accounts::anomalies::AnomalyKind;
use accounts::api_keys::KeyKind;
use accounts::one_time::Purpose;
use accounts::sessions::Kind;
use accounts::users::UserStatus;
use catalog::channels::TaxDisplay;
use catalog::collections::{CollectionKind, CollectionStatus};
use catalog::inventory::MoveReason;
use catalog::price_changes::{PriceChangeState, RowOutcome, SkipReason};
use catalog::products::{ProductStatus, RelationKind};
use catalog::stock_imports::StockImportState;
use catalog::variants::VariantKind;
use notify::inbound::InboundState;
use notify::mail_templates::TemplateName;
use notify::mails::{AboutKind, MailState};
use notify::push::{PushKind, PushState};
use notify::sync::{SyncDirection, SyncState};
use notify::webhooks::{DeliveryState, DisabledBecause};
use payments::ledger::TransactionKind;
use payments::payments::{OperationKind, OperationStatus};
use payments::reconciliation::FindingKind;
use payments::refunds::RefundReason;
use payments::stored_values::{AdjustReason, MoveKind, StoredValueKind};
use platform::audit::Outcome;
use platform::jobs::{JobState, Queue};
use platform::privacy::ExportStatus;
use sales::carts::CartStatus;
use sales::invoices::{InvoiceKind, InvoiceLineKind};
use sales::orders::{FulfilmentStatus, OrderStatus};
use sales::pricing::AdjustmentKind;
use sales::promotions::Trigger;
use sales::reports::{ReportKind, ReportState};
use sales::returns::{Condition, ReturnAsker, ReturnReason, ReturnStatus};
use sales::shipping::ShippingKind;

type Words = BTreeSet<&'static str>;

/// The CHECK of each column that holds an enum's words.
const CHECKS_OF_ENUMS: [(&str, &[&str]); 58] = [
    ("anomalies_kind_check", AnomalyKind::WORDS),
    ("api_keys_kind_check", KeyKind::WORDS),
    ("audit_records_outcome_check", Outcome::WORDS),
    ("carts_status_check", CartStatus::WORDS),
    ("channels_tax_display_check", TaxDisplay::WORDS),
    ("collections_kind_check", CollectionKind::WORDS),
    ("collections_status_check", CollectionStatus::WORDS),
    ("invoice_lines_kind_check", InvoiceLineKind::WORDS),
    ("invoice_ranges_kind_check", InvoiceKind::WORDS),
    ("invoices_kind_check", InvoiceKind::WORDS),
    ("invoices_reason_check", RefundReason::WORDS),
    ("job_queues_name_check", Queue::WORDS),
    ("jobs_queue_check", Queue::WORDS),
    ("jobs_state_check", JobState::WORDS),
    ("ledger_transactions_kind_check", TransactionKind::WORDS),
    ("mail_templates_name_check", TemplateName::WORDS),
    ("mails_about_check", AboutKind::WORDS),
    ("mails_state_check", MailState::WORDS),
    ("mails_template_check", TemplateName::WORDS),
    ("one_time_tokens_purpose_check", Purpose::WORDS),
    ("order_adjustments_kind_check", AdjustmentKind::WORDS),
    ("orders_fulfilment_status_check", FulfilmentStatus::WORDS),
    ("orders_payment_status_check", sales::orders::PaymentStatus::WORDS),
    ("orders_status_check", OrderStatus::WORDS),
    ("payment_operations_kind_check", OperationKind::WORDS),
    ("payment_operations_status_check", OperationStatus::WORDS),
    ("payments_status_check", payments::payments::PaymentStatus::WORDS),
    ("price_change_rows_outcome_check", RowOutcome::WORDS),
    ("price_change_rows_skipped_because_check", SkipReason::WORDS),
    ("price_changes_state_check", PriceChangeState::WORDS),
    ("privacy_exports_status_check", ExportStatus::WORDS),
    ("product_relations_kind_check", RelationKind::WORDS),
    ("products_status_check", ProductStatus::WORDS),
    ("reconciliation_findings_kind_check", FindingKind::WORDS),
    ("promotions_needs_check", Trigger::WORDS),
    ("refunds_reason_check", RefundReason::WORDS),
    ("reports_kind_check", ReportKind::WORDS),
    ("reports_state_check", ReportState::WORDS),
    ("return_lines_reason_check", ReturnReason::WORDS),
    ("return_receipts_condition_check", Condition::WORDS),
    ("returns_asked_by_check", ReturnAsker::WORDS),
    ("returns_status_check", ReturnStatus::WORDS),
    ("sessions_kind_check", Kind::WORDS),
    ("shipping_methods_kind_check", ShippingKind::WORDS),
    ("stock_imports_state_check", StockImportState::WORDS),
    ("stock_moves_reason_check", MoveReason::WORDS),
    ("stored_value_moves_kind_check", MoveKind::WORDS),
    ("stored_value_moves_reason_check", AdjustReason::WORDS),
    ("stored_values_kind_check", StoredValueKind::WORDS),
    ("sync_runs_direction_check", SyncDirection::WORDS),
    ("sync_runs_state_check", SyncState::WORDS),
    ("users_status_check", UserStatus::WORDS),
    ("variants_kind_check", VariantKind::WORDS),
    ("inbound_messages_state_check", InboundState::WORDS),
    ("push_messages_kind_check", PushKind::WORDS),
    ("push_messages_state_check", PushState::WORDS),
    ("webhook_deliveries_state_check", DeliveryState::WORDS),
    ("webhook_endpoints_disabled_check", DisabledBecause::WORDS),
];

/// CHECKs whose words are no enum that a slice shows: statements and their tests name them as they are.
const CHECKS_WITHOUT_ENUM: [&str; 6] = [
    "external_refs_entity_check",
    "fulfilments_status_check",
    "holds_state_check",
    "idempotency_keys_state_check",
    "orders_source_check",
    "stock_locations_kind_check",
];

/// The words of every `CONSTRAINT name CHECK (column IN ('a', 'b'))` in a migration's text.
fn checks(sql: &'static str) -> impl Iterator<Item = (&'static str, Words)> {
    sql.split("CONSTRAINT ").skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once(char::is_whitespace)?;
        let (column, rest) = rest.trim_start().strip_prefix("CHECK (")?.split_once(' ')?;
        let list = rest.strip_prefix("IN (")?.split_once("))")?.0;
        let plain = column.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        plain.then(|| (name, list.split(',').map(|word| word.trim().trim_matches('\'')).collect()))
    })
}

fn schema() -> BTreeMap<&'static str, Words> {
    let migrations = tradewind::wiring::migrations();
    migrations.iter().flat_map(|migration| checks(migration.sql)).collect()
}

#[test]
fn a_check_is_read_with_all_its_words() {
    let sql = "a TEXT NOT NULL CONSTRAINT t_a_check\n    CHECK (a IN ('x',\n 'y_z')),\nn BIGINT CONSTRAINT t_n_check CHECK (n > 0),
        CONSTRAINT t_all_check CHECK ((a = 'x') = (n IS NULL))";
    assert_eq!(checks(sql).collect::<Vec<_>>(), [("t_a_check", Words::from(["x", "y_z"]))]);
}

/// A word that only the code knows is refused when it is written; one that only the schema knows cannot be read.
#[test]
fn code_and_schema_know_the_same_words() {
    let schema = schema();
    for (name, words) in CHECKS_OF_ENUMS {
        let in_code: Words = words.iter().copied().collect();
        assert_eq!(in_code.len(), words.len(), "{name} has a word twice");
        assert_eq!(schema.get(name), Some(&in_code), "{name}");
    }
}

/// A new CHECK of words joins one of the two lists.
#[test]
fn every_check_of_words_is_known() {
    let enums = CHECKS_OF_ENUMS.iter().map(|(name, _)| *name);
    let known: Words = enums.chain(CHECKS_WITHOUT_ENUM).collect();
    assert_eq!(schema().into_keys().collect::<Words>(), known);
}
