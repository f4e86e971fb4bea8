//! The sentences about orders, money, keys, jobs and facts: each finds what breaks it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use platform::db::{self, violations};
use serde_json::json;
use test_macro::test_on_every_database;

use crate::orders::place;
use crate::support::{Receiver, TestResult, TestShop};
use crate::webhooks::{endpoint, reaching};

/// What is done to the data behind the shop's back, and the sentence that has to notice.
const DAMAGES: &[(&str, &str)] = &[
    (
        "m01",
        "INSERT INTO ledger_entries (transaction_id, position, account, currency, amount_minor)
        SELECT transaction_id, 99, account, currency, 1 FROM ledger_entries WHERE position = 1",
    ),
    ("m02", "UPDATE orders SET total_minor = total_minor + 1"),
    ("m03", "UPDATE order_lines SET unit_price_minor = unit_price_minor + 1"),
    ("m03t", "UPDATE orders SET tax_minor = 1"),
    ("m04", "UPDATE payments SET amount_minor = 1 WHERE captured_minor > 1"),
    ("m05", "UPDATE payment_operations SET kind = 'refund' WHERE kind = 'capture'"),
    ("m06", "UPDATE payment_operations SET status = 'failed' WHERE status = 'succeeded'"),
    ("m07", "UPDATE payment_operations SET currency = 'EUR'"),
    ("m07o", "UPDATE payments SET currency = 'EUR'"),
    ("m08", "UPDATE orders SET status = 'cancelled' WHERE captured_minor > 0"),
    ("m08", "UPDATE payments SET reference_id = id WHERE captured_minor > 0"),
    ("m09", "UPDATE payments SET captured_minor = captured_minor - 1 WHERE captured_minor > 0"),
    ("m09o", "UPDATE orders SET captured_minor = captured_minor - 1 WHERE captured_minor > 0"),
    ("m10", "UPDATE order_lines SET quantity_refunded = 0 WHERE quantity_refunded > 0"),
    ("m11", "UPDATE orders SET payment_status = 'part_paid' WHERE payment_status = 'paid'"),
    ("m11", "UPDATE orders SET payment_status = 'paid' WHERE payment_status = 'unpaid'"),
    ("m12", "UPDATE orders SET total_minor = total_minor - 1 WHERE captured_minor > 0"),
    ("m13", "UPDATE refunds SET amount_minor = amount_minor + 1"),
    (
        "m14",
        "INSERT INTO refund_items (refund_id, position, line_id, quantity, amount_minor, restock)
        SELECT r.id, 99, (SELECT l.id FROM order_lines l WHERE l.order_id <> r.reference_id LIMIT 1), 1, 0, FALSE FROM refunds r",
    ),
    (
        "m15",
        "INSERT INTO ledger_transactions (id, kind, reference_id, created_at, created_by)
        SELECT id, 'sale', id, placed_at, created_by FROM orders WHERE status = 'pending'",
    ),
    ("m15", "UPDATE orders SET shipping_tax_minor = 1 WHERE shipping_minor > 0"),
    (
        "m17",
        "INSERT INTO ledger_entries (transaction_id, position, account, currency, amount_minor)
        SELECT e.transaction_id, 97, e.account, e.currency, -1 FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.transaction_id
        WHERE t.kind = 'allowance' AND e.account = 'customer_receivable'",
    ),
    ("m16", "UPDATE orders SET status = 'cancelled' WHERE status = 'confirmed'"),
    ("g01", "UPDATE stored_values SET balance_minor = balance_minor + 1"),
    ("g01", "UPDATE stored_values SET move_count = move_count + 1"),
    (
        "g02",
        "INSERT INTO ledger_entries (transaction_id, position, account, currency, amount_minor)
        SELECT transaction_id, 98, 'gift_cards', currency, 1 FROM ledger_entries WHERE account = 'provider:test'",
    ),
    ("g03", "UPDATE payment_operations SET amount_minor = amount_minor - 1 WHERE stored_value_id IS NOT NULL"),
    ("p01", "UPDATE price_changes SET same_count = same_count + 1"),
    ("p01", "UPDATE price_change_rows SET outcome = 'undone' WHERE outcome = 'applied'"),
    ("p02", "UPDATE price_changes SET state = 'applying', finished_at = NULL"),
    ("p03", "UPDATE prices SET amount_minor = amount_minor + 1 WHERE derived = TRUE"),
    ("p03", "UPDATE prices SET amount_minor = amount_minor + 10 WHERE derived = FALSE"),
    ("p03", "UPDATE price_lists SET derives_margin_ppm = derives_margin_ppm + 10000 WHERE derives_from_id IS NOT NULL"),
    ("p03", "UPDATE price_lists SET derives_ending = '7' WHERE derives_from_id IS NOT NULL"),
    ("p04", "DELETE FROM prices WHERE derived = TRUE"),
    ("p05", "INSERT INTO price_derivations (price_list_id, job_id, created_at) SELECT id, id, created_at FROM price_lists"),
    ("s05", "UPDATE holds SET quantity = quantity + 1 WHERE state = 'held'"),
    ("s06", "UPDATE orders SET status = 'cancelled', expires_at = NULL WHERE status = 'pending'"),
    ("s07", "UPDATE orders SET expires_at = placed_at WHERE status = 'pending'"),
    ("s07o", "UPDATE holds SET expires_at = NULL WHERE expires_at IS NOT NULL"),
    (
        "t01",
        "INSERT INTO order_transitions (order_id, seq, from_status, to_status, actor, created_at)
        SELECT id, transition_count + 1, status, 'expired', updated_by, updated_at FROM orders WHERE status = 'confirmed'",
    ),
    ("t01", "UPDATE orders SET version = 0"),
    (
        "t02",
        "INSERT INTO payment_transitions (payment_id, seq, from_status, to_status, cause, actor, created_at)
        SELECT id, transition_count + 1, status, 'created', 'staff', updated_by, updated_at FROM payments WHERE status = 'captured'",
    ),
    ("t03", "UPDATE order_lines SET quantity_fulfilled = quantity_fulfilled + 1 WHERE quantity_fulfilled = 1"),
    ("t04", "UPDATE orders SET fulfilment_status = 'delivered' WHERE fulfilment_status = 'part'"),
    ("t04", "UPDATE orders SET fulfilment_status = 'part' WHERE fulfilment_status = 'none'"),
    ("t05", "UPDATE orders SET status = 'completed' WHERE status = 'confirmed'"),
    (
        "l01o",
        "INSERT INTO order_tags (order_id, tag_key, tag, position, placed_at)
        SELECT id, 'late', 'Late', 1, expires_at FROM orders WHERE status = 'pending'",
    ),
    ("e01", "UPDATE carts SET status = 'open' WHERE status = 'ordered'"),
    ("e05", "UPDATE idempotency_keys SET state = 'in_progress', answer_status = NULL, answer_body = NULL"),
    ("e07", "DELETE FROM events WHERE type = 'payment.captured'"),
    ("e07", "DELETE FROM events WHERE type = 'payment.operation_succeeded'"),
    ("e07o", "DELETE FROM events WHERE type = 'order.confirmed'"),
    (
        "e08",
        "INSERT INTO outbox (id, aggregate_type, aggregate_id, aggregate_seq, type, version, payload, actor, occurred_at)
        SELECT id, 'late', aggregate_id, 1, type, version, payload, actor, occurred_at FROM events WHERE seq = 1",
    ),
    ("e09", "UPDATE webhook_deliveries SET state = 'queued', finished_at = NULL, run_at = '2000-01-01T00:00:00Z'"),
    ("e10", "UPDATE jobs SET state = 'running', lease_until = created_at WHERE state = 'available'"),
    ("e12", "UPDATE promotion_counters SET uses = uses + 1, uses_limit = NULL"),
    ("e12", "UPDATE promotion_counters SET spent_minor = spent_minor - 1"),
    ("e12", "UPDATE promotions SET uses_limit = uses_limit + 1"),
    ("e12", "UPDATE promotion_codes SET uses = 0"),
    ("e12", "DELETE FROM promotion_counters"),
    ("e12o", "UPDATE promotion_uses SET off_minor = off_minor + 1"),
    ("e12o", "UPDATE promotion_uses SET released_at = '2000-01-01T00:00:00Z'"),
    ("e12o", "UPDATE order_adjustments SET source_id = NULL WHERE kind = 'discount'"),
    ("e13", "UPDATE promotion_customers SET uses = 0"),
    ("e13", "UPDATE promotion_uses SET email_key = 'email:grace@example.com'"),
    ("e14", "DELETE FROM events WHERE type = 'order.confirmed'"),
    ("e15", "UPDATE mails SET state = 'queued', finished_at = NULL, created_at = '2000-01-01T00:00:00Z'"),
    ("e17", "UPDATE push_messages SET state = 'queued', finished_at = NULL, created_at = '2000-01-01T00:00:00Z'"),
    ("i01", "UPDATE invoice_counters SET next_number = next_number + 1"),
    ("i01", "DELETE FROM invoice_counters"),
    ("i02", "UPDATE orders SET tax_minor = tax_minor + 1"),
    (
        "i03",
        "INSERT INTO invoice_taxes (invoice_id, position, place, rate_name, rate_ppm, base_minor, amount_minor)
        SELECT invoice_id, position, 99, 'VAT', 0, 0, 1 FROM invoice_lines",
    ),
    (
        "i04",
        "INSERT INTO invoice_lines (invoice_id, position, credited_position, kind, title, detail, unit_price_minor, discount_minor,
            net_minor, tax_minor, gross_minor)
        SELECT c.id, 99, l.position, l.kind, l.title, l.detail, 0, 0, l.gross_minor + 1, 0, l.gross_minor + 1
        FROM invoices c JOIN invoice_lines l ON l.invoice_id = c.invoice_id AND l.position = 1",
    ),
    ("i05", "UPDATE payment_operations SET amount_minor = amount_minor + 1 WHERE kind = 'refund'"),
    ("b01", "UPDATE order_lines SET quantity_coming_back = 0 WHERE quantity_coming_back > 0"),
    ("b01", "UPDATE order_lines SET quantity_to_refund = 0 WHERE quantity_to_refund > 0"),
    ("b02", "UPDATE order_lines SET quantity_returned = 0 WHERE quantity_returned > 0"),
    ("b02", "UPDATE order_lines SET quantity_returned = 1 WHERE quantity_fulfilled = 1 AND quantity_returned = 0"),
    ("b03", "UPDATE return_lines SET restocked = 0, damaged = 1 WHERE restocked > 0"),
    (
        "b04",
        "INSERT INTO return_receipts (return_id, position, line_id, quantity, condition, restocked, adjustment_id, created_at, created_by)
        SELECT return_id, position + 90, line_id, 1, condition, 1, adjustment_id, created_at, created_by FROM return_receipts WHERE restocked > 0",
    ),
    ("b05", "UPDATE returns SET refund_id = NULL WHERE refund_id IS NOT NULL"),
    ("b05", "UPDATE refunds SET amount_minor = amount_minor + 1"),
    ("b06", "UPDATE returns SET status = 'part_received' WHERE status = 'received'"),
    ("b06", "UPDATE returns SET status = 'received' WHERE status = 'approved'"),
    ("b07", "UPDATE exchanges SET value_minor = value_minor + 1 WHERE credited_minor < value_minor"),
    ("b08", "UPDATE orders SET source = 'cart' WHERE source = 'exchange'"),
    ("k01", "UPDATE customers SET order_count = order_count + 1 WHERE order_count > 0"),
    ("k02", "UPDATE customer_spend SET spent_minor = spent_minor + 1"),
    ("k03", "DELETE FROM customer_orders"),
    ("k05", "UPDATE product_days SET units = units + 1"),
    ("k05", "DELETE FROM product_days"),
    ("k06", "UPDATE product_orders SET gross_minor = gross_minor + 1"),
    ("k06", "DELETE FROM product_orders"),
    ("k04", "UPDATE customer_groups SET member_count = member_count + 1"),
];

