//! Gift cards and credit: what is on them and why it changes. Pure.

use kernel::{Money, StoredValueId, Timestamp, UserId, text_enum};

use crate::ledger::Account;

text_enum! {
    /// Who may spend it.
    pub enum StoredValueKind {
        /// Whoever knows the code.
        GiftCard = "gift_card",
        /// The customer whose it is.
        StoreCredit = "store_credit",
    }
}

impl StoredValueKind {
    /// Where the ledger says what is owed.
    #[must_use]
    pub const fn account(self) -> Account {
        match self {
            Self::GiftCard => Account::GiftCards,
            Self::StoreCredit => Account::StoreCredit,
        }
    }
}

text_enum! {
    /// Why what is on it changed.
    pub enum MoveKind {
        /// Staff gave it away.
        Issued = "issued",
        /// It was sold.
        Sold = "sold",
        /// It paid for something.
        Redeemed = "redeemed",
        /// What it had paid for was called off.
        Returned = "returned",
        /// A refund went to it.
        Refunded = "refunded",
        /// Staff put it right.
        Adjusted = "adjusted",
        /// It was sold and taken back.
        CalledOff = "called_off",
    }
}

text_enum! {
    /// Why staff give money away or put an amount right.
    pub enum AdjustReason {
        /// A customer is to be content.
        Goodwill = "goodwill",
        /// It was promised to many.
        Promotion = "promotion",
        /// For being a good customer.
        Loyalty = "loyalty",
        /// It was wrong.
        Correction = "correction",
        /// What else there is.
        Other = "other",
    }
}

/// A gift card, or what a customer has on account in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredValue {
    /// Its id.
    pub id: StoredValueId,
    /// Who may spend it.
    pub kind: StoredValueKind,
    /// Whose it is; a gift card is whoever's who knows its code.
    pub user_id: Option<UserId>,
    /// The last four characters of a gift card's code.
    pub code_end: Option<String>,
    /// Whether the shop thought of the code, and can say it again.
    pub code_is_ours: bool,
    /// What is on it.
    pub balance: Money,
    /// False while it pays for nothing.
    pub active: bool,
    /// It pays for nothing from then on.
    pub expires_at: Option<Timestamp>,
    /// In the words of staff.
    pub note: Option<String>,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl StoredValue {
    /// What it can pay now; nothing while it is switched off or after its time.
    #[must_use]
    pub fn spendable(&self, now: Timestamp) -> Money {
        let pays = self.active && self.expires_at.is_none_or(|at| at > now);
        if pays { self.balance } else { Money::zero(self.balance.currency()) }
    }
}

/// One change of what is on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMove {
    /// Which change: 1, 2, 3 ….
    pub seq: i64,
    /// Why.
    pub kind: MoveKind,
    /// By how much: what is spent is negative.
    pub amount: Money,
    /// What was on it then.
    pub balance: Money,
    /// Why staff did it.
    pub reason: Option<AdjustReason>,
    /// What was paid for, where something was.
    pub reference_id: Option<uuid::Uuid>,
    /// When.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use kernel::Currency;

    use super::*;

    #[test]
    fn what_is_switched_off_or_over_pays_for_nothing() {
        let (now, ten) = (Timestamp::default(), Money::new(1_000, Currency::EUR));
        let card = |active, expires_at| StoredValue {
            id: StoredValueId::generate(),
            kind: StoredValueKind::GiftCard,
            user_id: None,
            code_end: Some("WXYZ".to_owned()),
            code_is_ours: true,
            balance: ten,
            active,
            expires_at,
            note: None,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let none = Money::zero(Currency::EUR);
        assert_eq!(card(true, None).spendable(now), ten);
        assert_eq!(card(false, None).spendable(now), none);
        assert_eq!(card(true, Some(now)).spendable(now), none);
        assert_eq!(card(true, Some(now + TimeDelta::seconds(1))).spendable(now), ten);
    }
}
