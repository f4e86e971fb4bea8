//! The three states of an order and the legal moves between the one that commands change.

use kernel::text_enum;

text_enum! {
    /// Where an order stands as a whole.
    pub enum OrderStatus {
        /// Placed, stock held, not yet worth packing.
        Pending = "pending",
        /// To be fulfilled: authorised, paid, free, or shipped before payment.
        Confirmed = "confirmed",
        /// Nothing left to pay, nothing left to ship.
        Completed = "completed",
        /// Called off by somebody.
        Cancelled = "cancelled",
        /// Called off by time.
        Expired = "expired",
    }
}

impl OrderStatus {
    /// Every legal move; whatever is not listed is a conflict.
    #[must_use]
    pub const fn next_states(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Confirmed, Self::Cancelled, Self::Expired],
            Self::Confirmed => &[Self::Completed, Self::Cancelled],
            Self::Completed | Self::Cancelled | Self::Expired => &[],
        }
    }

    /// True where the move is legal; staying is not a move.
    #[must_use]
    pub fn may_become(self, next: Self) -> bool {
        self.next_states().contains(&next)
    }

    /// True where no move leads on.
    #[must_use]
    pub const fn is_final(self) -> bool {
        self.next_states().is_empty()
    }

    /// True where the order keeps its stock: a dead order holds nothing.
    #[must_use]
    pub const fn is_live(self) -> bool {
        match self {
            Self::Pending | Self::Confirmed | Self::Completed => true,
            Self::Cancelled | Self::Expired => false,
        }
    }
}

text_enum! {
    /// What the money of an order amounts to; derived by [`super::payment_status`].
    pub enum PaymentStatus {
        /// Nothing that counts yet.
        Unpaid = "unpaid",
        /// The whole total is promised by providers, nothing is taken.
        Authorised = "authorised",
        /// Some of the total is taken.
        PartPaid = "part_paid",
        /// The total is taken, or there is nothing to pay.
        Paid = "paid",
        /// Some of what was taken went back.
        PartRefunded = "part_refunded",
        /// All that was taken went back.
        Refunded = "refunded",
    }
}

text_enum! {
    /// How much of an order is on its way; derived by [`super::fulfilment_status`].
    pub enum FulfilmentStatus {
        /// Nothing has left.
        None = "none",
        /// Something has left, something has not.
        Part = "part",
        /// All that is wanted has left.
        Fulfilled = "fulfilled",
        /// All that is wanted has arrived.
        Delivered = "delivered",
    }
}

text_enum! {
    /// How a parcel is.
    pub enum ParcelStatus {
        /// It has left.
        Shipped = "shipped",
        /// It has arrived, and stays so.
        Delivered = "delivered",
    }
}

#[cfg(test)]
mod tests {
    use super::OrderStatus::{Cancelled, Completed, Confirmed, Expired, Pending};
    use super::*;

    /// The design's list, written out a second time.
    const LEGAL: [(OrderStatus, OrderStatus); 5] =
        [(Pending, Confirmed), (Pending, Cancelled), (Pending, Expired), (Confirmed, Completed), (Confirmed, Cancelled)];

    #[test]
    fn every_pair_of_states_is_legal_or_refused_as_the_design_says() {
        for from in OrderStatus::ALL {
            for to in OrderStatus::ALL {
                assert_eq!(from.may_become(*to), LEGAL.contains(&(*from, *to)), "{from} to {to}");
            }
        }
    }

    #[test]
    fn only_what_is_over_has_no_way_on() {
        let over: Vec<_> = OrderStatus::ALL.iter().filter(|status| status.is_final()).collect();
        assert_eq!(over, [&Completed, &Cancelled, &Expired]);
        let dead: Vec<_> = OrderStatus::ALL.iter().filter(|status| !status.is_live()).collect();
        assert_eq!(dead, [&Cancelled, &Expired]);
    }

    #[test]
    fn the_words_are_those_of_the_database() {
        assert_eq!(OrderStatus::WORDS, ["pending", "confirmed", "completed", "cancelled", "expired"]);
        assert_eq!(PaymentStatus::WORDS, ["unpaid", "authorised", "part_paid", "paid", "part_refunded", "refunded"]);
        assert_eq!(FulfilmentStatus::WORDS, ["none", "part", "fulfilled", "delivered"]);
    }
}