/// A sentence that nothing can break would prove nothing, and one that is not tried here is not believed.
#[test_on_every_database]
async fn each_sentence_about_orders_and_money_finds_what_breaks_it(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    endpoint(&shop, &receiver, &["order.placed"]).await?;
    crate::push::somebody_is_told(&shop).await?;
    crate::invoices::seller(&shop).await?;
    let paid = place(&shop, "test").await?;
    let line = paid.read(&shop).await?.text("lines/0/id").to_owned();
    paid.fulfil(&shop, json!({"lines": [{"line_id": line, "quantity": 1}]})).await?.expect(201)?;
    place(&shop, "manual").await?;
    crate::refunds::give_back(&shop, &place(&shop, "test").await?, json!({"lines": [[1, false]]})).await?.expect(201)?;
    crate::returns::in_every_state(&shop).await?;
    crate::exchanges::one_with_a_rest(&shop).await?;
    shop.post("/api/v1/customer-groups").json(json!({"name": "Regulars"})).await?.expect(201)?;
    crate::promotions::order_with_everything_limited(&shop).await?;
    crate::gift_cards::order_by_card(&shop, 1_000).await?;
    crate::price_changes::everything_is_dearer(&shop).await?;
    crate::currencies::outlet(&shop, json!({ "active": false })).await?;
    // Customers are told of orders a moment later.
    shop.settle().await?;

    let later = shop.now() + TimeDelta::hours(2);
    let all = tradewind::wiring::invariants();
    for (code, damage) in DAMAGES {
        let tx = shop.context().begin(&shop.origin()).await?;
        assert_eq!(violations(&tx, &all, later).await?, [], "before: {damage}");
        assert!(db::execute(&tx, damage, vec![]).await? > 0, "{damage}");
        let found = violations(&tx, &all, later).await?;
        assert!(found.iter().any(|violation| violation.code == *code), "{damage}: {found:#?}");
        tx.rollback().await?;
    }
    let tried: BTreeSet<&str> = DAMAGES.iter().map(|(code, _)| *code).collect();
    let elsewhere = [
        accounts::sessions::INVARIANTS,
        accounts::roles::INVARIANTS,
        catalog::categories::INVARIANTS,
        catalog::media::INVARIANTS,
        catalog::inventory::INVARIANTS,
        catalog::listing::INVARIANTS,
    ]
    .concat();
    let others: BTreeSet<&str> =
        all.iter().map(|sentence| sentence.code).filter(|code| elsewhere.iter().all(|sentence| sentence.code != *code)).collect();
    assert_eq!(tried, others);
    Ok(())
}

