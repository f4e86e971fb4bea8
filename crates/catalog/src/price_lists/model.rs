//! What a price list is and what may change on it.

use std::collections::BTreeSet;

use kernel::{ChannelId, Currency, CustomerGroupId, PriceListId, Timestamp};
use serde::Serialize;

use super::derivation::Derivation;

/// Prices in one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PriceList {
    /// Its id.
    pub id: PriceListId,
    /// What programs call it; never changes.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The currency of all its prices.
    pub currency: Currency,
    /// True where its prices include tax.
    pub tax_included: bool,
    /// True once carts hold amounts of it: its currency stays.
    pub currency_fixed: bool,
    /// Whose prices it has where it is no channel's own, and when.
    pub terms: PriceListTerms,
    /// From which list its prices derive, and how; none where all of them are its own.
    pub derivation: Option<Derivation>,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// Whose prices a list has that is no channel's own, and when. A channel's own list is for everybody, always.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PriceListTerms {
    /// False while it is held back.
    pub active: bool,
    /// Of several that hold, the one with the lower number goes first.
    pub priority: i64,
    /// For carts of these channels; of all where there is none.
    pub channel_ids: BTreeSet<ChannelId>,
    /// For customers of these groups; for everybody where there is none.
    pub customer_group_ids: BTreeSet<CustomerGroupId>,
    /// It holds from then on.
    pub starts_at: Option<Timestamp>,
    /// It holds no more from then on.
    pub ends_at: Option<Timestamp>,
}

impl Default for PriceListTerms {
    fn default() -> Self {
        let (channel_ids, customer_group_ids) = (BTreeSet::new(), BTreeSet::new());
        Self { active: true, priority: 0, channel_ids, customer_group_ids, starts_at: None, ends_at: None }
    }
}

impl PriceListTerms {
    /// True where it holds in this channel at this moment, for whoever belongs to one of its groups.
    #[must_use]
    pub fn hold(&self, channel: ChannelId, now: Timestamp) -> bool {
        self.active && self.are_of(channel) && self.starts_at.is_none_or(|start| start <= now) && self.ends_at.is_none_or(|end| now < end)
    }

    /// True where it is for carts of this channel.
    #[must_use]
    pub fn are_of(&self, channel: ChannelId) -> bool {
        self.channel_ids.is_empty() || self.channel_ids.contains(&channel)
    }

    /// True where it is for whoever belongs to these groups.
    #[must_use]
    pub fn are_for(&self, groups: &BTreeSet<CustomerGroupId>) -> bool {
        self.customer_group_ids.is_empty() || !self.customer_group_ids.is_disjoint(groups)
    }
}

impl PriceList {
    /// The code of the list that every shop has.
    pub const DEFAULT_CODE: &'static str = "default";
}
