//! The demo's collections: one by hand, one by rules.

use catalog::collections::{self, AddProducts, CollectionDetails, CollectionInput, ConditionInput, ConditionValue, RulesInput};
use catalog::import::ProductRecord;
use kernel::{Origin, ProductId};
use platform::Context;

/// So many products are shown first.
const FEATURED: usize = 4;
/// Less than so much, in minor units, is a small gift.
const SMALL_MINOR: i64 = 2_500;

/// Puts together what a storefront shows first, and small gifts.
///
/// # Errors
/// Where the database refuses.
pub(super) async fn put_together(context: &Context, products: &[(&ProductRecord, ProductId)]) -> anyhow::Result<()> {
    let origin = Origin::system();
    let featured = collections::create(context, &origin, CollectionDetails::parse(active("Featured"))?).await?;
    let product_ids = products.iter().take(FEATURED).map(|(_, id)| *id).collect();
    collections::add_products(context, &origin, AddProducts { id: featured.id, product_ids }).await?;
    let cheap = ConditionInput { field: "price".to_owned(), op: "at_most".to_owned(), value: ConditionValue::Whole(SMALL_MINOR) };
    let rules = RulesInput { matches: "all".to_owned(), conditions: vec![cheap] };
    let small = CollectionInput { kind: Some("rules".to_owned()), rules: Some(rules), ..active("Small gifts") };
    collections::create(context, &origin, CollectionDetails::parse(small)?).await?;
    Ok(())
}

fn active(name: &str) -> CollectionInput {
    CollectionInput { name: name.to_owned(), status: Some("active".to_owned()), ..CollectionInput::default() }
}
