//! A customer: who bought or registered, what they are worth to the shop, and what staff say of them.

use accounts::users::Consent;
use kernel::{CustomerGroupId, CustomerId, Email, Money, Timestamp, UserId};
use serde_json::{Value, json};

/// Whether somebody wants advertising, and the newest word on it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Marketing {
    /// Whether advertising is welcome.
    pub accepts: bool,
    /// When that was said; absent where nothing ever was.
    pub at: Option<Timestamp>,
    /// Where it was said: `checkout`, `registration`, `profile`, `staff`.
    pub source: Option<String>,
}

impl Marketing {
    /// Of whoever has an account the account's word counts.
    pub(super) fn of(consent: &Consent) -> Self {
        match consent {
            Consent::Refused { at } => Self { accepts: false, at: *at, source: None },
            Consent::Given { at, source } => Self { accepts: true, at: Some(*at), source: Some(source.clone()) },
        }
    }

    /// With what a guest said in this moment, in a cart that was ordered; a later word stays.
    pub(super) fn welcomed(self, at: Timestamp) -> Self {
        if self.at.is_some_and(|said| said >= at) {
            return self;
        }
        Self { accepts: true, at: Some(at), source: Some("checkout".to_owned()) }
    }
}

/// Somebody who bought something or has an account.
#[derive(Clone, PartialEq, Eq)]
pub struct Customer {
    /// Its id.
    pub id: CustomerId,
    /// The account; a guest has none.
    pub user_id: Option<UserId>,
    /// Where mail reaches it.
    pub email: Option<Email>,
    /// What it is called.
    pub name: Option<String>,
    /// The group that staff put it into.
    pub group_id: Option<CustomerGroupId>,
    /// What staff write about it.
    pub note: Option<String>,
    /// Words that staff put on it.
    pub tags: Vec<String>,
    /// Whether it wants advertising.
    pub marketing: Marketing,
    /// How many orders it placed that were not called off.
    pub order_count: i64,
    /// What it paid and did not get back, by currency.
    pub spent: Vec<Money>,
    /// When the first of those orders was placed.
    pub first_order_at: Option<Timestamp>,
    /// When the last was.
    pub last_order_at: Option<Timestamp>,
    /// Grows with each change of staff.
    pub version: i64,
    /// Since when the shop knows it.
    pub created_at: Timestamp,
    /// When something of it changed last.
    pub updated_at: Timestamp,
}

impl Customer {
    /// What the audit log tells of it.
    pub(super) fn recorded(&self) -> Value {
        json!({ "tags": self.tags, "group_id": self.group_id, "note": self.note, "accepts_marketing": self.marketing.accepts })
    }
}

/// Who people are stays out of logs.
impl std::fmt::Debug for Customer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Customer").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[test]
    fn the_word_of_an_account_is_taken_over_whole() {
        let said = at("2026-01-02T00:00:00Z");
        let given = Marketing::of(&Consent::Given { at: said, source: "profile".to_owned() });
        assert_eq!(given, Marketing { accepts: true, at: Some(said), source: Some("profile".to_owned()) });
        assert_eq!(Marketing::of(&Consent::Refused { at: Some(said) }), Marketing { accepts: false, at: Some(said), source: None });
        assert_eq!(Marketing::of(&Consent::Refused { at: None }), Marketing::default());
    }

    #[test]
    fn the_log_tells_an_id_alone_and_the_audit_what_staff_decide() {
        let customer = Customer {
            id: CustomerId::generate(),
            user_id: None,
            email: Some(Email::parse("ada@example.com").expect("an address")),
            name: Some("Ada Lovelace".to_owned()),
            group_id: None,
            note: Some("calls first".to_owned()),
            tags: vec!["press".to_owned()],
            marketing: Marketing { accepts: true, at: None, source: None },
            order_count: 0,
            spent: Vec::new(),
            first_order_at: None,
            last_order_at: None,
            version: 1,
            created_at: at("2026-01-01T00:00:00Z"),
            updated_at: at("2026-01-01T00:00:00Z"),
        };
        let expected = json!({ "tags": ["press"], "group_id": null, "note": "calls first", "accepts_marketing": true });
        assert_eq!(customer.recorded(), expected);
        let shown = format!("{customer:?}");
        assert!(shown.contains(&format!("{:?}", customer.id)) && !shown.contains("Ada") && !shown.contains("ada@"), "{shown}");
    }

    #[test]
    fn the_newest_word_on_advertising_counts() {
        let (first, second, third) = (at("2026-01-01T00:00:00Z"), at("2026-01-02T00:00:00Z"), at("2026-01-03T00:00:00Z"));
        let refused = Marketing { accepts: false, at: Some(second), source: Some("staff".to_owned()) };
        assert_eq!(refused.clone().welcomed(first), refused);
        let again = refused.welcomed(third);
        assert_eq!((again.accepts, again.at, again.source.as_deref()), (true, Some(third), Some("checkout")));
        assert_eq!(again.clone().welcomed(third), again, "the same order says nothing new");
    }
}
