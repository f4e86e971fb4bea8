//! Business documents for people: a sheet of texts as a page and on paper, with the same content. Knows no commerce.

mod font;
mod html;
mod layout;
mod pdf;
mod sheet;

pub use font::FontError;
pub use html::{Page, PageError, html};
pub use pdf::pdf;
pub use sheet::{Fact, Numbering, Row, Sheet, TaxRow};
