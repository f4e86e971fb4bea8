//! Batches of products as clients send them, and what they are told of each item.

use std::collections::BTreeMap;

use catalog::assortment::{BatchDone, BatchItem, BatchOp, BatchOutcome, DeleteProduct, FieldChange};
use catalog::products::ProductRef;
use gateway::{ItemError, Problem, Valid};
use kernel::FieldErrors;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::wire::ProductIn;
use super::wire_patch::ProductPatch;
use crate::schema;

/// Up to a hundred products to be written, one after the other.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchIn {
    /// What to do, in order; each item is done or refused for itself.
    #[schema(value_type = Vec<BatchItemIn>, min_items = 1, max_items = 100)]
    pub(super) items: Vec<Value>,
}

/// One item of a batch; `op` says which.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "documents what is read item by item, so that a bad one does not spoil the others")]
pub(super) enum BatchItemIn {
    /// Makes a product.
    Create(CreateItemIn),
    /// Changes parts of one.
    Update(UpdateItemIn),
    /// Deletes one.
    Delete(DeleteItemIn),
}

/// Makes a product.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "`op` is read before")]
pub(super) struct CreateItemIn {
    /// `create`.
    #[schema(value_type = schema::CreateOp)]
    op: String,
    /// The product.
    #[schema(value_type = ProductIn)]
    product: Value,
}

/// Changes parts of a product.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "`op` is read before")]
pub(super) struct UpdateItemIn {
    /// `update`.
    #[schema(value_type = schema::UpdateOp)]
    op: String,
    /// Which one: id (`prod_…`) or slug.
    id: String,
    /// The version that is meant.
    version: Option<i64>,
    /// What changes; an absent field stays.
    #[schema(value_type = ProductPatch)]
    product: Value,
}

/// Deletes a product that was never sold, stocked or put into a cart.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "`op` is read before")]
pub(super) struct DeleteItemIn {
    /// `delete`.
    #[schema(value_type = schema::DeleteOp)]
    op: String,
    /// Which one: id (`prod_…`) or slug.
    id: String,
    /// The version that is meant.
    version: Option<i64>,
}

/// Reads one item.
pub(super) fn parse(item: Value) -> Result<BatchItem, Problem> {
    let op = item.get("op").and_then(Value::as_str).map(str::parse);
    match op {
        Some(Ok(BatchOp::Create)) => {
            let CreateItemIn { product, .. } = Valid::of(item)?;
            let product: ProductIn = Valid::of(product)?;
            Ok(BatchItem::Create(Box::new(product.parse()?)))
        }
        Some(Ok(BatchOp::Update)) => {
            let UpdateItemIn { id, version, product, .. } = Valid::of(item)?;
            let product: ProductPatch = Valid::of(product)?;
            let version = version.or(product.version).ok_or_else(Problem::version_required)?;
            Ok(BatchItem::Update(Box::new(product.parse(reference(&id)?, version)?)))
        }
        Some(Ok(BatchOp::Delete)) => {
            let DeleteItemIn { id, version, .. } = Valid::of(item)?;
            let version = version.ok_or_else(Problem::version_required)?;
            Ok(BatchItem::Delete(DeleteProduct { reference: reference(&id)?, version }))
        }
        Some(Err(unknown)) => Err(FieldErrors::of("op", unknown).into()),
        None => Err(FieldErrors::of("op", "is required").into()),
    }
}

fn reference(text: &str) -> Result<ProductRef, Problem> {
    ProductRef::parse(text).ok_or_else(super::path::missing)
}

/// What became of a batch.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BatchView {
    /// True where nothing was kept.
    pub(super) dry_run: bool,
    /// How many items were done.
    pub(super) succeeded: usize,
    /// How many items were refused.
    pub(super) failed: usize,
    /// What became of each item, in the order of the request.
    pub(super) results: Vec<BatchResultView>,
}

/// What became of one item.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BatchResultView {
    /// Its place in the request, from 0.
    index: usize,
    /// The status that it would have had alone: 201, 200, 204, or that of the error.
    status: u16,
    /// `create`, `update` or `delete`; null where the item was refused.
    #[schema(value_type = Option<schema::BatchOp>)]
    op: Option<&'static str>,
    /// The product; null where the item was refused. One that was made in a dry run has an id that nothing has.
    #[schema(value_type = Option<schema::ProductId>)]
    product_id: Option<String>,
    /// Its version now; null where it is gone or the item was refused.
    version: Option<i64>,
    /// What changed, field by field.
    changes: Vec<FieldChangeView>,
    /// Why the item was refused.
    error: Option<ItemError>,
}

/// A field before and after; null where there was or is nothing.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FieldChangeView {
    /// `title`, `variants.var_….prices`; a whole variant that comes or goes is `variants.var_…`.
    field: String,
    /// What it was.
    old: Value,
    /// What it is.
    new: Value,
}

impl BatchView {
    /// The outcomes of the items that could be read, and the refusals of the others, each in its place.
    pub(super) fn of(outcomes: Vec<BatchOutcome>, unread: BTreeMap<usize, Problem>, dry_run: bool) -> Self {
        let mut results: Vec<BatchResultView> = Vec::with_capacity(outcomes.len() + unread.len());
        let mut unread = unread.into_iter().peekable();
        for outcome in outcomes {
            while let Some((index, problem)) = unread.next_if(|(place, _)| *place == results.len()) {
                results.push(BatchResultView::refused(index, problem));
            }
            results.push(BatchResultView::of(results.len(), outcome));
        }
        results.extend(unread.map(|(index, problem)| BatchResultView::refused(index, problem)));
        let failed = results.iter().filter(|result| result.error.is_some()).count();
        Self { dry_run, succeeded: results.len() - failed, failed, results }
    }

    /// The same without what changed: the values before are for those who may read them.
    pub(super) fn without_changes(mut self) -> Self {
        self.results.iter_mut().for_each(|result| result.changes.clear());
        self
    }
}

impl BatchResultView {
    fn of(index: usize, outcome: BatchOutcome) -> Self {
        match outcome {
            Ok(BatchDone { op, product_id, version, changes }) => Self {
                index,
                status: match op {
                    BatchOp::Create => 201,
                    BatchOp::Update => 200,
                    BatchOp::Delete => 204,
                },
                op: Some(op.as_str()),
                product_id: Some(product_id.to_string()),
                version,
                changes: changes.into_iter().map(FieldChangeView::from).collect(),
                error: None,
            },
            Err(error) => Self::refused(index, error.into()),
        }
    }

    fn refused(index: usize, problem: Problem) -> Self {
        let status = problem.status().as_u16();
        let error = Some(problem.into_item());
        Self { index, status, op: None, product_id: None, version: None, changes: Vec::new(), error }
    }
}

impl From<FieldChange> for FieldChangeView {
    fn from(change: FieldChange) -> Self {
        let FieldChange { field, old, new } = change;
        Self { field, old, new }
    }
}
