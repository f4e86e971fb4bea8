//! Deleting a shipping method.

use kernel::{DomainError, ErrorKind, Origin, ShippingMethodId};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox};

use super::events::ShippingMethodEvent;
use super::store;

/// Which method, and as which version the caller knows it.
#[derive(Debug, Clone, Copy)]
pub struct DeleteShippingMethod {
    /// Which one.
    pub id: ShippingMethodId,
    /// The version that the caller has seen.
    pub version: i64,
}

/// Why a method stays.
#[derive(Debug, thiserror::Error)]
pub enum DeleteShippingMethodError {
    /// There is none of this id.
    #[error("no such shipping method")]
    NotFound,
    /// Somebody changed it since.
    #[error("the shipping method was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// An order or a cart names it.
    #[error("a cart or an order names the shipping method; set `active` to false instead, and no cart is offered it any more")]
    InUse,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for DeleteShippingMethodError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "shipping_method_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::InUse => "shipping_method_in_use",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::InUse => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::InUse | Self::Database(_) => None,
        }
    }
}

/// Deletes a shipping method that neither a cart nor an order names, with its tariff, and records `shipping_method.changed`.
///
/// # Errors
/// `DeleteShippingMethodError` names what is wrong; nothing is deleted then.
pub async fn delete(context: &Context, origin: &Origin, command: DeleteShippingMethod) -> Result<(), DeleteShippingMethodError> {
    let tx = context.begin(origin).await?;
    delete_in(&tx, command).await?;
    Ok(tx.commit().await?)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `DeleteShippingMethodError` names what is wrong; after `InUse` the transaction (or savepoint) cannot go on.
pub async fn delete_in(tx: &WriteTx, command: DeleteShippingMethod) -> Result<(), DeleteShippingMethodError> {
    let method = store::lock(tx, command.id).await?.ok_or(DeleteShippingMethodError::NotFound)?;
    if method.version != command.version {
        return Err(DeleteShippingMethodError::VersionConflict { current: method.version });
    }
    store::delete(tx, method.id, || DeleteShippingMethodError::InUse).await?;
    outbox::record(tx, &ShippingMethodEvent::Changed { shipping_method_id: method.id }).await?;
    Ok(audit::record(tx, &audit::Entry::of("shipping_method.deleted", method.id).before(&method)).await?)
}
