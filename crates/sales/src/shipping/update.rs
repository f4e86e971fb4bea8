//! Changing a shipping method.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors, Origin, ShippingMethodId};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox};

use super::events::ShippingMethodEvent;
use super::input::ShippingMethodChanges;
use super::model::ShippingMethod;
use super::store;

/// Which method, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct UpdateShippingMethod {
    /// Which one.
    pub id: ShippingMethodId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub changes: ShippingMethodChanges,
}

/// Why a method stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum UpdateShippingMethodError {
    /// There is none of this id.
    #[error("no such shipping method")]
    NotFound,
    /// Somebody changed it since.
    #[error("the shipping method was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// The changes and what stays do not go together.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// Another method has this code.
    #[error("the code {0} belongs to another shipping method")]
    CodeTaken(String),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for UpdateShippingMethodError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "shipping_method_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Input(errors) => errors.code(),
            Self::CodeTaken(_) => "shipping_method_code_taken",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::CodeTaken(_) => ErrorKind::Conflict,
            Self::Input(errors) => errors.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Input(errors) => errors.details(),
            Self::NotFound | Self::VersionConflict { .. } | Self::CodeTaken(_) | Self::Database(_) => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::Input(_) | Self::CodeTaken(_) | Self::Database(_) => None,
        }
    }
}

/// Changes a shipping method, its tariff as a whole where one is given, and records `shipping_method.changed`. Carts have
/// it from the next look at their price on; orders keep what they were charged.
///
/// # Errors
/// `UpdateShippingMethodError` names what is wrong; nothing is changed then.
pub async fn update(
    context: &Context,
    origin: &Origin,
    command: UpdateShippingMethod,
) -> Result<ShippingMethod, UpdateShippingMethodError> {
    let tx = context.begin(origin).await?;
    let method = update_in(&tx, command).await?;
    tx.commit().await?;
    Ok(method)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `UpdateShippingMethodError` names what is wrong; after `CodeTaken` the transaction (or savepoint) cannot go on.
pub async fn update_in(tx: &WriteTx, command: UpdateShippingMethod) -> Result<ShippingMethod, UpdateShippingMethodError> {
    let before = store::lock(tx, command.id).await?.ok_or(UpdateShippingMethodError::NotFound)?;
    if before.version != command.version {
        return Err(UpdateShippingMethodError::VersionConflict { current: before.version });
    }
    let has_new_tariff = command.changes.rates.is_some();
    let entry = audit::Entry::of("shipping_method.updated", before.id).before(&before);
    let method = command.changes.apply(before, tx.now())?;
    store::update(tx, &method, || UpdateShippingMethodError::CodeTaken(method.code.clone())).await?;
    if has_new_tariff {
        store::replace_rates(tx, &method).await?;
    }
    outbox::record(tx, &ShippingMethodEvent::Changed { shipping_method_id: method.id }).await?;
    audit::record(tx, &entry.after(&method)).await?;
    Ok(method)
}
