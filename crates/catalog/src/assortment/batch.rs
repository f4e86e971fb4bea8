//! Writing many products in one transaction, each for itself.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors, Origin, ProductId, text_enum};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};

use super::create::{CreateProduct, create_in};
use super::delete::{DeleteProduct, DeleteProductError, delete_in};
use super::diff::FieldChange;
use super::error::WriteProductError;
use super::patch::{PatchProduct, patch_in};

text_enum! {
    /// What an item of a batch does.
    pub enum BatchOp {
        /// Makes a product.
        Create = "create",
        /// Changes parts of one.
        Update = "update",
        /// Deletes one.
        Delete = "delete",
    }
}

/// One item of a batch.
#[derive(Debug, Clone, PartialEq)]
pub enum BatchItem {
    /// Makes a product.
    Create(Box<CreateProduct>),
    /// Changes parts of one.
    Update(Box<PatchProduct>),
    /// Deletes one.
    Delete(DeleteProduct),
}

/// A batch.
#[derive(Debug, Clone)]
pub struct ChangeProducts {
    /// What to do, in order; at most [`ChangeProducts::MOST_ITEMS`].
    pub items: Vec<BatchItem>,
    /// True: nothing stays, the answer says what would change.
    pub dry_run: bool,
}

impl ChangeProducts {
    /// What one transaction holds without keeping others waiting for long.
    pub const MOST_ITEMS: usize = 100;
}

/// What became of one item.
#[derive(Debug, Clone, PartialEq)]
pub struct BatchDone {
    /// What was done.
    pub op: BatchOp,
    /// The product; one that was made in a dry run has an id that nothing has.
    pub product_id: ProductId,
    /// Its version now; nothing for one that is gone.
    pub version: Option<i64>,
    /// What changed, field by field.
    pub changes: Vec<FieldChange>,
}

/// What became of one item, or why nothing did.
pub type BatchOutcome = Result<BatchDone, ItemError>;

/// Why an item was not done; the others are not touched by it.
#[derive(Debug, thiserror::Error)]
pub enum ItemError {
    /// Creating or changing failed.
    #[error(transparent)]
    Write(#[from] WriteProductError),
    /// Deleting failed.
    #[error(transparent)]
    Delete(#[from] DeleteProductError),
}

impl ItemError {
    fn inner(&self) -> &dyn DomainError {
        match self {
            Self::Write(error) => error,
            Self::Delete(error) => error,
        }
    }
}

impl DomainError for ItemError {
    fn code(&self) -> &'static str {
        self.inner().code()
    }

    fn kind(&self) -> ErrorKind {
        self.inner().kind()
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        self.inner().details()
    }

    fn context(&self) -> Option<String> {
        self.inner().context()
    }
}

/// Why a whole batch is not done.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// None or too many items.
    #[error("a batch has 1 to {most} items", most = ChangeProducts::MOST_ITEMS)]
    Size,
    /// The database failed: nothing of the batch stays.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for BatchError {
    fn code(&self) -> &'static str {
        match self {
            Self::Size => "validation_failed",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Size => ErrorKind::Rule,
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Size => FieldErrors::of("items", self).into_map(),
            Self::Database(_) => BTreeMap::new(),
        }
    }
}

/// Does the items one after the other in one transaction, each inside a savepoint: what one refuses leaves the others
/// alone, and later items see what earlier ones did. A dry run does all of it and rolls back.
///
/// # Errors
/// `Size`; `Database` where the database itself failed.
#[tracing::instrument(skip_all, fields(items = command.items.len(), dry_run = command.dry_run))]
pub async fn batch(context: &Context, origin: &Origin, command: ChangeProducts) -> Result<Vec<BatchOutcome>, BatchError> {
    if command.items.is_empty() || command.items.len() > ChangeProducts::MOST_ITEMS {
        return Err(BatchError::Size);
    }
    let tx = context.begin(origin).await?;
    let mut outcomes = Vec::with_capacity(command.items.len());
    for item in command.items {
        outcomes.push(in_savepoint(&tx, item).await?);
    }
    if command.dry_run {
        tx.rollback().await?
    } else {
        tx.commit().await?
    }
    Ok(outcomes)
}

async fn in_savepoint(tx: &WriteTx, item: BatchItem) -> Result<BatchOutcome, DatabaseError> {
    let part = tx.savepoint().await?;
    match one(&part, item).await {
        Ok(done) => {
            part.commit().await?;
            Ok(Ok(done))
        }
        // What is wrong with the database is wrong for all.
        Err(ItemError::Write(WriteProductError::Database(error)) | ItemError::Delete(DeleteProductError::Database(error))) => Err(error),
        Err(refused) => {
            part.rollback().await?;
            Ok(Err(refused))
        }
    }
}

async fn one(tx: &WriteTx, item: BatchItem) -> BatchOutcome {
    let (op, saved) = match item {
        BatchItem::Create(command) => (BatchOp::Create, create_in(tx, *command).await?),
        BatchItem::Update(command) => (BatchOp::Update, patch_in(tx, *command).await?),
        BatchItem::Delete(command) => {
            let product_id = delete_in(tx, command).await?;
            return Ok(BatchDone { op: BatchOp::Delete, product_id, version: None, changes: Vec::new() });
        }
    };
    let (product_id, version) = (saved.product.id, Some(saved.product.version));
    Ok(BatchDone { op, product_id, version, changes: saved.changes })
}
