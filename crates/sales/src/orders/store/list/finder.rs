//! Filters whose orders an index finds.

use kernel::{Timestamp, UserId, fold};
use platform::db::{self, Parameters, Shield, Span};

use super::query::{OrderFilter, OrderSort};
use crate::orders::states::{FulfilmentStatus, OrderStatus, PaymentStatus};
use crate::orders::words::{Sought, sought};

/// A filter whose orders an index finds: it can lead to the orders, or be asked of those that another one leads to.
pub(super) enum Finder {
    /// Folded tags.
    Tags(Vec<String>),
    Status(Vec<OrderStatus>),
    /// One index has both; of a filter that is absent all values.
    Settlement {
        payment: Vec<PaymentStatus>,
        fulfilment: Vec<FulfilmentStatus>,
    },
    User(UserId),
    /// The key of an e-mail address.
    Customer(String),
    Placed(Span<Timestamp>),
    Total(Span<i64>),
    Word(Sought),
}

/// Orders that stand side by side in one index. Parts may share orders, and have together all that a filter finds.
pub(super) struct Part {
    /// What follows `FROM`.
    pub(super) source: &'static str,
    /// The column that names the order, where the source is not `orders o` itself.
    pub(super) key: Option<&'static str>,
    /// What makes the part.
    pub(super) condition: String,
    /// The column that the list is sorted by, and the order's id.
    pub(super) place: &'static str,
    pub(super) id: &'static str,
    /// True where an order may be found more than once.
    pub(super) repeats: bool,
}

impl Part {
    /// A part of the orders themselves.
    pub(super) const fn of_orders(sort: OrderSort, condition: String) -> Self {
        Self { source: "orders o", key: None, condition, place: sort.column(), id: "o.id", repeats: false }
    }
}

impl Finder {
    /// The finders of a filter; the bounds of what the list is sorted by are none, they only say where the list begins and ends.
    pub(super) fn of(filter: &OrderFilter, sort: OrderSort) -> Vec<Self> {
        let mut finders: Vec<Self> = filter.user.map(Self::User).into_iter().collect();
        if !filter.tags.is_empty() {
            let mut keys: Vec<String> = filter.tags.iter().map(|tag| fold(tag)).collect();
            keys.sort_unstable();
            keys.dedup();
            finders.push(Self::Tags(keys));
        }
        finders.extend(chosen(&filter.status, OrderStatus::ALL).map(Self::Status));
        let (payment, fulfilment) =
            (chosen(&filter.payment_status, PaymentStatus::ALL), chosen(&filter.fulfilment_status, FulfilmentStatus::ALL));
        if payment.is_some() || fulfilment.is_some() {
            finders.push(Self::Settlement {
                payment: payment.unwrap_or_else(|| PaymentStatus::ALL.to_vec()),
                fulfilment: fulfilment.unwrap_or_else(|| FulfilmentStatus::ALL.to_vec()),
            });
        }
        finders.extend(filter.customer.as_ref().map(|email| Self::Customer(email.key())));
        if sort != OrderSort::PlacedAt && filter.placed_at.is_bound() {
            finders.push(Self::Placed(filter.placed_at));
        }
        if sort != OrderSort::Total && filter.total_minor.is_bound() {
            finders.push(Self::Total(filter.total_minor));
        }
        finders.extend(filter.text.iter().flat_map(|text| sought(text)).map(Self::Word));
        finders
    }

    /// True where each part has its orders in the order of the list.
    pub(super) fn is_in_order(&self, sort: OrderSort) -> bool {
        match self {
            Self::User(_) | Self::Tags(_) | Self::Settlement { .. } => sort == OrderSort::PlacedAt,
            Self::Status(_) => sort == OrderSort::PlacedAt || sort == OrderSort::Total,
            Self::Customer(_) | Self::Placed(_) | Self::Total(_) | Self::Word(_) => false,
        }
    }

    /// Which of several that find many is followed, the lowest first: most orders of a shop are completed, paid and delivered.
    pub(super) fn rank(&self) -> u8 {
        let common = match self {
            Self::Status(words) => words.contains(&OrderStatus::Completed),
            Self::Settlement { payment, fulfilment } => {
                payment.contains(&PaymentStatus::Paid) && fulfilment.contains(&FulfilmentStatus::Delivered)
            }
            Self::User(_) | Self::Tags(_) | Self::Customer(_) | Self::Placed(_) | Self::Total(_) | Self::Word(_) => false,
        };
        u8::from(common)
    }

