//! Where a return stands, and the legal moves.

use kernel::text_enum;

text_enum! {
    /// Where a return stands.
    pub enum ReturnStatus {
        /// Somebody asks.
        Requested = "requested",
        /// The parcel may come.
        Approved = "approved",
        /// Some of it came.
        PartReceived = "part_received",
        /// All of it came.
        Received = "received",
        /// Money is given back for what came.
        Refunded = "refunded",
        /// It came, and no money is given back for it here.
        Closed = "closed",
        /// It may not come.
        Rejected = "rejected",
        /// It was called off before anything came.
        Cancelled = "cancelled",
    }
}

impl ReturnStatus {
    /// Every legal move; whatever is not listed is a conflict.
    #[must_use]
    pub const fn next_states(self) -> &'static [Self] {
        match self {
            Self::Requested => &[Self::Approved, Self::Rejected, Self::Cancelled],
            Self::Approved => &[Self::PartReceived, Self::Received, Self::Cancelled],
            // What has not come by now is not waited for when the money goes back.
            Self::PartReceived => &[Self::Received, Self::Refunded, Self::Closed],
            Self::Received => &[Self::Refunded, Self::Closed],
            Self::Refunded | Self::Closed | Self::Rejected | Self::Cancelled => &[],
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
}

#[cfg(test)]
mod tests {
    use super::ReturnStatus::{Approved, Cancelled, Closed, PartReceived, Received, Refunded, Rejected, Requested};
    use super::*;

    /// The guide's list, written out a second time.
    const LEGAL: [(ReturnStatus, ReturnStatus); 11] = [
        (Requested, Approved),
        (Requested, Rejected),
        (Requested, Cancelled),
        (Approved, PartReceived),
        (Approved, Received),
        (Approved, Cancelled),
        (PartReceived, Received),
        (PartReceived, Refunded),
        (PartReceived, Closed),
        (Received, Refunded),
        (Received, Closed),
    ];

    #[test]
    fn every_pair_of_states_is_legal_or_refused_as_the_guide_says() {
        for from in ReturnStatus::ALL {
            for to in ReturnStatus::ALL {
                assert_eq!(from.may_become(*to), LEGAL.contains(&(*from, *to)), "{from} to {to}");
            }
        }
        let over: Vec<_> = ReturnStatus::ALL.iter().filter(|status| status.is_final()).collect();
        assert_eq!(over, [&Refunded, &Closed, &Rejected, &Cancelled]);
    }
}
