//! How products point at each other.

use kernel::{FieldErrors, ProductId, text_enum};
use serde::Serialize;

text_enum! {
    /// Why a product points at another.
    pub enum RelationKind {
        /// A part of a group that is shown on one page.
        Grouped = "grouped",
        /// A better one instead.
        Upsell = "upsell",
        /// Another one with it.
        CrossSell = "cross_sell",
    }
}

/// A relation as it comes from outside.
#[derive(Debug, Clone, Default)]
pub struct RelationInput {
    /// `grouped`, `upsell`, `cross_sell`.
    pub kind: String,
    /// The product that is pointed at.
    pub product_id: String,
}

/// A product that is pointed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Relation {
    /// Why.
    pub kind: RelationKind,
    /// The other product.
    pub product_id: ProductId,
}

impl Relation {
    /// More than any page shows.
    const MOST: usize = 250;

    /// Reads relations, in order; what is given twice counts once.
    ///
    /// # Errors
    /// Every kind and id that is refused.
    pub fn parse_all(raw: Vec<RelationInput>) -> Result<Vec<Self>, FieldErrors> {
        let mut errors = FieldErrors::new();
        if raw.len() > Self::MOST {
            errors.add("", format!("must be at most {} relations", Self::MOST));
        }
        let mut relations = Vec::new();
        for (place, input) in raw.into_iter().take(Self::MOST).enumerate() {
            let kind = errors.take(format!("{place}.kind"), input.kind.parse::<RelationKind>());
            let product_id = errors.take(format!("{place}.product_id"), input.product_id.parse::<ProductId>());
            if let (Some(kind), Some(product_id)) = (kind, product_id) {
                let relation = Self { kind, product_id };
                if !relations.contains(&relation) {
                    relations.push(relation);
                }
            }
        }
        errors.finish(|| Some(relations))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_names_its_kind_and_a_product() {
        let id = ProductId::generate();
        let input = |kind: &str, product_id: &str| RelationInput { kind: kind.to_owned(), product_id: product_id.to_owned() };
        let upsell = input("upsell", &id.to_string());
        assert_eq!(Relation::parse_all(vec![upsell.clone(), upsell]), Ok(vec![Relation { kind: RelationKind::Upsell, product_id: id }]));
        let refused = Relation::parse_all(vec![input("bundle", "x")]).expect_err("refused").into_map();
        assert_eq!(refused.into_keys().collect::<Vec<_>>(), ["0.kind", "0.product_id"]);
    }
}