    /// What it finds, part by part.
    pub(super) fn parts(&self, sort: OrderSort, parameters: &mut Parameters) -> Vec<Part> {
        let one = |condition| vec![Part::of_orders(sort, condition)];
        match self {
            Self::User(id) => one(format!("o.user_id = {}", parameters.bind(*id))),
            Self::Tags(keys) => keys.iter().map(|key| tagged(sort, parameters.bind(key.as_str()))).collect(),
            Self::Status(words) => {
                let of = |word: &OrderStatus| Part::of_orders(sort, format!("o.status = {}", parameters.bind(word.as_str())));
                words.iter().map(of).collect()
            }
            Self::Settlement { payment, fulfilment } => {
                let pairs = payment.iter().flat_map(|paid| fulfilment.iter().map(move |shipped| (paid, shipped)));
                let of = |(paid, shipped): (&PaymentStatus, &FulfilmentStatus)| {
                    let (paid, shipped) = (parameters.bind(paid.as_str()), parameters.bind(shipped.as_str()));
                    Part::of_orders(sort, format!("o.payment_status = {paid} AND o.fulfilment_status = {shipped}"))
                };
                pairs.map(of).collect()
            }
            Self::Customer(key) => {
                let condition = format!("c.email_key = {}", parameters.bind(key.as_str()));
                let (source, key) = ("order_contacts c", Some("c.order_id"));
                vec![Part { source, key, ..Part::of_orders(sort, condition) }]
            }
            Self::Placed(span) => one(format!("TRUE{}", parameters.within("o.placed_at", *span))),
            Self::Total(span) => one(format!("TRUE{}", parameters.within("o.total_minor", *span))),
            Self::Word(sought) => {
                let (condition, repeats) = match sought {
                    Sought::Exactly(word) => (format!("w.word = {}", parameters.bind(word.as_str())), false),
                    Sought::Beginning(word) => (parameters.begins("w.word", word), true),
                };
                vec![Part { source: "order_words w", key: Some("w.order_id"), repeats, ..Part::of_orders(sort, condition) }]
            }
        }
    }

    /// The question whether an order `o` that was found is one of its own, behind an `AND`.
    pub(super) fn asked(&self, parameters: &mut Parameters, shield: Shield) -> String {
        match self {
            Self::User(id) => format!(" AND {} = {}", shield("o.user_id"), parameters.bind(*id)),
            Self::Tags(keys) => {
                let keys = parameters.bind_all(keys.iter().map(String::as_str));
                belongs("order_tags x", &format!("x.tag_key IN ({keys})"))
            }
            Self::Status(words) => {
                let words = parameters.bind_all(words.iter().map(|word| word.as_str()));
                format!(" AND {} IN ({words})", shield("o.status"))
            }
            Self::Settlement { payment, fulfilment } => {
                let paid = parameters.bind_all(payment.iter().map(|word| word.as_str()));
                let shipped = parameters.bind_all(fulfilment.iter().map(|word| word.as_str()));
                format!(" AND {} IN ({paid}) AND {} IN ({shipped})", shield("o.payment_status"), shield("o.fulfilment_status"))
            }
            Self::Customer(key) => belongs("order_contacts x", &format!("x.email_key = {}", parameters.bind(key.as_str()))),
            Self::Placed(span) => parameters.within(&shield("o.placed_at"), *span),
            Self::Total(span) => parameters.within(&shield("o.total_minor"), *span),
            // The index of words is of no use here: it would be read for all orders that have the word.
            Self::Word(sought) => {
                let pattern = match sought {
                    Sought::Exactly(word) => db::containing(&format!(" {word} ")),
                    Sought::Beginning(word) => db::containing(&format!(" {word}")),
                };
                belongs("order_contacts x", &format!("x.search_key LIKE {} ESCAPE '!'", parameters.bind(pattern)))
            }
        }
    }
}

fn tagged(sort: OrderSort, key: String) -> Part {
    let (place, id) = if sort == OrderSort::PlacedAt { ("t.placed_at", "t.order_id") } else { (sort.column(), "o.id") };
    Part { source: "order_tags t", key: Some("t.order_id"), condition: format!("t.tag_key = {key}"), place, id, repeats: false }
}

/// The offset keeps PostgreSQL from reading a whole table where a row of it decides.
fn belongs(source: &str, condition: &str) -> String {
    format!(" AND EXISTS (SELECT 1 FROM {source} WHERE x.order_id = o.id AND {condition} LIMIT 1 OFFSET 0)")
}

/// The values that are asked for, each once; nothing where all are, which no order lacks.
fn chosen<T: Copy + PartialEq>(asked: &[T], all: &[T]) -> Option<Vec<T>> {
    let values: Vec<T> = all.iter().filter(|value| asked.contains(value)).copied().collect();
    (!values.is_empty() && values.len() < all.len()).then_some(values)
}
