//! Whether the shop is as its model says, and whether what must always hold does hold.

use std::collections::HashMap;

use payments::payments::{OperationKind, OperationStatus};
use sales::orders::{FulfilmentStatus, OrderStatus, PaymentStatus};

use crate::model::{Life, Model, ModelOrder, Task};
use crate::shop::{Sale, Shop};

/// Fails with a sentence where both are not equal.
macro_rules! same {
    ($what:expr, $shop:expr, $model:expr) => {
        let (shop, model) = (&$shop, &$model);
        if shop != model {
            return Err(format!("{}: the shop says {shop:?}, the model {model:?}", $what));
        }
    };
}

/// Stock, accounts, and the orders that a command may have touched.
pub(crate) fn compare(shop: &Shop, model: &Model, order: Option<usize>) -> Result<(), String> {
    for (number, (stock, rack)) in shop.stocks.iter().zip(&model.racks).enumerate() {
        for (place, (placed, shelf)) in stock.levels.iter().zip(&rack.shelves).enumerate() {
            if (placed.level.on_hand, placed.level.reserved) != (shelf.on_hand, shelf.promised) {
                return Err(format!("variant {number} at {place}: the shop has {:?}, the model {shelf:?}", placed.level));
            }
        }
    }
    same!("the ledger's sum", shop.booked.values().sum::<i64>(), 0);
    for (account, minor) in &model.accounts {
        same!(account, shop.booked.get(*account).copied().unwrap_or(0), *minor);
    }
    same!("the number of orders", shop.sales.len(), model.orders.len());
    let last = shop.sales.len().checked_sub(1);
    for place in order.into_iter().chain(last) {
        compare_order(&shop.sales[place], &model.orders[place]).map_err(|wrong| format!("order {place}, {wrong}"))?;
    }
    Ok(())
}

/// Every order, and the sums over all of them.
pub(crate) fn compare_all(shop: &Shop, model: &Model) -> Result<(), String> {
    compare(shop, model, None)?;
    let mut held = HashMap::new();
    for (place, (sale, order)) in shop.sales.iter().zip(&model.orders).enumerate() {
        compare_order(sale, order).map_err(|wrong| format!("order {place}, {wrong}"))?;
        for hold in &sale.holds {
            *held.entry((hold.variant_id, hold.location_id)).or_insert(0) += hold.rest;
        }
    }
    for stock in &shop.stocks {
        for placed in &stock.levels {
            let here = held.get(&(stock.variant_id, placed.location_id)).copied().unwrap_or(0);
            same!("reserved and what is held", placed.level.reserved, here);
        }
    }
    Ok(())
}

fn compare_order(sale: &Sale, order: &ModelOrder) -> Result<(), String> {
    let status = match order.life {
        Life::Waiting => OrderStatus::Pending,
        Life::Going => OrderStatus::Confirmed,
        Life::Over => OrderStatus::Completed,
        Life::Cancelled => OrderStatus::Cancelled,
        Life::Expired => OrderStatus::Expired,
    };
    same!("status", sale.status, status);
    same!("total", sale.settled.total_minor, order.total);
    same!("came", sale.settled.captured_minor, order.sum(|payment| payment.came));
    same!("back", sale.settled.refunded_minor, order.sum(|payment| payment.back));
    same!("held", sale.settled.authorised_minor, order.sum(|payment| payment.held));
    same!("payment status", sale.payment_status, payment_word(order));
    same!(
        "sent",
        sale.lines.iter().map(|line| line.fulfilled).collect::<Vec<_>>(),
        order.lines.iter().map(|line| line.sent).collect::<Vec<_>>()
    );
    same!("nothing sent", sale.fulfilment_status == FulfilmentStatus::None, order.lines.iter().all(|line| line.sent == 0));
    same!("put aside", sale.held(), i64::try_from(order.lines.iter().map(|line| line.aside.len()).sum::<usize>()).expect("few"));
    same!("operations", operations(sale), asked(order));
    always(sale, order)
}

/// What the customer would be told, from the sums alone.
fn payment_word(order: &ModelOrder) -> PaymentStatus {
    let (came, back, held) = (order.sum(|payment| payment.came), order.sum(|payment| payment.back), order.sum(|payment| payment.held));
    match (came - back, came, back) {
        (kept, ..) if kept >= order.total => PaymentStatus::Paid,
        (0, _, 1..) => PaymentStatus::Refunded,
        (_, _, 1..) => PaymentStatus::PartRefunded,
        (_, 1.., _) => PaymentStatus::PartPaid,
        _ if held >= order.total => PaymentStatus::Authorised,
        _ => PaymentStatus::Unpaid,
    }
}

fn operations(sale: &Sale) -> Vec<(Task, i64, bool, bool)> {
    let task = |kind| match kind {
        OperationKind::Authorise => Task::Hold,
        OperationKind::Capture => Task::Take,
        OperationKind::Void => Task::LetGo,
        OperationKind::Refund => Task::GiveBack,
    };
    let told = sale.operations.iter().map(|operation| {
        (task(operation.kind), operation.amount.minor(), operation.status.is_open(), operation.status == OperationStatus::Failed)
    });
    told.collect()
}

fn asked(order: &ModelOrder) -> Vec<(Task, i64, bool, bool)> {
    order.operations.iter().map(|operation| (operation.task, operation.minor, operation.open, operation.refused)).collect()
}

/// Sentences that hold of every order, whatever the model thinks.
fn always(sale: &Sale, order: &ModelOrder) -> Result<(), String> {
    let dead = !sale.status.is_live();
    if sale.payments.iter().any(|payment| !(0..=payment.captured_minor).contains(&payment.refunded_minor)) {
        return Err("more went back than came".to_owned());
    }
    if dead && sale.held() != 0 {
        return Err("a dead order holds stock".to_owned());
    }
    if sale.has_open_operation() {
        return Ok(());
    }
    let kept = sale.settled.kept_minor();
    if kept > if dead { 0 } else { order.total } {
        return Err(format!("{kept} is kept that nobody may keep, and nobody is asked to give it back"));
    }
    let unneeded = dead || sale.settled.nothing_left_to_pay();
    if unneeded && sale.payments.iter().any(|payment| payment.captured_minor == 0 && payment.authorised_minor > 0) {
        return Err("a provider holds money that nobody needs, and nobody tells him".to_owned());
    }
    if unneeded && sale.payments.iter().any(|payment| payment.captured_minor == 0 && payment.status.is_open()) {
        return Err("a payment waits that nobody needs".to_owned());
    }
    Ok(())
}
