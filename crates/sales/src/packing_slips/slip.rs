//! Making a packing slip.

use catalog::channels;
use kernel::{FulfilmentId, Timestamp};
use paper::{FontError, Page, PageError, Sheet};
use platform::db::{ConnectionTrait, DatabaseError};

use super::contents::contents;
use super::error::PackingSlipError;
use super::sheet::{Packed, sheet_of};
use crate::orders::{self, Order};
use crate::settings;

/// A packing slip, as a page and on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackingSlip(Sheet);

impl PackingSlip {
    /// As a page.
    ///
    /// # Errors
    /// `PageError`: a fault of ours.
    pub fn html(&self) -> Result<Page, PageError> {
        paper::html(&self.0)
    }

    /// On paper: PDF.
    ///
    /// # Errors
    /// `FontError`: a fault of ours.
    pub fn pdf(&self) -> Result<Vec<u8>, FontError> {
        paper::pdf(&self.0)
    }

    /// The order's number, by which files are called.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.0.number
    }
}

/// The packing slip of a parcel of an order, or of what is still to be sent: in the language of the channel, from whoever the settings of invoices
/// say sells, without prices.
///
/// # Errors
/// `PackingSlipError`: a parcel that is not the order's, or nothing left to pack.
pub async fn slip(
    db: &impl ConnectionTrait,
    order: Order,
    parcel: Option<FulfilmentId>,
    now: Timestamp,
) -> Result<PackingSlip, PackingSlipError> {
    let channel = channels::find(db, order.channel_id).await?.ok_or_else(|| DatabaseError::corrupt("orders.channel_id"))?;
    let seller = settings::invoicing(db).await?.seller;
    let details = orders::details(db, order).await?;
    let contents = contents(&details, parcel)?;
    let packed = Packed { details: &details, contents, seller: seller.as_ref(), channel: &channel, now };
    Ok(PackingSlip(sheet_of(&packed)))
}
