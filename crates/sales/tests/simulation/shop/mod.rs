//! The shop under test: the pure rules of its crates, put together as the use cases do, with vectors in place of tables.

mod money;
mod place;
mod setting;
mod stock;

use std::collections::BTreeMap;

use catalog::inventory::{Held, HoldEnd, LevelChange, Stock, changes_of_holds};
use chrono::TimeDelta;
use kernel::Timestamp;
use payments::payments::{MoveCause, Operation, Payment};
use sales::orders::{
    Facts, FulfilmentStatus, LineProgress, OrderStatus, PaymentStatus, Settled, fulfilment_status, money_of, next_status, payment_status,
};

use crate::command::{Command, Method};
pub(crate) use setting::Setting;

/// How a command ended: done, or refused with a code.
pub(crate) type Seen = Result<(), &'static str>;

/// One order with all that hangs on it.
#[derive(Debug)]
pub(crate) struct Sale {
    pub(crate) method: Method,
    pub(crate) status: OrderStatus,
    pub(crate) payment_status: PaymentStatus,
    pub(crate) fulfilment_status: FulfilmentStatus,
    pub(crate) settled: Settled,
    pub(crate) lines: Vec<LineProgress>,
    line_ids: Vec<uuid::Uuid>,
    pub(crate) holds: Vec<Held>,
    pub(crate) payments: Vec<Payment>,
    pub(crate) operations: Vec<Operation>,
    reference: uuid::Uuid,
    expires_at: Timestamp,
}

/// The shop's whole state.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) setting: Setting,
    pub(crate) stocks: Vec<Stock>,
    pub(crate) sales: Vec<Sale>,
    /// What the ledger says of each account.
    pub(crate) booked: BTreeMap<String, i64>,
    now: Timestamp,
    last_id: u128,
}

impl Shop {
    pub(crate) fn new(setting: Setting, stocks: Vec<Stock>) -> Self {
        let now = Timestamp::default();
        Self { setting, stocks, sales: Vec::new(), booked: BTreeMap::new(), now, last_id: 1 << 64 }
    }

    /// Ids that are the same in each run.
    fn next_id(&mut self) -> uuid::Uuid {
        self.last_id += 1;
        uuid::Uuid::from_u128(self.last_id)
    }

    /// Does what a command asks for, or refuses it and changes nothing.
    pub(crate) fn apply(&mut self, command: &Command) -> Seen {
        match command {
            Command::Adjust { variant, location, delta } => self.adjust(*variant, *location, *delta),
            Command::Place { lines, off, off_line, method } => self.place(lines, (*off, *off_line), *method),
            Command::Tell { order, operation, word } => self.tell(*order, *operation, *word),
            Command::Record { order, minor } => self.record(*order, *minor),
            Command::Cancel { order } => self.cancel(*order),
            Command::Expire { order } => self.expire(*order),
            Command::Fulfil { order, line, pieces } => self.fulfil(*order, *line, *pieces),
            Command::Deliver { order } => self.deliver(*order),
            Command::Wait { minutes } => {
                self.now += TimeDelta::minutes(*minutes);
                Ok(())
            }
        }
    }

    fn cancel(&mut self, place: usize) -> Seen {
        let sale = &mut self.sales[place];
        if !sale.status.may_become(OrderStatus::Cancelled) {
            return Err("order_not_cancellable");
        }
        if sale.fulfilment_status != FulfilmentStatus::None {
            return Err("order_has_fulfilments");
        }
        let money = money_of(sale.settled.total_minor, &sale.payments);
        if money.authorised_minor > 0 || money.kept_minor() > 0 || sale.has_open_operation() {
            return Err("order_has_payment");
        }
        self.call_off(place, MoveCause::Staff);
        let sale = &mut self.sales[place];
        for line in &mut sale.lines {
            line.cancelled = line.quantity - line.fulfilled;
        }
        self.end(place, OrderStatus::Cancelled);
        Ok(())
    }

    /// Early, late or twice it does no harm.
    fn expire(&mut self, place: usize) -> Seen {
        let sale = &self.sales[place];
        let unpaid = sale.status == OrderStatus::Pending && payment_status(&sale.settled) == PaymentStatus::Unpaid;
        let promised = money_of(0, &sale.payments).authorised_minor > 0;
        if !unpaid || sale.expires_at > self.now || sale.has_open_operation() || promised {
            return Ok(());
        }
        self.call_off(place, MoveCause::Timer);
        self.end(place, OrderStatus::Expired);
        Ok(())
    }

    fn end(&mut self, place: usize, status: OrderStatus) {
        let sale = &mut self.sales[place];
        assert!(sale.status.may_become(status), "{} to {status}", sale.status);
        sale.status = status;
        self.release(place);
    }

    fn fulfil(&mut self, place: usize, line: usize, pieces: i64) -> Seen {
        let sale = &mut self.sales[place];
        if sale.status != OrderStatus::Confirmed {
            return Err("order_not_fulfillable");
        }
        let progress = &mut sale.lines[line];
        if pieces > progress.quantity - progress.fulfilled - progress.cancelled {
            return Err("validation_failed");
        }
        progress.fulfilled += pieces;
        let line_id = sale.line_ids[line];
        self.consume(place, line_id, pieces);
        self.advance(place, false);
        Ok(())
    }

    fn deliver(&mut self, place: usize) -> Seen {
        for line in &mut self.sales[place].lines {
            line.delivered = line.fulfilled;
        }
        self.advance(place, false);
        Ok(())
    }

    /// As `orders::advance`.
    fn advance(&mut self, place: usize, ships_before_payment: bool) {
        let sale = &mut self.sales[place];
        sale.payment_status = payment_status(&sale.settled);
        sale.fulfilment_status = fulfilment_status(&sale.lines);
        let facts = Facts { settled: sale.settled, ships_before_payment, lines: &sale.lines };
        loop {
            let next = next_status(sale.status, &facts);
            if next == sale.status {
                break;
            }
            assert!(sale.status.may_become(next), "{} to {next}", sale.status);
            sale.status = next;
        }
    }
}

impl Sale {
    pub(crate) fn has_open_operation(&self) -> bool {
        self.operations.iter().any(|operation| operation.status.is_open())
    }

    /// Pieces of all lines that are still put aside.
    pub(crate) fn held(&self) -> i64 {
        self.holds.iter().map(|held| held.rest).sum()
    }

    fn end_holds(&mut self, taken: &[(Held, i64)], end: HoldEnd) -> Vec<LevelChange> {
        for (ended, pieces) in taken {
            let held = self.holds.iter_mut().find(|held| held.id == ended.id).expect("a hold of this order");
            held.rest -= pieces;
        }
        changes_of_holds(taken, end)
    }
}
