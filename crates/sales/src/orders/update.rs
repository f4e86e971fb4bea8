//! Changing what staff may change of an order: tags and free data.

use kernel::{DomainError, ErrorKind, FieldErrors, OrderId, Origin};
use platform::db::DatabaseError;
use platform::{Context, audit, outbox};
use serde_json::{Map, Value};

use super::events::OrderFact;
use super::model::{OrderDetails, OrderKey};
use super::store;

/// The changes; a field that is `None` stays.
#[derive(Debug, Clone)]
pub struct UpdateOrder {
    /// Which order.
    pub order_id: OrderId,
    /// The version that the caller saw.
    pub version: i64,
    /// All tags from now on.
    pub tags: Option<Vec<String>>,
    /// All free data from now on.
    pub metadata: Option<Map<String, Value>>,
}

/// Why an order does not change.
#[derive(Debug, thiserror::Error)]
pub enum UpdateOrderError {
    /// No such order.
    #[error("no such order")]
    NotFound,
    /// Somebody changed it since.
    #[error("the order was changed meanwhile; it is at version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// Fields that are refused.
    #[error(transparent)]
    Fields(#[from] FieldErrors),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for UpdateOrderError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "order_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Fields(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } => ErrorKind::Conflict,
            Self::Fields(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> std::collections::BTreeMap<String, Vec<String>> {
        match self {
            Self::Fields(error) => error.details(),
            _ => std::collections::BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(format!(r#"{{"current_version":{current}}}"#)),
            _ => None,
        }
    }
}

const MOST_TAGS: usize = 100;
const MOST_METADATA_BYTES: usize = 16 * 1024;

/// Replaces tags or free data.
///
/// # Errors
/// `UpdateOrderError`; nothing is written then.
pub async fn update(context: &Context, origin: &Origin, request: UpdateOrder) -> Result<OrderDetails, UpdateOrderError> {
    let tags = request.tags.map(parse_tags).transpose()?;
    let metadata = request.metadata.map(parse_metadata).transpose()?;
    let tx = context.begin(origin).await?;
    let mut order = store::lock(&tx, OrderKey::Id(request.order_id)).await?.ok_or(UpdateOrderError::NotFound)?;
    if order.version != request.version {
        return Err(UpdateOrderError::VersionConflict { current: order.version });
    }
    let has_metadata = metadata.is_some();
    if let Some(metadata) = metadata {
        order.metadata = metadata;
    }
    if let Some(tags) = &tags {
        store::replace_tags(&tx, &order, tags).await?;
    }
    store::update_state(&tx, &mut order).await?;
    outbox::record(&tx, &OrderFact::updated(&order)).await?;
    let entry = audit::Entry::of("order.updated", order.id).after(&serde_json::json!({ "tags": tags, "metadata": has_metadata }));
    audit::record(&tx, &entry).await?;
    let details = store::details(&tx, order).await?;
    tx.commit().await?;
    Ok(details)
}

fn parse_tags(raw: Vec<String>) -> Result<Vec<String>, FieldErrors> {
    if raw.len() > MOST_TAGS {
        return Err(FieldErrors::of("tags", format!("at most {MOST_TAGS} tags")));
    }
    let mut errors = FieldErrors::new();
    let tags = raw.iter().enumerate().filter_map(|(place, tag)| errors.take(format!("tags.{place}"), kernel::tag(tag))).collect();
    errors.finish(|| Some(tags))
}

fn parse_metadata(raw: Map<String, Value>) -> Result<Value, FieldErrors> {
    let value = Value::Object(raw);
    if value.to_string().len() > MOST_METADATA_BYTES {
        return Err(FieldErrors::of("metadata", "must be at most 16 KiB of JSON"));
    }
    Ok(value)
}
