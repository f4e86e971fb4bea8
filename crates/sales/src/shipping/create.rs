//! Making a shipping method.

use kernel::{DomainError, ErrorKind, Origin};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, audit, outbox};

use super::events::ShippingMethodEvent;
use super::input::CreateShippingMethod;
use super::model::ShippingMethod;
use super::store;

/// Each checkout reads the active methods of its currency; no customer chooses among so many.
const MOST_METHODS: i64 = 200;

/// Why a method is not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateShippingMethodError {
    /// Another method has this code.
    #[error("the code {0} belongs to another shipping method")]
    CodeTaken(String),
    /// The shop has as many as it may.
    #[error("the shop has {MOST_METHODS} shipping methods, and no more are allowed")]
    TooMany,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CreateShippingMethodError {
    fn code(&self) -> &'static str {
        match self {
            Self::CodeTaken(_) => "shipping_method_code_taken",
            Self::TooMany => "too_many_shipping_methods",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::CodeTaken(_) | Self::TooMany => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Makes a shipping method with its tariff and records `shipping_method.changed`.
///
/// # Errors
/// `CreateShippingMethodError` names what is wrong; nothing is written then.
pub async fn create(
    context: &Context,
    origin: &Origin,
    command: CreateShippingMethod,
) -> Result<ShippingMethod, CreateShippingMethodError> {
    let tx = context.begin(origin).await?;
    let method = create_in(&tx, command).await?;
    tx.commit().await?;
    Ok(method)
}

/// The same inside a transaction of the caller. Several at once may go beyond the limit by as many, which does no harm.
///
/// # Errors
/// `CreateShippingMethodError` names what is wrong; after `CodeTaken` the transaction (or savepoint) cannot go on.
pub async fn create_in(tx: &WriteTx, command: CreateShippingMethod) -> Result<ShippingMethod, CreateShippingMethodError> {
    if store::count(tx).await? >= MOST_METHODS {
        return Err(CreateShippingMethodError::TooMany);
    }
    let method = command.into_method(tx.now());
    store::insert(tx, &method, || CreateShippingMethodError::CodeTaken(method.code.clone())).await?;
    outbox::record(tx, &ShippingMethodEvent::Changed { shipping_method_id: method.id }).await?;
    audit::record(tx, &audit::Entry::of("shipping_method.created", method.id).after(&method)).await?;
    Ok(method)
}
