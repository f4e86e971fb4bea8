//! The present state of what changed, a line for each thing.

use std::collections::{BTreeMap, BTreeSet};

use catalog::export;
use catalog::inventory::StockFact;
use catalog::products::ProductEvent;
use kernel::{EventId, ProductId, VariantId};
use platform::config::{SyncExport, SyncKind};
use platform::db::{DatabaseError, Reader};
use platform::events::EventHead;
use platform::outbox::Fact;
use sales::orders::OrderFact;
use serde_json::{Value, json};
use uuid::Uuid;

use super::store;

/// Things whose state is read together.
const TOGETHER: usize = 100;

/// What changed, each thing once.
#[derive(Debug, Default)]
pub(super) struct Changed {
    products: BTreeSet<Uuid>,
    variants: BTreeSet<Uuid>,
    orders: BTreeSet<Uuid>,
    last: Uuid,
}

impl Changed {
    /// Takes in what some events are about.
    pub(super) fn note(&mut self, heads: &[EventHead]) {
        self.last = heads.last().map_or(self.last, |head| head.id);
        for head in heads {
            let kind = head.aggregate_type.as_str();
            if kind == <ProductEvent as Fact>::AGGREGATE {
                self.products.insert(head.aggregate_id);
            } else if kind == <StockFact as Fact>::AGGREGATE {
                self.variants.insert(head.aggregate_id);
            } else if kind == <OrderFact as Fact>::AGGREGATE {
                self.orders.insert(head.aggregate_id);
            }
        }
    }

    /// The last event.
    pub(super) const fn last(&self) -> EventId {
        EventId::from_uuid(self.last)
    }

    /// What is told of it: products and prices, then stock, then orders.
    pub(super) async fn lines(mut self, db: &Reader, wanted: &SyncExport) -> Result<Vec<Value>, DatabaseError> {
        let mut lines = Vec::new();
        for ids in some(&self.products) {
            lines.extend(products(db, &ids, wanted).await?);
        }
        // Parcels that leave take from the shelves, which is told by their orders alone.
        for ids in some(&self.orders) {
            self.variants.extend(store::variants_of(db, &ids).await?);
        }
        if wanted.tells(SyncKind::Stock) {
            for ids in some(&self.variants) {
                let present = store::levels(db, &ids).await?;
                lines.extend(each(&ids, present, |id| json!({ "kind": "stock", "id": VariantId::from_uuid(id), "removed": true })));
            }
        }
        if wanted.tells(SyncKind::Orders) {
            for ids in some(&self.orders) {
                lines.extend(store::orders(db, &ids).await?.into_values());
            }
        }
        Ok(lines)
    }
}

fn some(ids: &BTreeSet<Uuid>) -> Vec<Vec<Uuid>> {
    ids.iter().copied().collect::<Vec<_>>().chunks(TOGETHER).map(<[Uuid]>::to_vec).collect()
}

/// Their lines in their order; `removed` for those that are not there any more.
fn each(ids: &[Uuid], mut present: BTreeMap<Uuid, Value>, removed: impl Fn(Uuid) -> Value) -> Vec<Value> {
    ids.iter().map(|id| present.remove(id).unwrap_or_else(|| removed(*id))).collect()
}

async fn products(db: &Reader, ids: &[Uuid], wanted: &SyncExport) -> Result<Vec<Value>, DatabaseError> {
    let (tells_products, tells_prices) = (wanted.tells(SyncKind::Products), wanted.tells(SyncKind::Prices));
    if !tells_products && !tells_prices {
        return Ok(Vec::new());
    }
    let ids: Vec<ProductId> = ids.iter().map(|id| ProductId::from_uuid(*id)).collect();
    let mut present: BTreeMap<ProductId, _> = export::of(db, &ids).await?.into_iter().map(|product| (product.id, product.record)).collect();
    let mut lines = Vec::new();
    for id in ids {
        let record = present.remove(&id);
        if tells_products {
            lines.push(match &record {
                Some(record) => json!({ "kind": "product", "id": id, "product": record }),
                None => json!({ "kind": "product", "id": id, "removed": true }),
            });
        }
        if tells_prices {
            let variants = record.as_ref().map(|record| &record.variants[..]);
            let prices = |variant: &catalog::import::VariantRecord| json!({ "sku": variant.sku, "options": variant.options, "prices": variant.prices });
            lines.push(match variants {
                Some(variants) => json!({ "kind": "prices", "id": id, "variants": variants.iter().map(prices).collect::<Vec<_>>() }),
                None => json!({ "kind": "prices", "id": id, "removed": true }),
            });
        }
    }
    Ok(lines)
}
