//! The states of payments and of the operations asked of providers, with who may cause which move. Pure.

use kernel::text_enum;

text_enum! {
    /// Where a payment stands. Refunds are operations, not states.
    pub enum PaymentStatus {
        /// Written down; nobody was asked for money yet.
        Created = "created",
        /// The customer has to act: a redirect, a code.
        AwaitingCustomer = "awaiting_customer",
        /// The provider was asked and has not answered.
        Processing = "processing",
        /// The answer was lost or unclear; it is asked about, never charged again.
        Unknown = "unknown",
        /// The provider holds the money for us.
        Authorised = "authorised",
        /// The money is ours.
        Captured = "captured",
        /// The customer's bank wants it back.
        Disputed = "disputed",
        /// The dispute was decided for the shop.
        Won = "won",
        /// The dispute was decided against the shop.
        Lost = "lost",
        /// Time ran out.
        Expired = "expired",
        /// The provider or the bank refused.
        Failed = "failed",
        /// Called off before any money moved.
        Voided = "voided",
    }
}

text_enum! {
    /// On whose account a payment or an operation moves.
    pub enum MoveCause {
        /// A member of staff records or orders it.
        Staff = "staff",
        /// A gift card pays.
        GiftCard = "gift_card",
        /// The provider's word: its answer, its webhook, or its answer to the reconciler's question.
        Provider = "provider",
        /// The customer acts: goes back, gives up.
        Customer = "customer",
        /// Time runs out.
        Timer = "timer",
        /// The checkout asks for money.
        Checkout = "checkout",
    }
}

/// Who may cause a move.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// Whoever has a reason.
    Anyone,
    /// The provider's word alone: money moved or did not, and nobody else knows.
    Provider,
    /// Money that no provider moves: staff record it, or a gift card pays.
    Record,
}

impl By {
    const fn allows(self, cause: MoveCause) -> bool {
        match self {
            Self::Anyone => true,
            Self::Provider => matches!(cause, MoveCause::Provider),
            Self::Record => matches!(cause, MoveCause::Staff | MoveCause::GiftCard),
        }
    }
}

impl PaymentStatus {
    /// Every legal move with who may cause it; whatever is not listed is a conflict.
    const fn moves(self) -> &'static [(Self, By)] {
        match self {
            Self::Created => &[
                (Self::AwaitingCustomer, By::Anyone),
                (Self::Processing, By::Anyone),
                (Self::Captured, By::Record),
                (Self::Expired, By::Anyone),
                (Self::Failed, By::Anyone),
                (Self::Voided, By::Anyone),
            ],
            Self::AwaitingCustomer => {
                &[(Self::Processing, By::Anyone), (Self::Expired, By::Anyone), (Self::Failed, By::Anyone), (Self::Voided, By::Anyone)]
            }
            Self::Processing => &[
                (Self::AwaitingCustomer, By::Anyone),
                (Self::Authorised, By::Anyone),
                (Self::Captured, By::Anyone),
                (Self::Failed, By::Anyone),
                (Self::Unknown, By::Anyone),
            ],
            // A lost answer that is found may be one that asks the customer to act.
            Self::Unknown => &[
                (Self::AwaitingCustomer, By::Provider),
                (Self::Authorised, By::Provider),
                (Self::Captured, By::Provider),
                (Self::Failed, By::Provider),
            ],
            Self::Authorised => &[(Self::Captured, By::Anyone), (Self::Voided, By::Anyone), (Self::Expired, By::Anyone)],
            Self::Captured => &[(Self::Disputed, By::Anyone)],
            Self::Disputed => &[(Self::Won, By::Anyone), (Self::Lost, By::Anyone)],
            // Late money: it came after all, and settlement refunds it at once.
            Self::Expired | Self::Failed | Self::Voided => &[(Self::Captured, By::Provider)],
            Self::Won | Self::Lost => &[],
        }
    }

    /// True where the move is legal for this cause; staying is not a move.
    #[must_use]
    pub fn may_become(self, next: Self, cause: MoveCause) -> bool {
        self.moves().iter().any(|(to, by)| *to == next && by.allows(cause))
    }

    /// True while money may still come without anybody starting anew: what has to be called off when the order dies.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Created | Self::AwaitingCustomer | Self::Processing | Self::Unknown | Self::Authorised => true,
            Self::Captured | Self::Disputed | Self::Won | Self::Lost | Self::Expired | Self::Failed | Self::Voided => false,
        }
    }
}

text_enum! {
    /// Ways to pay for which nobody is asked: staff write the money down when it has come.
    pub enum ByHand {
        /// By bank transfer.
        BankTransfer = "bank_transfer",
        /// To whoever brings the parcel: goods leave first.
        CashOnDelivery = "cash_on_delivery",
        /// In any other way: at the till, by cheque.
        Manual = "manual",
    }
}

text_enum! {
    /// What a provider is asked to do.
    pub enum OperationKind {
        /// Hold the money.
        Authorise = "authorise",
        /// Take the money, held before or at once.
        Capture = "capture",
        /// Let go of money that is held.
        Void = "void",
        /// Give money back.
        Refund = "refund",
    }
}

impl OperationKind {
    /// True where success moves money and has to appear in the ledger: exactly once.
    #[must_use]
    pub const fn moves_money(self) -> bool {
        match self {
            Self::Capture | Self::Refund => true,
            Self::Authorise | Self::Void => false,
        }
    }
}