/// What makes rows and events tell different things.
const UNTOLD: &[&str] = &[
    "UPDATE orders SET captured_minor = captured_minor - 1 WHERE captured_minor > 0",
    "UPDATE orders SET status = 'pending'",
    "UPDATE orders SET user_id = NULL, number = number + 100",
    "UPDATE payments SET status = 'authorised' WHERE status = 'captured'",
    "UPDATE payments SET captured_minor = captured_minor - 1 WHERE captured_minor > 0",
    "UPDATE payment_operations SET amount_minor = amount_minor - 1",
    "DELETE FROM events WHERE type = 'order.confirmed'",
    "DELETE FROM events WHERE type = 'payment.operation_started'",
    "UPDATE events SET payload = '{}' WHERE type = 'order.placed'",
    "UPDATE events SET type = 'order.updated' WHERE type = 'order.placed'",
    "UPDATE events SET aggregate_type = 'order' WHERE aggregate_type = 'stock' AND aggregate_seq = 1",
];

/// Rebuilding orders and payments from their events would prove nothing if it could not fail.
#[test_on_every_database]
async fn rebuilding_finds_what_events_do_not_tell(shop: TestShop) -> TestResult {
    let paid = place(&shop, "test").await?;
    let line = paid.read(&shop).await?.text("lines/0/id").to_owned();
    paid.fulfil(&shop, json!({"lines": [{"line_id": line, "quantity": 1}]})).await?.expect(201)?;
    shop.settle().await?;

    for damage in UNTOLD {
        let tx = shop.context().begin(&shop.origin()).await?;
        assert_eq!(tradewind::wiring::rebuilt(&tx).await?, (2, vec![]), "before: {damage}");
        assert!(db::execute(&tx, damage, vec![]).await? > 0, "{damage}");
        assert!(!tradewind::wiring::rebuilt(&tx).await?.1.is_empty(), "{damage}");
        tx.rollback().await?;
    }
    Ok(())
}
