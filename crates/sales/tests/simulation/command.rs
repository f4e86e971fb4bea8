//! What customers, staff, providers and time do to a shop.

use crate::chance::Chance;
use crate::shop::Shop;

/// How an order is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// Staff record the money when it comes.
    Transfer,
    /// A provider takes it at once.
    Card,
    /// A provider holds it.
    Hold,
    /// Staff record it, and goods leave before it comes.
    Invoice,
}

/// What a provider says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    Yes,
    No,
    /// The answer was lost, or makes no sense.
    Lost,
    /// The customer has to act first.
    Customer,
}

/// One thing that happens. Orders, lines and operations are named by their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Command {
    Adjust { variant: usize, location: usize, delta: i64 },
    Place { lines: Vec<(usize, i64)>, off: i64, off_line: Option<usize>, method: Method },
    Tell { order: usize, operation: usize, word: Word },
    Record { order: usize, minor: i64 },
    Cancel { order: usize },
    Expire { order: usize },
    Fulfil { order: usize, line: usize, pieces: i64 },
    Deliver { order: usize },
    Wait { minutes: i64 },
}

impl Command {
    /// The order that it concerns.
    pub(crate) const fn order(&self) -> Option<usize> {
        match self {
            Self::Tell { order, .. }
            | Self::Record { order, .. }
            | Self::Cancel { order }
            | Self::Expire { order }
            | Self::Fulfil { order, .. }
            | Self::Deliver { order } => Some(*order),
            Self::Adjust { .. } | Self::Place { .. } | Self::Wait { .. } => None,
        }
    }

    /// The next thing that happens; most of it makes sense, some of it does not.
    pub(crate) fn next(chance: &mut Chance, shop: &Shop) -> Self {
        let Some(order) = pick_order(chance, shop) else { return place(chance, shop) };
        let sale = &shop.sales[order];
        match chance.below(100) {
            0..8 => adjust(chance, shop),
            8..26 => place(chance, shop),
            26..52 if !sale.operations.is_empty() => {
                let open = sale.operations.iter().position(|operation| operation.status.is_open());
                let operation = open.filter(|_| chance.percent(80)).unwrap_or_else(|| chance.below(sale.operations.len()));
                let word = chance.one_of(&[Word::Yes, Word::Yes, Word::Yes, Word::No, Word::Lost, Word::Customer]);
                Self::Tell { order, operation, word }
            }
            26..64 => {
                let due = sale.settled.total_minor - sale.settled.kept_minor();
                let part = chance.between(-1, due.saturating_add(1));
                Self::Record { order, minor: if chance.percent(60) { due } else { part } }
            }
            64..69 => Self::Cancel { order },
            69..76 => Self::Expire { order },
            76..90 => {
                let line = chance.below(sale.lines.len());
                let open = sale.lines[line].quantity - sale.lines[line].fulfilled;
                Self::Fulfil { order, line, pieces: chance.between(1, open + 1) }
            }
            90..94 => Self::Deliver { order },
            _ => Self::Wait { minutes: chance.one_of(&[1, 30, 600, 20_000, -5]) },
        }
    }
}

/// Mostly one of the last.
fn pick_order(chance: &mut Chance, shop: &Shop) -> Option<usize> {
    let all = shop.sales.len();
    if all == 0 {
        return None;
    }
    let recent = all.min(16);
    Some(if chance.percent(90) { all - 1 - chance.below(recent) } else { chance.below(all) })
}

fn adjust(chance: &mut Chance, shop: &Shop) -> Command {
    let variant = chance.below(shop.stocks.len());
    let location = chance.below(shop.stocks[variant].levels.len());
    Command::Adjust { variant, location, delta: chance.between(-6, 14) }
}

fn place(chance: &mut Chance, shop: &Shop) -> Command {
    let lines: Vec<(usize, i64)> = (0..chance.between(1, 4)).map(|_| (chance.below(shop.stocks.len()), chance.between(1, 5))).collect();
    let off = if chance.percent(40) { chance.between(0, 20_000) } else { 0 };
    let off_line = chance.percent(50).then(|| chance.below(lines.len()));
    Command::Place { lines, off, off_line, method: chance.one_of(&[Method::Transfer, Method::Card, Method::Hold, Method::Invoice]) }
}
