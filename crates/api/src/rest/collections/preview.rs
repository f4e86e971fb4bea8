//! Trying rules before a collection has them.

use axum::extract::State;
use catalog::collections::Rules;
use catalog::listing::{self, Audience, Includes, ProductFilters, ProductQuery, ProductSort, ProductSummary, Within};
use gateway::{CommonProblems, Envelope, ErrorBody, NoParams, One, Permitted, Problem, Valid, permission};
use kernel::{FieldErrors, Page, PageRequest, Position};
use serde::Serialize;
use utoipa::ToSchema;

use super::wire::CollectionPreviewIn;
use crate::rest::products::ProductSummaryView;
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![preview_collection]
}

/// What would be in a collection.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CollectionPreviewView {
    /// How many products, exact to 10,000.
    total: u64,
    /// True where there are more than that.
    total_is_estimate: bool,
    /// The first of them, newest first.
    products: Vec<ProductSummaryView>,
}

impl From<Page<ProductSummary>> for CollectionPreviewView {
    fn from(page: Page<ProductSummary>) -> Self {
        Self {
            total: page.total.unwrap_or_default(),
            total_is_estimate: page.total_is_estimate,
            products: page.items.into_iter().map(ProductSummaryView::from).collect(),
        }
    }
}

/// Show which products rules would put into a collection: how many, and the first twenty. Nothing is kept.
// A path of its own, because `preview` under `/collections` could be a collection's slug.
#[utoipa::path(
    post, path = "/api/v1/collection-preview", tag = "collections", operation_id = "preview_collection",
    security(("bearer" = ["products:read"])),
    request_body = CollectionPreviewIn,
    responses(
        CommonProblems,
        (status = 200, description = "What would be in it, drafts and archived products, too", body = Envelope<CollectionPreviewView>),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn preview_collection(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ProductsRead>,
    _none: NoParams,
    Valid(body): Valid<CollectionPreviewIn>,
) -> Result<One<CollectionPreviewView>, Problem> {
    let rules = Rules::parse(body.rules.into()).map_err(|inner| {
        let mut errors = FieldErrors::new();
        errors.nest("rules", inner);
        errors
    })?;
    let query = ProductQuery {
        audience: Audience::Staff,
        filters: ProductFilters::default(),
        sort: ProductSort::CreatedAtDescending,
        page: PageRequest { position: Position::Number(1), size: PageRequest::DEFAULT_SIZE },
        include: Includes::default(),
    };
    let context = shop.context();
    let page = listing::list_in(context.db.reader(), Within::Rules(&rules), &query, context.now()).await?;
    Ok(One::plain(page.into()))
}
