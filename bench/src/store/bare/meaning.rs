//! What a parameter stands for, and what it is in one customer's flow.

use std::sync::atomic::{AtomicI64, Ordering};

use anyhow::{Context, Result};
use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use serde::Deserialize;
use uuid::Uuid;

/// Crockford's base32 in lower case, as the TypeID specification says.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Far above what the shop itself has given out by then.
static NUMBERS: AtomicI64 = AtomicI64::new(1_000_000_000);

/// What a parameter stands for.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Meaning {
    /// The flow's n-th new id.
    Id(usize),
    /// A row that was there before, by its table.
    The(String),
    /// So many seconds after the flow's moment.
    AfterS(i64),
    /// The order's number.
    Number(bool),
    /// A number.
    Int(i64),
    /// Yes or no.
    Bool(bool),
    /// Text, in which `<3>` is the third new id as a `TypeID`.
    Text(String),
    /// JSON, in the same way.
    Json(String),
    /// The flow's n-th secret.
    Token(usize),
    /// Nothing, of a kind.
    Null(String),
}

/// A parameter as it is bound.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Uuid(Option<Uuid>),
    Time(Option<DateTime<Utc>>),
    Int(Option<i64>),
    Bool(Option<bool>),
    Text(Option<String>),
    Json(Option<String>),
    Bytes(Option<Vec<u8>>),
}

/// Rows that a shop has before anybody buys.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    /// By table: the channel, the price list, the place of stock, the way to ship.
    pub(super) rows: Vec<(&'static str, Uuid)>,
    /// Variants with their products.
    pub(super) variants: Vec<(Uuid, Uuid)>,
}

impl Standing {
    /// The tables with one row that counts, and how it is found.
    pub(super) const TABLES: [(&'static str, &'static str); 4] = [
        ("channels", "SELECT id FROM channels WHERE code = 'default'"),
        ("price_lists", "SELECT id FROM price_lists WHERE code = 'default'"),
        ("stock_locations", "SELECT id FROM stock_locations WHERE code = 'main'"),
        ("shipping_methods", "SELECT id FROM shipping_methods WHERE code = 'standard'"),
    ];
    /// Variants for everybody.
    pub(super) const VARIANTS: &'static str = "SELECT id, product_id FROM variants ORDER BY id LIMIT 300";
}

/// One customer's flow.
pub(super) struct Flow<'a> {
    standing: &'a Standing,
    ids: Vec<Uuid>,
    variant: (Uuid, Uuid),
    now: DateTime<Utc>,
    number: i64,
}

impl<'a> Flow<'a> {
    /// Begins one; `turn` chooses what is bought.
    pub(super) fn begin(standing: &'a Standing, turn: usize) -> Result<Self> {
        let variant = standing.variants.get(turn % standing.variants.len().max(1)).copied().context("no variant")?;
        let now = Utc::now().trunc_subsecs(6);
        Ok(Self { standing, ids: Vec::new(), variant, now, number: NUMBERS.fetch_add(1, Ordering::Relaxed) })
    }

    /// A parameter's value.
    pub(super) fn value(&mut self, meaning: &Meaning) -> Result<Value> {
        Ok(match meaning {
            Meaning::Id(place) => Value::Uuid(Some(self.id(*place))),
            Meaning::The(table) => Value::Uuid(Some(self.the(table)?)),
            Meaning::AfterS(seconds) => Value::Time(Some(self.now + TimeDelta::seconds(*seconds))),
            Meaning::Number(is_the_orders) => Value::Int(is_the_orders.then_some(self.number)),
            Meaning::Int(number) => Value::Int(Some(*number)),
            Meaning::Bool(truth) => Value::Bool(Some(*truth)),
            Meaning::Text(text) => Value::Text(Some(self.text(text))),
            Meaning::Json(text) => Value::Json(Some(self.text(text))),
            Meaning::Token(place) => Value::Bytes(Some([self.id(100 + *place).into_bytes(), self.id(200 + *place).into_bytes()].concat())),
            Meaning::Null(kind) => match kind.as_str() {
                "uuid" => Value::Uuid(None),
                "time" => Value::Time(None),
                "int" => Value::Int(None),
                "bool" => Value::Bool(None),
                "json" => Value::Json(None),
                "bytes" => Value::Bytes(None),
                _ => Value::Text(None),
            },
        })
    }

    fn id(&mut self, place: usize) -> Uuid {
        while self.ids.len() <= place {
            self.ids.push(kernel::EventId::generate().uuid());
        }
        self.ids.get(place).copied().unwrap_or_default()
    }

    fn the(&self, table: &str) -> Result<Uuid> {
        match table {
            "variants" => Ok(self.variant.0),
            "products" => Ok(self.variant.1),
            _ => {
                self.standing.rows.iter().find(|(name, _)| *name == table).map(|(_, id)| *id).with_context(|| format!("no row of {table}"))
            }
        }
    }

    fn text(&mut self, text: &str) -> String {
        let mut whole = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('<') {
            whole.push_str(before);
            match after.split_once('>').and_then(|(place, after)| Some((place.parse::<usize>().ok()?, after))) {
                Some((place, after)) => {
                    let id = self.id(place);
                    digits(id, &mut whole);
                    rest = after;
                }
                None => {
                    whole.push('<');
                    rest = after;
                }
            }
        }
        whole.push_str(rest);
        whole
    }
}

fn digits(id: Uuid, text: &mut String) {
    let bits = id.as_u128();
    let digit = |place: u32| usize::try_from((bits >> (5 * (25 - place))) & 31).ok().and_then(|index| ALPHABET.get(index));
    text.extend((0..26).filter_map(digit).map(|digit| char::from(*digit)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_has_its_own_ids_wherever_they_stand() {
        let standing = Standing { rows: vec![("channels", Uuid::nil())], variants: vec![(Uuid::max(), Uuid::nil())] };
        let mut flow = Flow::begin(&standing, 7).unwrap();
        let Value::Uuid(Some(id)) = flow.value(&Meaning::Id(2)).unwrap() else { panic!("an id") };
        let Value::Text(Some(text)) = flow.value(&Meaning::Text("<p>cart_<2>:x".to_owned())).unwrap() else { panic!("a text") };
        let mut expected = String::from("<p>cart_");
        digits(id, &mut expected);

        assert_eq!(text, expected + ":x");
        assert!(matches!(flow.value(&Meaning::The("variants".to_owned())).unwrap(), Value::Uuid(Some(id)) if id == Uuid::max()));
        assert!(flow.value(&Meaning::The("what".to_owned())).is_err());
    }
}
