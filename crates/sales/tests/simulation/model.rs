//! The model: what the shop ought to do, in the plainest words there are, written without its rules.

use std::collections::BTreeMap;

use crate::command::{Command, Method, Word};
use crate::model_price::total;
use crate::model_stock::Rack;
use crate::shop::{Seen, Shop};

/// How long an unpaid order waits for its money.
pub(crate) const PATIENCE_MINUTES: i64 = 10_080;

/// A sentence in which the model may be wrong, to see that this is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    None,
    ForgetsToGiveBack,
    RoundsTaxDown,
    KeepsSurplus,
    SellsWhatIsPromised,
    ChargesAgain,
    TakesMoneyForTheDead,
}

impl Flaw {
    pub(crate) const ALL: &[Self] = &[
        Self::ForgetsToGiveBack,
        Self::RoundsTaxDown,
        Self::KeepsSurplus,
        Self::SellsWhatIsPromised,
        Self::ChargesAgain,
        Self::TakesMoneyForTheDead,
    ];
}

#[derive(Debug)]
pub(crate) struct ModelLine {
    variant: usize,
    pub(crate) wanted: i64,
    pub(crate) sent: i64,
    /// Where each piece that is still put aside lies.
    pub(crate) aside: Vec<usize>,
}

/// How far a payment has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nobody works on it: it can simply be forgotten.
    Waits,
    /// A provider was asked.
    Asked,
    /// Held, come, refused or forgotten.
    Settled,
}

#[derive(Debug)]
pub(crate) struct ModelPayment {
    account: &'static str,
    asked: i64,
    stage: Stage,
    pub(crate) held: i64,
    pub(crate) came: i64,
    pub(crate) back: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    Hold,
    Take,
    LetGo,
    GiveBack,
}

#[derive(Debug)]
pub(crate) struct ModelOperation {
    payment: usize,
    pub(crate) task: Task,
    pub(crate) minor: i64,
    pub(crate) open: bool,
    /// Nobody has said anything of it yet.
    fresh: bool,
    pub(crate) refused: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    Waiting,
    Going,
    Over,
    Cancelled,
    Expired,
}

#[derive(Debug)]
pub(crate) struct ModelOrder {
    pub(crate) total: i64,
    pub(crate) life: Life,
    pub(crate) lines: Vec<ModelLine>,
    pub(crate) payments: Vec<ModelPayment>,
    pub(crate) operations: Vec<ModelOperation>,
    until: i64,
}

impl ModelOrder {
    pub(crate) fn sum(&self, of: impl Fn(&ModelPayment) -> i64) -> i64 {
        self.payments.iter().map(of).sum()
    }

    pub(crate) fn kept(&self) -> i64 {
        self.sum(|payment| payment.came - payment.back)
    }

    pub(crate) fn is_dead(&self) -> bool {
        matches!(self.life, Life::Cancelled | Life::Expired)
    }

    pub(crate) fn has_open(&self) -> bool {
        self.operations.iter().any(|operation| operation.open)
    }

    fn under_way(&self, payment: usize) -> i64 {
        let refunds = self.operations.iter().filter(|operation| operation.payment == payment && operation.task == Task::GiveBack);
        refunds.filter(|operation| operation.open).map(|operation| operation.minor).sum()
    }
}

#[derive(Debug)]
pub(crate) struct Model {
    flaw: Flaw,
    now: i64,
    pub(crate) racks: Vec<Rack>,
    pub(crate) orders: Vec<ModelOrder>,
    pub(crate) accounts: BTreeMap<&'static str, i64>,
}

impl Model {
    pub(crate) fn of(shop: &Shop, flaw: Flaw) -> Self {
        let racks = shop.stocks.iter().map(Rack::of).collect();
        Self { flaw, now: 0, racks, orders: Vec::new(), accounts: BTreeMap::new() }
    }

    pub(crate) fn apply(&mut self, command: &Command, shop: &Shop) -> Seen {
        match command {
            Command::Adjust { variant, location, delta: 0 } => self.racks[*variant].adjust(*location, 0),
            Command::Adjust { variant, location, delta } => self.racks[*variant].adjust(*location, *delta),
            Command::Place { lines, off, off_line, method } => self.place(shop, lines, (*off, *off_line), *method),
            Command::Tell { order, operation, word } => {
                self.tell(*order, *operation, *word);
                Ok(())
            }
            Command::Record { order, minor } => self.record(*order, *minor),
            Command::Cancel { order } => self.cancel(*order),
            Command::Expire { order } => {
                let of = &self.orders[*order];
                let no_money = of.sum(|payment| payment.came + payment.held) == 0 && !of.has_open();
                if of.life == Life::Waiting && no_money && self.now >= of.until {
                    self.end(*order, Life::Expired);
                }
                Ok(())
            }
            Command::Fulfil { order, line, pieces } => self.fulfil(*order, *line, *pieces),
            Command::Deliver { .. } => Ok(()),
            Command::Wait { minutes } => {
                self.now += minutes;
                Ok(())
            }
        }
    }

