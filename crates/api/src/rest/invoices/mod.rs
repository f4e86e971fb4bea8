//! Invoices and credit notes: for staff with the permission, and for whoever may read the order that they are of.

mod document;
mod handlers;
mod range_wire;
mod ranges;
mod wire;

pub(super) use document::{DocumentPath, present};
pub(super) use handlers::{find, list_of};
pub(super) use wire::{InvoiceSummaryView, InvoiceView};

use crate::routes::Routes;

pub(super) fn routes() -> Routes {
    handlers::routes().merge(ranges::routes())
}
