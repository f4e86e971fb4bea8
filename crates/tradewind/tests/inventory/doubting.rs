//! The invariants themselves: each finds what breaks it.

use platform::db::{self, violations};
use platform::values;
use test_macro::test_on_every_database;

use super::shelf::{Shelf, begin, reserve};
use crate::support::{TestResult, TestShop};

/// A sentence that nothing can break would prove nothing. `s01` and `s04` repeat a CHECK and a key, which cannot be broken
/// from here.
#[test_on_every_database]
async fn each_sentence_about_stock_finds_what_breaks_it(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 5, None).await?;
    reserve(&shop, &[shelf.line(2)?]).await??;
    let damages = [
        ("s02", "UPDATE stock_levels SET on_hand = on_hand + 1 WHERE variant_id = $1"),
        ("s03", "UPDATE stock_levels SET reserved = reserved - 1 WHERE variant_id = $1"),
        ("s03", "UPDATE holds SET quantity = quantity + 1 WHERE variant_id = $1"),
        ("s08", "UPDATE variants SET backorder_limit = 7 WHERE id = $1"),
        ("s08", "UPDATE variants SET low_stock_threshold = 7 WHERE id = $1"),
        ("s09", "UPDATE variants SET archived_at = updated_at WHERE id = $1"),
        ("s09", "UPDATE stock_locations SET active = FALSE WHERE id IN (SELECT location_id FROM stock_levels WHERE variant_id = $1)"),
    ];
    for (code, damage) in damages {
        let tx = begin(&shop).await?;
        assert_eq!(db::execute(&tx, damage, values![shelf.variant_id]).await?, 1, "{damage}");
        let found = violations(&tx, catalog::inventory::INVARIANTS, shop.now()).await?;
        assert_eq!(found.iter().map(|violation| violation.code).collect::<Vec<_>>(), [code], "{damage}");
        tx.rollback().await?;
    }
    Ok(())
}
