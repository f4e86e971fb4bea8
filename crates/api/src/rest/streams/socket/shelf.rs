//! What can be had of products, read once for all who look at the same one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use catalog::assortment;
use catalog::inventory::Availability;
use catalog::listing::Audience;
use catalog::products::ProductRef;
use kernel::ProductId;
use platform::Context;
use platform::db::DatabaseError;
use serde_json::{Value, json};
use uuid::Uuid;

/// The products that somebody looks at.
#[derive(Debug, Default)]
pub(crate) struct Shelf(Mutex<Looked>);

#[derive(Debug, Default)]
struct Looked {
    products: HashMap<ProductId, Weak<Looking>>,
    /// So many were left when those that nobody looks at any more were last taken out.
    left: usize,
}

/// One product that somebody looks at; whoever asks while it is read gets the same answer.
#[derive(Debug, Default)]
pub(super) struct Looking(tokio::sync::Mutex<Option<Read>>);

/// What was read of a product.
#[derive(Debug, Clone)]
pub(super) struct Read {
    /// All that happened up to here is in it.
    seq: i64,
    /// Its variants, whose stock changes what it says.
    pub(super) variants: Arc<[Uuid]>,
    /// What anybody may see; null where there is no such product for everybody.
    pub(super) state: Arc<Value>,
}

impl Shelf {
    /// Looks at this product, too.
    pub(super) fn look_at(&self, id: ProductId) -> Arc<Looking> {
        let mut looked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(looking) = looked.products.get(&id).and_then(Weak::upgrade) {
            return looking;
        }
        if looked.products.len() > 2 * looked.left + 100 {
            looked.products.retain(|_, looking| looking.strong_count() > 0);
            looked.left = looked.products.len();
        }
        let looking = Arc::<Looking>::default();
        looked.products.insert(id, Arc::downgrade(&looking));
        looking
    }
}

impl Looking {
    /// How the product stands, with all in it that happened up to this place. `now` is what everybody was told up to.
    pub(super) async fn read(&self, context: &Context, id: ProductId, (needed, now): (i64, i64)) -> Result<Read, DatabaseError> {
        let mut known = self.0.lock().await;
        if let Some(read) = known.as_ref().filter(|read| read.seq >= needed) {
            return Ok(read.clone());
        }
        let found = assortment::find_variants(context.db.reader(), &ProductRef::Id(id), Audience::Public, context.now()).await?;
        let variants = found.iter().flatten().map(|stocked| stocked.variant.id.uuid()).collect();
        let state = found.map_or(Value::Null, |found| {
            let best = found.iter().map(|stocked| stocked.availability).min().unwrap_or(Availability::Out);
            let each =
                found.iter().map(|stocked| json!({ "id": stocked.variant.id.to_string(), "availability": stocked.availability.as_str() }));
            json!({ "product_id": id.to_string(), "availability": best.as_str(), "variants": each.collect::<Vec<_>>() })
        });
        let read = Read { seq: now, variants, state: Arc::new(state) };
        *known = Some(read.clone());
        Ok(read)
    }
}
