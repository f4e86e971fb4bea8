//! Taking back what an invoice says: for a refund, or all that is left of an order that was called off.

use ::payments::payments::{self, OperationStatus};
use ::payments::refunds::RefundPart;
use platform::db::{DatabaseError, WriteTx};
use platform::outbox;

use super::events::CreditNoteFact;
use super::issue::{Dated, draft, methods, number};
use super::model::{Credited, Invoice, InvoiceKind};
use super::shares::{credit, left_minor};
use super::store;
use crate::orders::{Order, OrderStatus};
use crate::refunds::{self, OrderRefund};
use crate::settings;

/// Issues the next credit note that an invoice of a locked order is owed; false where it is owed none. A refund is owed one when all of its
/// parts are over; what was called off is taken back when nothing else will be.
pub(super) async fn credit_next(tx: &WriteTx, order: &Order, invoice: Invoice) -> Result<bool, DatabaseError> {
    let details = store::details(tx, invoice).await?;
    let lines = store::creditable(tx, details.invoice.id, details.lines).await?;
    let left = left_minor(&lines);
    let refund = match store::due_refund(tx, order.id).await? {
        Some(id) => refunds::find(tx, id).await?,
        None => None,
    };
    let is_called_off = order.status == OrderStatus::Cancelled;
    if left == 0 || (refund.is_none() && (!is_called_off || store::has_open_refund(tx, order.id).await?)) {
        return Ok(false);
    }
    let (amount, items) = refund.as_ref().map_or((left, [].as_slice()), |refund| (paid_back_minor(refund).min(left), &refund.items));
    let taken_back = credit(&lines, items, amount).ok_or_else(|| DatabaseError::corrupt("an invoice has less than its lines"))?;
    let Invoice { id, number: of, issued_on, supplied_on, seller, .. } = details.invoice;
    let payment_method = match &refund {
        Some(refund) => methods(succeeded(refund).map(|part| part.provider.as_str())),
        None => {
            let payments = payments::find_by_reference(tx, order.id.uuid()).await?;
            methods(payments.iter().filter(|payment| payment.refunded_minor > 0).map(|payment| payment.provider.as_str()))
        }
    };
    let reason = refund.map(|refund| (refund.refund.id, refund.refund.reason));
    let note = settings::invoicing(tx).await?.note;
    let dated = Dated::of(tx, order).await?;
    let drafted = draft((tx, &dated), order, (seller, note), &taken_back);
    let credited_invoice = Credited { invoice_id: id, number: of, issued_on, refund: reason };
    // What is called off gives gift cards and credit back without a refund of staff's.
    let paid_minor = if reason.is_some() {
        drafted.gross_minor
    } else {
        (order.settled.refunded_minor - store::paid_back(tx, id).await?).clamp(0, drafted.gross_minor)
    };
    let payment_method = payment_method.unwrap_or(drafted.payment_method);
    let credited = Some(credited_invoice);
    let drafted = Invoice { kind: InvoiceKind::CreditNote, credited, supplied_on, paid_minor, payment_method, ..drafted };
    let note = number(tx, order, drafted).await?;
    store::insert(tx, &note, &taken_back).await?;
    store::copy_buyer(tx, note.id).await?;
    outbox::record(tx, &CreditNoteFact::issued(&note)).await?;
    Ok(true)
}

/// What a refund gave back, over all its parts.
fn paid_back_minor(refund: &OrderRefund) -> i64 {
    succeeded(refund).map(|part| part.amount.minor()).sum()
}

fn succeeded(refund: &OrderRefund) -> impl Iterator<Item = &RefundPart> {
    refund.refund.parts.iter().filter(|part| part.status == OperationStatus::Succeeded)
}
