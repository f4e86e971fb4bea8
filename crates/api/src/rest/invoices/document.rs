//! Documents in the form that their address ends in: data, a page, or paper.

use axum::extract::{FromRequestParts, RawPathParams};
use axum::response::{IntoResponse, Response};
use gateway::{One, Problem};
use http::request::Parts;
use kernel::InvoiceId;
use sales::invoices::{self, Invoice, InvoiceDetails};

use super::wire::InvoiceView;
use crate::rest::documents;
use crate::shop::Shop;

/// In which form a document is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Data,
    Page,
    Paper,
}

/// `inv_…`, `inv_….html` or `inv_….pdf`; anything else is a document that is not there.
#[derive(Debug, Clone, Copy)]
pub(in crate::rest) struct DocumentPath {
    pub(in crate::rest) id: InvoiceId,
    form: Form,
}

impl DocumentPath {
    fn of(text: &str) -> Option<Self> {
        let (id, form) = match text.rsplit_once('.') {
            None => (text, Form::Data),
            Some((id, "html")) => (id, Form::Page),
            Some((id, "pdf")) => (id, Form::Paper),
            Some(_) => return None,
        };
        Some(Self { id: id.parse().ok()?, form })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for DocumentPath {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        let text = params.as_ref().and_then(|params| params.iter().next()).map(|(_, text)| text);
        text.and_then(Self::of).ok_or_else(|| Problem::not_found("invoice_not_found"))
    }
}

/// A document in the form that is asked for.
pub(in crate::rest) async fn present(shop: &Shop, path: DocumentPath, invoice: Invoice) -> Result<Response, Problem> {
    let details = invoices::details(shop.context().db.reader(), invoice).await?;
    match path.form {
        Form::Data => Ok(One::plain(InvoiceView::from(&details)).into_response()),
        Form::Page => page(&details),
        Form::Paper => paper(&details),
    }
}

fn page(details: &InvoiceDetails) -> Result<Response, Problem> {
    let page = invoices::html(details).map_err(Problem::internal)?;
    Ok(documents::page(page.text, page.style_digest))
}

fn paper(details: &InvoiceDetails) -> Result<Response, Problem> {
    let bytes = invoices::pdf(details).map_err(Problem::internal)?;
    Ok(documents::paper(bytes, &details.invoice.number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_address_says_its_form() {
        let id = InvoiceId::generate();
        let form = |text: &str| DocumentPath::of(text).map(|path| (path.id, path.form));
        assert_eq!(form(&id.to_string()), Some((id, Form::Data)));
        assert_eq!(form(&format!("{id}.html")), Some((id, Form::Page)));
        assert_eq!(form(&format!("{id}.pdf")), Some((id, Form::Paper)));
        for text in [format!("{id}."), format!("{id}.PDF"), format!("{id}.pdf.html"), ".pdf".to_owned(), "order_1.pdf".to_owned()] {
            assert_eq!(form(&text), None, "{text}");
        }
    }
}
