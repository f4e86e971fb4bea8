//! What invoices have their numbers from, as JSON.

use gateway::{ListRoute, ListSpec};
use kernel::{ChannelId, FieldErrors, Timestamp};
use sales::invoices::{CreateInvoiceRange, InvoiceKind, InvoiceRange, RangeInput};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::schema;

/// The list of ranges.
pub(super) struct InvoiceRanges;

impl ListRoute for InvoiceRanges {
    const SPEC: ListSpec = ListSpec { sorts: &["created_at"], default_sort: "created_at", ..ListSpec::PLAIN };
}

/// A range for the documents of one channel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InvoiceRangeIn {
    /// Of which documents.
    #[schema(value_type = schema::InvoiceKind)]
    kind: String,
    /// Of which channel.
    #[schema(value_type = schema::ChannelId)]
    channel_id: String,
    /// What stands before the number: letters, digits and `-_./`, unique; `{year}` in it is the year of issue, and each year begins at 1.
    #[schema(min_length = 1, max_length = 32, example = "DE-{year}-")]
    prefix: String,
    /// To how many digits the number is filled up with zeros. Absent: 4.
    #[schema(minimum = 1, maximum = 12)]
    digits: Option<i64>,
}

impl InvoiceRangeIn {
    pub(super) fn parse(self) -> Result<CreateInvoiceRange, FieldErrors> {
        let mut errors = FieldErrors::new();
        let kind = errors.take("kind", self.kind.parse::<InvoiceKind>());
        let channel_id = errors.take("channel_id", self.channel_id.parse::<ChannelId>());
        let form = RangeInput { prefix: Some(self.prefix), digits: self.digits };
        errors.finish(|| Some(CreateInvoiceRange { kind: kind?, channel_id: channel_id?, form }))
    }
}

/// What changes of a range; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InvoiceRangePatch {
    /// What stands before the number.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 32)]
    prefix: Option<String>,
    /// To how many digits the number is filled up with zeros.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, minimum = 1, maximum = 12)]
    digits: Option<i64>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl InvoiceRangePatch {
    pub(super) fn into_input(self) -> RangeInput {
        RangeInput { prefix: self.prefix, digits: self.digits }
    }
}

/// What documents of one kind have their numbers from.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InvoiceRangeView {
    /// Its id (`irange_…`).
    #[schema(value_type = schema::InvoiceRangeId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// Of which documents.
    #[schema(value_type = schema::InvoiceKind)]
    kind: &'static str,
    /// Of which channel; null: of all that have none of their own.
    #[schema(value_type = Option<schema::ChannelId>)]
    channel_id: Option<String>,
    /// What stands before the number; `{year}` in it is the year of issue.
    prefix: String,
    /// To how many digits the number is filled up with zeros.
    digits: i64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<InvoiceRange> for InvoiceRangeView {
    fn from(range: InvoiceRange) -> Self {
        Self {
            id: range.id.to_string(),
            version: range.version,
            kind: range.kind.as_str(),
            channel_id: range.channel_id.map(|id| id.to_string()),
            prefix: range.form.prefix,
            digits: range.form.digits,
            created_at: range.created_at,
            updated_at: range.updated_at,
        }
    }
}