    fn place(&mut self, shop: &Shop, wanted: &[(usize, i64)], discount: (i64, Option<usize>), method: Method) -> Seen {
        let total = total(&shop.setting, wanted, discount, self.flaw);
        let before = self.racks.clone();
        let mut lines: Vec<ModelLine> =
            wanted.iter().map(|&(variant, wanted)| ModelLine { variant, wanted, sent: 0, aside: Vec::new() }).collect();
        for variant in 0..self.racks.len() {
            let pieces = lines.iter().filter(|line| line.variant == variant).map(|line| line.wanted).sum();
            let Some(places) = self.racks[variant].promise(pieces, self.flaw) else {
                self.racks = before;
                return Err("out_of_stock");
            };
            let mut places = places.into_iter();
            for line in lines.iter_mut().filter(|line| line.variant == variant) {
                line.aside = places.by_ref().take(usize::try_from(line.wanted).expect("pieces")).collect();
            }
        }
        let (payments, operations, until) = (Vec::new(), Vec::new(), self.now + PATIENCE_MINUTES);
        let life = if total == 0 || method == Method::Invoice { Life::Going } else { Life::Waiting };
        self.orders.push(ModelOrder { total, life, lines, payments, operations, until });
        let order = self.orders.len() - 1;
        if total > 0 {
            let (account, task) = match method {
                Method::Transfer | Method::Invoice => ("cash:manual", None),
                Method::Card => ("provider:card", Some(Task::Take)),
                Method::Hold => ("provider:hold", Some(Task::Hold)),
            };
            let stage = if task.is_some() { Stage::Asked } else { Stage::Waits };
            self.orders[order].payments.push(ModelPayment { account, asked: total, stage, held: 0, came: 0, back: 0 });
            if let Some(task) = task {
                self.ask(order, 0, task, total);
            }
        }
        Ok(())
    }

    fn ask(&mut self, order: usize, payment: usize, task: Task, minor: i64) {
        self.orders[order].operations.push(ModelOperation { payment, task, minor, open: true, fresh: true, refused: false });
    }

    /// Only the first clear word counts.
    fn tell(&mut self, place: usize, operation: usize, word: Word) {
        let order = &mut self.orders[place];
        let asked = &mut order.operations[operation];
        let again = !asked.open && self.flaw == Flaw::ChargesAgain && asked.task == Task::Take && !asked.refused;
        let begins = matches!(asked.task, Task::Take | Task::Hold);
        // A lost answer that is found may be one that asks the customer to act.
        let finds_customer = word == Word::Customer && begins && order.payments[asked.payment].stage == Stage::Asked;
        if !asked.open && !again || !asked.fresh && matches!(word, Word::Lost | Word::Customer) && !finds_customer {
            return;
        }
        asked.fresh = false;
        asked.open = matches!(word, Word::Lost | Word::Customer);
        asked.refused = word == Word::No;
        let (task, minor, at) = (asked.task, asked.minor, asked.payment);
        let payment = &mut order.payments[at];
        match (word, task) {
            (Word::Yes, Task::Take) => {
                payment.came += minor;
                payment.held = (payment.held - minor).max(0);
                *self.accounts.entry(payment.account).or_default() += minor;
            }
            (Word::Yes, Task::Hold) => payment.held = minor,
            (Word::Yes, Task::LetGo) => payment.held = 0,
            (Word::Yes, Task::GiveBack) => {
                payment.back += minor;
                *self.accounts.entry(payment.account).or_default() -= minor;
            }
            (Word::No | Word::Lost | Word::Customer, _) => {}
        }
        match word {
            Word::Customer if begins && payment.stage == Stage::Asked => payment.stage = Stage::Waits,
            Word::Yes | Word::No if begins => payment.stage = Stage::Settled,
            _ => {}
        }
        self.settle(place, at);
    }

