//! The words every floor speaks: money, quantities, ids, actors, time, paging and errors. No I/O, no async.

mod actor;
mod address_range;
mod apportion;
mod card_number;
mod clock;
mod country;
mod currency;
mod cursor;
mod email;
mod error;
mod fields;
mod id;
mod ids;
mod money;
mod page;
mod quantity;
mod rate;
mod schema;
mod text;
mod text_enum;
mod uuid7;

pub use actor::{Actor, ActorParseError, Client, Origin};
pub use address_range::{AddressRange, AddressRangeError};
pub use apportion::{apportion, share};
pub use card_number::contains_card_number;
pub use clock::{Clock, FixedClock, SystemClock, Timestamp, parse_time};
pub use country::{Country, UnknownCountry};
pub use currency::{Currency, UnknownCurrency};
pub use cursor::{Cursor, CursorError};
pub use email::{Email, EmailError};
pub use error::{DomainError, ErrorKind};
pub use fields::FieldErrors;
pub use id::{AnyId, Id, IdError, Prefixed};
pub use ids::*;
pub use money::{Money, MoneyError};
pub use page::{Page, PageRequest, PageTooDeep, Position};
pub use quantity::{Quantity, QuantityOutOfRange};
pub use rate::{Ppm, RateOutOfRange, round_half_up_div};
pub use schema::{id_pattern, word_schema};
pub use text::{Slug, SlugError, TextError, fold, tag, text};
pub use text_enum::UnknownWord;
#[doc(hidden)]
pub use utoipa;
