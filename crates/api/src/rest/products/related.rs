//! The products that one points at, on the wire.

use catalog::listing::ProductSummary;
use catalog::products::RelationKind;
use serde::Serialize;
use utoipa::ToSchema;

use super::summary::ProductSummaryView;

/// The products that one points at, by kind.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct RelatedProductsView {
    /// Parts of a group that is shown on one page.
    grouped: Vec<ProductSummaryView>,
    /// Better ones instead.
    upsell: Vec<ProductSummaryView>,
    /// Others with it.
    cross_sell: Vec<ProductSummaryView>,
}

impl RelatedProductsView {
    pub(super) fn of(related: Vec<(RelationKind, ProductSummary)>) -> Self {
        let mut view = Self::default();
        for (kind, product) in related {
            let of_kind = match kind {
                RelationKind::Grouped => &mut view.grouped,
                RelationKind::Upsell => &mut view.upsell,
                RelationKind::CrossSell => &mut view.cross_sell,
            };
            of_kind.push(product.into());
        }
        view
    }
}