text_enum! {
    /// What became of an operation.
    pub enum OperationStatus {
        /// Written down before the provider is called.
        Pending = "pending",
        /// Done.
        Succeeded = "succeeded",
        /// Refused; nothing moved.
        Failed = "failed",
        /// Nobody knows: the answer was lost or unclear.
        Unknown = "unknown",
    }
}

impl OperationStatus {
    /// Every legal move with who may cause it. `Unknown` is left by the provider's word only, never by a timer.
    const fn moves(self) -> &'static [(Self, By)] {
        match self {
            Self::Pending => &[(Self::Succeeded, By::Anyone), (Self::Failed, By::Anyone), (Self::Unknown, By::Anyone)],
            Self::Unknown => &[(Self::Succeeded, By::Provider), (Self::Failed, By::Provider)],
            Self::Succeeded | Self::Failed => &[],
        }
    }

    /// True where the move is legal for this cause; staying is not a move.
    #[must_use]
    pub fn may_become(self, next: Self, cause: MoveCause) -> bool {
        self.moves().iter().any(|(to, by)| *to == next && by.allows(cause))
    }

    /// True where the outcome is still open; its amount counts as if it succeeded.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Pending | Self::Unknown => true,
            Self::Succeeded | Self::Failed => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANYONE: &[MoveCause] = MoveCause::ALL;
    const PROVIDER: &[MoveCause] = &[MoveCause::Provider];
    const RECORD: &[MoveCause] = &[MoveCause::Staff, MoveCause::GiftCard];

    /// The design's list, written out a second time; everything else is illegal.
    fn legal_payment_moves() -> Vec<(&'static str, &'static str, &'static [MoveCause])> {
        vec![
            ("created", "awaiting_customer processing expired failed voided", ANYONE),
            ("created", "captured", RECORD),
            ("awaiting_customer", "processing expired failed voided", ANYONE),
            ("processing", "awaiting_customer authorised captured failed unknown", ANYONE),
            ("unknown", "awaiting_customer authorised captured failed", PROVIDER),
            ("authorised", "captured voided expired", ANYONE),
            ("expired", "captured", PROVIDER),
            ("failed", "captured", PROVIDER),
            ("voided", "captured", PROVIDER),
            ("captured", "disputed", ANYONE),
            ("disputed", "won lost", ANYONE),
        ]
    }

    fn legal_operation_moves() -> Vec<(&'static str, &'static str, &'static [MoveCause])> {
        vec![("pending", "succeeded failed unknown", ANYONE), ("unknown", "succeeded failed", PROVIDER)]
    }

    fn listed(table: &[(&str, &str, &[MoveCause])], from: &str, to: &str, cause: MoveCause) -> bool {
        table.iter().any(|(start, ends, causes)| *start == from && ends.split(' ').any(|end| end == to) && causes.contains(&cause))
    }

    #[test]
    fn every_pair_of_payment_states_is_legal_or_refused_as_the_design_says() {
        let table = legal_payment_moves();
        for from in PaymentStatus::ALL {
            for to in PaymentStatus::ALL {
                for cause in MoveCause::ALL {
                    let expected = listed(&table, from.as_str(), to.as_str(), *cause);
                    assert_eq!(from.may_become(*to, *cause), expected, "{from} to {to} by {cause}");
                }
            }
        }
    }

    #[test]
    fn every_pair_of_operation_states_is_legal_or_refused_as_the_design_says() {
        let table = legal_operation_moves();
        for from in OperationStatus::ALL {
            for to in OperationStatus::ALL {
                for cause in MoveCause::ALL {
                    let expected = listed(&table, from.as_str(), to.as_str(), *cause);
                    assert_eq!(from.may_become(*to, *cause), expected, "{from} to {to} by {cause}");
                }
            }
        }
    }

    #[test]
    fn no_timer_ever_decides_what_is_unknown() {
        let causes = [MoveCause::Timer, MoveCause::Staff, MoveCause::Customer, MoveCause::Checkout, MoveCause::GiftCard];
        for cause in causes {
            assert!(!PaymentStatus::ALL.iter().any(|to| PaymentStatus::Unknown.may_become(*to, cause)));
            assert!(!OperationStatus::ALL.iter().any(|to| OperationStatus::Unknown.may_become(*to, cause)));
        }
    }

    #[test]
    fn a_payment_reaches_every_state() {
        let mut reached = vec![PaymentStatus::Created];
        while let Some(next) = PaymentStatus::ALL
            .iter()
            .find(|to| !reached.contains(to) && reached.iter().any(|from| MoveCause::ALL.iter().any(|cause| from.may_become(**to, *cause))))
        {
            reached.push(*next);
        }
        assert_eq!(reached.len(), PaymentStatus::ALL.len());
    }

    #[test]
    fn the_words_are_those_of_the_database() {
        assert_eq!(OperationKind::WORDS, ["authorise", "capture", "void", "refund"]);
        assert_eq!(OperationStatus::WORDS, ["pending", "succeeded", "failed", "unknown"]);
        let open: Vec<_> = PaymentStatus::ALL.iter().filter(|status| status.is_open()).map(|status| status.as_str()).collect();
        assert_eq!(open, ["created", "awaiting_customer", "processing", "unknown", "authorised"]);
        let open: Vec<_> = OperationStatus::ALL.iter().filter(|status| status.is_open()).map(|status| status.as_str()).collect();
        assert_eq!(open, ["pending", "unknown"]);
        let money: Vec<_> = OperationKind::ALL.iter().filter(|kind| kind.moves_money()).map(|kind| kind.as_str()).collect();
        assert_eq!(money, ["capture", "refund"]);
    }
}
