//! What of a cart's total its gift cards and credit pay, and what is left to pay. Pure, but for reading them.

use ::payments::stored_values::{self, StoredValue, StoredValueKind};
use kernel::{Currency, Money, Timestamp, UserId};
use platform::db::{ConnectionTrait, DatabaseError};

use crate::carts::Cart;

/// How a total is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tender {
    /// What gift cards and credit pay, in the order in which they do; some may pay nothing.
    pub parts: Vec<TenderPart>,
    /// What is left for the payment method.
    pub due: Money,
}

/// What a gift card or credit pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenderPart {
    /// The gift card or credit.
    pub value: StoredValue,
    /// How much it could pay now.
    pub spendable: Money,
    /// How much it pays.
    pub amount: Money,
}

/// How a cart's total is paid; `for_gift_cards` of it is for gift cards, which are sold for other money. No statement where it is paid with neither.
pub(super) async fn tender(
    db: &impl ConnectionTrait,
    cart: &Cart,
    (total, for_gift_cards): (Money, i64),
    now: Timestamp,
) -> Result<Tender, DatabaseError> {
    if cart.stored_values.is_empty() {
        return Ok(Tender { parts: Vec::new(), due: total });
    }
    let mut values = stored_values::find_all(db, &cart.stored_values).await?;
    values.retain(|value| is_of(value, cart.user_id, cart.currency));
    let place = |value: &StoredValue| cart.stored_values.iter().position(|id| *id == value.id);
    values.sort_by_key(|value| (value.kind, place(value)));
    Ok(divide(values, (total, for_gift_cards), now))
}

/// Credit pays for its owner alone.
fn is_of(value: &StoredValue, owner: Option<UserId>, currency: Currency) -> bool {
    let may = match value.kind {
        StoredValueKind::GiftCard => true,
        StoredValueKind::StoreCredit => value.user_id == owner,
    };
    may && value.balance.currency() == currency
}

/// Each pays what it can of what the others before it left.
fn divide(values: Vec<StoredValue>, (total, for_gift_cards): (Money, i64), now: Timestamp) -> Tender {
    let money = |minor| Money::new(minor, total.currency());
    let mut payable = (total.minor() - for_gift_cards).max(0);
    let mut due = total.minor();
    let parts = values.into_iter().map(|value| {
        let spendable = value.spendable(now);
        let minor = spendable.minor().min(payable);
        payable -= minor;
        due -= minor;
        TenderPart { value, spendable, amount: money(minor) }
    });
    Tender { parts: parts.collect(), due: money(due) }
}

impl Tender {
    /// The parts that pay something.
    pub fn paying(&self) -> impl Iterator<Item = &TenderPart> {
        self.parts.iter().filter(|part| part.amount.minor() > 0)
    }
}

#[cfg(test)]
mod tests {
    use kernel::StoredValueId;
    use proptest::prelude::*;

    use super::*;

    fn value(minor: i64, active: bool) -> StoredValue {
        StoredValue {
            id: StoredValueId::generate(),
            kind: StoredValueKind::GiftCard,
            user_id: None,
            code_end: None,
            code_is_ours: true,
            balance: Money::new(minor, Currency::EUR),
            active,
            expires_at: None,
            note: None,
            version: 1,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }

    #[test]
    fn what_the_first_leaves_the_next_pays() {
        let eur = |minor| Money::new(minor, Currency::EUR);
        let values = vec![value(300, true), value(900, false), value(0, true), value(500, true), value(100, true)];
        let tender = divide(values, (eur(700), 0), Timestamp::default());
        assert_eq!(tender.parts.iter().map(|part| part.amount.minor()).collect::<Vec<_>>(), [300, 0, 0, 400, 0]);
        assert_eq!((tender.due, tender.paying().count()), (eur(0), 2));
        let for_a_card = divide(vec![value(900, true)], (eur(700), 500), Timestamp::default());
        assert_eq!((for_a_card.parts.iter().map(|part| part.amount.minor()).sum::<i64>(), for_a_card.due), (200, eur(500)));
    }

    #[test]
    fn credit_pays_for_its_owner_alone_and_in_its_currency() {
        let (ada, bob) = (UserId::generate(), UserId::generate());
        let credit = StoredValue { kind: StoredValueKind::StoreCredit, user_id: Some(ada), ..value(1, true) };
        assert!(is_of(&credit, Some(ada), Currency::EUR));
        assert!(
            !is_of(&credit, Some(bob), Currency::EUR) && !is_of(&credit, None, Currency::EUR) && !is_of(&credit, Some(ada), Currency::USD)
        );
        assert!(is_of(&value(1, true), None, Currency::EUR));
    }

    proptest! {
        #[test]
        fn parts_and_what_is_due_are_the_total_and_nobody_pays_more_than_they_have(
            balances in proptest::collection::vec((0_i64..10_000, any::<bool>()), 0..6), total in 0_i64..30_000, cards in 0_i64..30_000,
        ) {
            let values: Vec<StoredValue> = balances.iter().map(|(minor, active)| value(*minor, *active)).collect();
            let tender = divide(values, (Money::new(total, Currency::EUR), cards), Timestamp::default());
            let paid: i64 = tender.parts.iter().map(|part| part.amount.minor()).sum();
            prop_assert_eq!(paid + tender.due.minor(), total);
            prop_assert!(tender.due.minor() >= cards.min(total));
            for part in &tender.parts {
                prop_assert!((0..=part.value.spendable(Timestamp::default()).minor()).contains(&part.amount.minor()));
            }
        }
    }
}
