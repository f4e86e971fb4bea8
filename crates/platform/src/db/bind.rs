//! Values that go into a statement.

use chrono::{DateTime, Utc};
use kernel::{Currency, Id, Money, Quantity, Slug};
use uuid::Uuid;

use super::value::Value;

/// A value that can stand for `$n`; the column's type decides how it is kept.
pub trait Bind {
    /// The database's value.
    fn bind(self) -> Value;
    /// The null of this type: PostgreSQL wants nulls typed.
    fn null() -> Value
    where
        Self: Sized;
}

/// The values of a statement: `values![order.id, now, None::<i64>]`.
#[macro_export]
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        vec![$($crate::db::Bind::bind($value)),*]
    };
}

macro_rules! bind_as {
    ($($type:ty => $variant:ident $(, $convert:expr)?;)*) => {
        $(impl Bind for $type {
            fn bind(self) -> Value {
                Value::$variant(Some(bind_as!(@convert self $(, $convert)?)))
            }
            fn null() -> Value {
                Value::$variant(None)
            }
        })*
    };
    (@convert $value:expr) => { $value };
    (@convert $value:expr, $convert:expr) => { $convert($value) };
}

bind_as! {
    i64 => BigInt;
    i32 => BigInt, i64::from;
    u32 => BigInt, i64::from;
    u16 => BigInt, i64::from;
    bool => Bool;
    String => Text;
    &str => Text, str::to_owned;
    &String => Text, String::clone;
    Uuid => Uuid;
    DateTime<Utc> => Time;
    serde_json::Value => Json, Box::new;
    Vec<u8> => Bytes;
    Currency => Text, |currency: Currency| currency.code().to_owned();
    Quantity => BigInt, i64::from;
    Slug => Text, String::from;
    &Slug => Text, |slug: &Slug| slug.as_str().to_owned();
}

impl<T> Bind for Id<T> {
    fn bind(self) -> Value {
        self.uuid().bind()
    }
    fn null() -> Value {
        Uuid::null()
    }
}

/// Minor units; the currency has a column of its own.
impl Bind for Money {
    fn bind(self) -> Value {
        self.minor().bind()
    }
    fn null() -> Value {
        i64::null()
    }
}

impl<T: Bind> Bind for Option<T> {
    fn bind(self) -> Value {
        self.map_or_else(T::null, T::bind)
    }
    fn null() -> Value {
        T::null()
    }
}

impl Bind for Value {
    fn bind(self) -> Value {
        self
    }
    fn null() -> Value {
        i64::null()
    }
}

/// `$first, $first+1, …`: the list behind `IN`, for so many values. An empty list is `NULL`, which matches nothing.
#[must_use]
pub fn placeholders(first: usize, count: usize) -> String {
    if count == 0 {
        return "NULL".to_owned();
    }
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_in_list_is_numbered_from_where_it_starts() {
        assert_eq!(placeholders(3, 2), "$3, $4");
        assert_eq!(placeholders(1, 0), "NULL");
    }

    #[test]
    fn a_null_has_the_type_of_its_column() {
        assert_eq!(None::<i64>.bind(), Value::BigInt(None));
        assert_eq!(None::<&str>.bind(), Value::Text(None));
    }
}
