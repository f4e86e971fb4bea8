//! What becomes of the products that a product points at.

use kernel::ProductId;

use super::known::Known;
use crate::import::field::Field;
use crate::import::record::{Reference, Relations};
use crate::products::{Relation, RelationKind};

/// The products that a record points at, as far as they are in the shop.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Links {
    /// By kind; nothing for a kind that the record says nothing of.
    lists: Vec<(RelationKind, Vec<ProductId>)>,
    /// What nothing in the shop is called.
    pub(super) unresolved: Vec<Reference>,
}

impl Links {
    /// Looks up what the record points at.
    pub(super) fn resolve(relations: &Relations, known: &Known) -> Self {
        let kinds = [
            (RelationKind::Grouped, &relations.grouped),
            (RelationKind::Upsell, &relations.upsell),
            (RelationKind::CrossSell, &relations.cross_sell),
        ];
        let mut links = Self::default();
        for (kind, references) in kinds {
            let references: &[Reference] = match references {
                Field::Keep => continue,
                Field::Clear => &[],
                Field::Set(references) => references,
            };
            let mut products = Vec::with_capacity(references.len());
            for reference in references {
                match known.resolve(reference) {
                    Some(product) => products.push(product),
                    None => links.unresolved.push(reference.clone()),
                }
            }
            links.lists.push((kind, products));
        }
        links
    }

    /// True where the record says nothing of other products.
    pub(super) fn are_kept(&self) -> bool {
        self.lists.is_empty()
    }

    /// All relations of the product: those that were found, and the stored ones of kinds that the record leaves alone. A
    /// product that points at itself is not taken at its word.
    pub(super) fn relations(&self, own: Option<ProductId>, stored: &[Relation]) -> Vec<Relation> {
        let mut relations = Vec::new();
        for kind in [RelationKind::Grouped, RelationKind::Upsell, RelationKind::CrossSell] {
            match self.lists.iter().find(|(named, _)| *named == kind) {
                Some((_, products)) => {
                    let others = products.iter().filter(|product| Some(**product) != own);
                    relations.extend(others.map(|product| Relation { kind, product_id: *product }));
                }
                None => relations.extend(stored.iter().filter(|relation| relation.kind == kind).copied()),
            }
        }
        relations
    }
}

/// Everything that a record points at.
pub(super) fn references(relations: &Relations) -> impl Iterator<Item = &Reference> {
    [&relations.grouped, &relations.upsell, &relations.cross_sell].into_iter().filter_map(|list| list.get()).flatten()
}