    fn record(&mut self, place: usize, minor: i64) -> Seen {
        let order = &mut self.orders[place];
        let due = order.total - order.kept();
        if order.is_dead() && self.flaw != Flaw::TakesMoneyForTheDead {
            return Err("order_not_payable");
        }
        match minor {
            ..=0 => return Err("validation_failed"),
            _ if due <= 0 => return Err("order_not_payable"),
            _ if minor > due => return Err("payment_exceeds_due"),
            _ => {}
        }
        let waits = |payment: &ModelPayment| payment.account == "cash:manual" && payment.stage == Stage::Waits && payment.asked == minor;
        let at = order.payments.iter().position(waits).unwrap_or_else(|| {
            let account = "cash:manual";
            order.payments.push(ModelPayment { account, asked: minor, stage: Stage::Waits, held: 0, came: 0, back: 0 });
            order.payments.len() - 1
        });
        order.payments[at].came = minor;
        order.payments[at].stage = Stage::Settled;
        *self.accounts.entry("cash:manual").or_default() += minor;
        self.ask(place, at, Task::Take, minor);
        let operation = self.orders[place].operations.last_mut().expect("just asked");
        (operation.open, operation.fresh) = (false, false);
        self.settle(place, at);
        Ok(())
    }

    /// What nobody may keep goes back, the newest first; what nobody needs is forgotten; and the order goes its way.
    fn settle(&mut self, place: usize, came: usize) {
        let order = &self.orders[place];
        let allowed = if order.is_dead() { 0 } else { order.total };
        let rest = |at: usize| order.payments[at].came - order.payments[at].back - order.under_way(at);
        let mut surplus = (0..order.payments.len()).map(rest).sum::<i64>() - allowed;
        let mut back = Vec::new();
        for at in [came].into_iter().chain((0..order.payments.len()).rev().filter(|at| *at != came)) {
            let part = rest(at).min(surplus).max(0);
            surplus -= part;
            back.push((at, part));
        }
        let needless = order.is_dead() || order.sum(|payment| payment.came) >= order.total;
        for (at, part) in back {
            if part > 0 && self.flaw != Flaw::KeepsSurplus {
                self.ask(place, at, Task::GiveBack, part);
            }
        }
        if needless {
            self.forget_payments(place);
        }
        let order = &mut self.orders[place];
        if order.life == Life::Waiting && order.kept() + order.sum(|payment| payment.held) >= order.total {
            order.life = Life::Going;
        }
        self.finish(place);
    }

    /// Whatever a provider still holds is let go, whatever nobody works on is forgotten.
    fn forget_payments(&mut self, place: usize) {
        for at in 0..self.orders[place].payments.len() {
            let order = &mut self.orders[place];
            let letting_go = order.operations.iter().any(|asked| asked.open && asked.payment == at && asked.task == Task::LetGo);
            let payment = &mut order.payments[at];
            if payment.held > 0 && payment.came == 0 && !letting_go {
                let held = payment.held;
                self.ask(place, at, Task::LetGo, held);
            } else if payment.stage == Stage::Waits {
                payment.stage = Stage::Settled;
            }
        }
    }

    fn cancel(&mut self, place: usize) -> Seen {
        let order = &self.orders[place];
        if !matches!(order.life, Life::Waiting | Life::Going) {
            return Err("order_not_cancellable");
        }
        if order.lines.iter().any(|line| line.sent > 0) {
            return Err("order_has_fulfilments");
        }
        if order.sum(|payment| payment.held) > 0 || order.kept() > 0 || order.has_open() {
            return Err("order_has_payment");
        }
        self.end(place, Life::Cancelled);
        Ok(())
    }

    fn end(&mut self, place: usize, life: Life) {
        self.orders[place].life = life;
        self.forget_payments(place);
        for line in &mut self.orders[place].lines {
            let places = std::mem::take(&mut line.aside);
            if self.flaw != Flaw::ForgetsToGiveBack {
                self.racks[line.variant].give_back(&places);
            }
        }
    }

    fn fulfil(&mut self, place: usize, line: usize, pieces: i64) -> Seen {
        let order = &mut self.orders[place];
        if order.life != Life::Going {
            return Err("order_not_fulfillable");
        }
        let line = &mut order.lines[line];
        if line.sent + pieces > line.wanted {
            return Err("validation_failed");
        }
        line.sent += pieces;
        let many = usize::try_from(pieces).expect("pieces").min(line.aside.len());
        let places: Vec<usize> = line.aside.drain(..many).collect();
        self.racks[line.variant].send(&places);
        self.finish(place);
        Ok(())
    }

    fn finish(&mut self, place: usize) {
        let order = &mut self.orders[place];
        let sent = order.lines.iter().all(|line| line.sent == line.wanted);
        if order.life == Life::Going && sent && order.sum(|payment| payment.came) >= order.total {
            order.life = Life::Over;
        }
    }
}
