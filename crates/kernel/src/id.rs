//! Typed ids: a UUIDv7 inside, a TypeID (`prod_01h…`) at the edge.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::uuid7;

/// Gives a thing its TypeID prefix.
pub trait Prefixed {
    /// Lower-case letters; what stands before the underscore.
    const PREFIX: &'static str;
}

/// The id of a `T`; ids of different things are different types. Text form: <https://github.com/jetify-com/typeid>.
pub struct Id<T> {
    uuid: Uuid,
    of: PhantomData<fn() -> T>,
}

/// Why a text is not the id of a `T`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The part before the underscore is another thing's, or absent.
    #[error("the id has the wrong prefix")]
    Prefix,
    /// The part after the underscore is not 26 characters long.
    #[error("the id has the wrong length")]
    Length,
    /// A character outside the base32 alphabet.
    #[error("the id has a character that no id has")]
    Character,
    /// More than 128 bits.
    #[error("the id is out of range")]
    Overflow,
}

/// Crockford's base32 in lower case, as the TypeID specification says.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEXT_LENGTH: usize = 26;

impl<T> Id<T> {
    /// A new id; ids made later sort later.
    #[must_use]
    pub fn generate() -> Self {
        Self::from_uuid(uuid7::generate())
    }

    /// What sorts before every id that was made at this moment or later.
    #[must_use]
    pub fn first_of(moment: Timestamp) -> Self {
        let millis = u128::try_from(moment.timestamp_millis()).unwrap_or_default();
        Self::from_uuid(Uuid::from_u128(millis << 80))
    }

    /// The id with this UUID, as the database stores it.
    #[must_use]
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self { uuid, of: PhantomData }
    }

    /// What the database stores.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.uuid
    }
}

impl<T> From<Id<T>> for Uuid {
    fn from(id: Id<T>) -> Self {
        id.uuid
    }
}

/// The id of something whose kind only data tells: what an event happened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnyId<'p> {
    /// What stands before the underscore.
    pub prefix: &'p str,
    /// What the database stores.
    pub uuid: Uuid,
}

impl<'p> AnyId<'p> {
    /// Reads an id of any kind.
    ///
    /// # Errors
    /// `IdError` for a text that is none.
    pub fn parse(text: &'p str) -> Result<Self, IdError> {
        let (prefix, digits) = text.rsplit_once('_').ok_or(IdError::Prefix)?;
        Ok(Self { prefix, uuid: decode(digits.as_bytes())? })
    }
}

impl fmt::Display for AnyId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = self.uuid.as_u128();
        f.write_str(self.prefix)?;
        f.write_str("_")?;
        let mut text = [0_u8; TEXT_LENGTH];
        for (place, digit) in text.iter_mut().enumerate() {
            let index = (bits >> (5 * (TEXT_LENGTH - 1 - place))) & 31;
            *digit = usize::try_from(index).ok().and_then(|i| ALPHABET.get(i)).copied().unwrap_or(b'0');
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

impl<T: Prefixed> fmt::Display for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        AnyId { prefix: T::PREFIX, uuid: self.uuid }.fmt(f)
    }
}

impl<T: Prefixed> FromStr for Id<T> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let digits = text.strip_prefix(T::PREFIX).and_then(|rest| rest.strip_prefix('_')).ok_or(IdError::Prefix)?;
        decode(digits.as_bytes()).map(Self::from_uuid)
    }
}

fn decode(digits: &[u8]) -> Result<Uuid, IdError> {
    if digits.len() != TEXT_LENGTH {
        return Err(IdError::Length);
    }
    if digits.first().is_some_and(|&first| first > b'7') {
        return Err(IdError::Overflow);
    }
    let mut bits = 0_u128;
    for digit in digits {
        let value = ALPHABET.iter().position(|letter| letter == digit).ok_or(IdError::Character)?;
        bits = bits << 5 | value as u128;
    }
    Ok(Uuid::from_u128(bits))
}

impl<T: Prefixed> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

impl<T: Prefixed> Serialize for Id<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, T: Prefixed> Deserialize<'de> for Id<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ProductTag;

    type TestId = Id<ProductTag>;

    /// Vectors of the TypeID specification (`valid.json`), with our prefix.
    #[test]
    fn the_vectors_of_the_specification_hold() {
        let vectors = [
            ("prod_00000000000000000000000000", "00000000-0000-0000-0000-000000000000"),
            ("prod_00000000000000000000000001", "00000000-0000-0000-0000-000000000001"),
            ("prod_0000000000000000000000000a", "00000000-0000-0000-0000-00000000000a"),
            ("prod_7zzzzzzzzzzzzzzzzzzzzzzzzz", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
            ("prod_01h455vb4pex5vsknk084sn02q", "01890a5d-ac96-774b-bcce-b302099a8057"),
        ];
        for (text, uuid) in vectors {
            let id: TestId = text.parse().expect("valid");
            assert_eq!(id.uuid().to_string(), uuid);
            assert_eq!((id.to_string(), format!("{id:?}")), (text.to_owned(), text.to_owned()));
            assert_eq!(Uuid::from(id), id.uuid());
        }
    }

    #[test]
    fn the_first_of_a_moment_sorts_between_what_was_made_before_and_since() {
        let id = TestId::generate();
        let millis = i64::try_from(id.uuid().as_u128() >> 80).expect("a moment");
        let first_of = |millis| TestId::first_of(Timestamp::from_timestamp_millis(millis).expect("a moment"));
        assert!(first_of(millis) < id && id < first_of(millis + 1));
    }

    #[test]
    fn ids_are_compared_and_hashed_by_their_bits() {
        let hash = |id: &TestId| {
            let mut hasher = std::hash::DefaultHasher::new();
            id.hash(&mut hasher);
            std::hash::Hasher::finish(&hasher)
        };
        let (one, two) = (TestId::from_uuid(Uuid::from_u128(1)), TestId::from_uuid(Uuid::from_u128(2)));
        assert!(one != two && one < two && one.partial_cmp(&two) == Some(std::cmp::Ordering::Less));
        assert!(hash(&one) != hash(&two) && hash(&one) == hash(&one.clone()));
    }

    #[test]
    fn what_is_not_an_id_of_the_thing_is_refused_with_its_reason() {
        let refused = [
            ("cart_01h455vb4pex5vsknk084sn02q", IdError::Prefix),
            ("01h455vb4pex5vsknk084sn02q", IdError::Prefix),
            ("prod_01h455vb4pex5vsknk084sn02", IdError::Length),
            ("prod_8zzzzzzzzzzzzzzzzzzzzzzzzz", IdError::Overflow),
            ("prod_01H455VB4PEX5VSKNK084SN02Q", IdError::Character),
            ("prod_01h455vb4pex5vsknk084sn0uq", IdError::Character),
        ];
        for (text, reason) in refused {
            assert_eq!(text.parse::<TestId>(), Err(reason), "{text}");
        }
    }

    proptest! {
        #[test]
        fn text_and_back_is_the_same_id(bits: u128) {
            let id = TestId::from_uuid(Uuid::from_u128(bits));
            prop_assert_eq!(id.to_string().parse::<TestId>(), Ok(id));
        }

        #[test]
        fn text_order_is_id_order(a: u128, b: u128) {
            let (a, b) = (TestId::from_uuid(Uuid::from_u128(a)), TestId::from_uuid(Uuid::from_u128(b)));
            prop_assert_eq!(a.to_string().cmp(&b.to_string()), a.cmp(&b));
        }
    }
}
