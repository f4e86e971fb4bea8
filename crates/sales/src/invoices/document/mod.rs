//! Documents for people: the same content as a page and on paper.

mod sheet;
mod words;

use paper::{FontError, Page, PageError};

use super::model::InvoiceDetails;
pub(crate) use sheet::{is_on_letter, place_of};

/// A document as a page. Everything in it that somebody wrote is text.
///
/// # Errors
/// `PageError`: a fault of ours.
pub fn html(details: &InvoiceDetails) -> Result<Page, PageError> {
    paper::html(&sheet::sheet_of(details))
}

/// A document on paper: PDF. The same document is the same bytes each time.
///
/// # Errors
/// `FontError`: a fault of ours.
pub fn pdf(details: &InvoiceDetails) -> Result<Vec<u8>, FontError> {
    paper::pdf(&sheet::sheet_of(details))
}
