//! Invoices and credit notes: what was sold and what was taken back, numbered without gaps, never changed once issued.

mod assemble;
mod change_range;
mod create_range;
mod credit;
mod document;
mod error;
mod events;
mod first_start;
mod follow;
mod issue;
mod model;
mod personal;
mod range;
mod shares;
mod store;
mod sweep;

pub use change_range::{ChangeInvoiceRange, change_range};
pub use create_range::{CreateInvoiceRange, create_range};
pub use document::{html, pdf};
pub(crate) use document::{is_on_letter, place_of};
pub use error::{InvoiceRangeError, IssueInvoiceError};
pub use events::{CreditNoteFact, InvoiceFact};
pub use first_start::first_start;
pub use follow::{FollowOrders, IssueDocuments};
pub use issue::{IssueInvoice, issue, issue_in};
pub use model::{Buyer, Credited, Invoice, InvoiceDetails, InvoiceKind, InvoiceLine, InvoiceLineKind, tax_summary};
pub use personal::PersonalInvoices;
pub use range::{InvoiceRange, RangeInput};
pub use store::{INVARIANTS, InvoiceFilter, details, find, find_range, list, list_ranges, of_order};
pub use sweep::SWEEP;
