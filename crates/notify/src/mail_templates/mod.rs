//! What letters are made of: built in, in English and German, and rewritten by merchants in any language.

mod built_in;
mod error;
mod events;
mod fault;
mod find;
mod format;
mod language;
mod letter;
mod locale;
mod model;
mod of_order;
mod preview;
mod put;
mod render;
mod reset;
mod samples;
mod shape;
mod store;
mod words;

pub use error::MailTemplateError;
pub use events::MailTemplateEvent;
pub use find::{find, list};
pub use format::{moment, money};
pub use letter::letter;
pub use locale::{MailLocale, MailLocaleError};
pub use model::{Template, TemplateName, TemplateOrigin, TemplateText};
pub use of_order::{order_words, parcel_words, returned_words};
pub use preview::{Preview, preview, shop_words};
pub use put::{PutTemplate, put};
pub use render::Rendered;
pub use reset::reset;
pub use words::{
    CartWords, CustomerWords, EndpointWords, GiftCardWords, LetterWords, OrderWords, ParcelWords, PaymentWords, PieceWords, ReturnedWords,
    ShopWords, StockWords, Words,
};
