//! What a record says.

use kernel::text_enum;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Members whose values no record holds, wherever they stand: secrets, and what tells who a person is.
const MASKED: [&str; 17] = [
    "password",
    "password_hash",
    "token",
    "token_hash",
    "secret",
    "code",
    "email",
    "email_key",
    "username",
    "username_key",
    "phone",
    "line1",
    "line2",
    "postal_code",
    "ip",
    "user_agent",
    "metadata",
];
/// What stands for such a value; equal for all of them, so that it does not even tell their length.
const MASK: &str = "***";

text_enum! {
    /// How an act ended.
    pub enum Outcome {
        /// It was done.
        Done = "done",
        /// It was tried and refused.
        Refused = "refused",
    }
}

/// An act that is to be recorded.
#[derive(Debug, Clone)]
pub struct Entry {
    pub(super) action: &'static str,
    pub(super) subject: String,
    before: Value,
    after: Value,
    hidden: &'static [&'static str],
}

impl Entry {
    /// An act in the form of a fact's name (`role.created`), and the id of what it was done to.
    #[must_use]
    pub fn of(action: &'static str, subject: impl ToString) -> Self {
        Self { action, subject: subject.to_string(), before: Value::Null, after: Value::Null, hidden: &[] }
    }

    /// With what held before. Secrets and personal data are masked.
    #[must_use]
    pub fn before(self, state: &impl Serialize) -> Self {
        Self { before: serde_json::to_value(state).unwrap_or_default(), ..self }
    }

    /// With what holds now. Secrets and personal data are masked.
    #[must_use]
    pub fn after(self, state: &impl Serialize) -> Self {
        Self { after: serde_json::to_value(state).unwrap_or_default(), ..self }
    }

    /// With these members masked as well: what a person is called is nobody's business, what a role is called is.
    #[must_use]
    pub fn hiding(self, hidden: &'static [&'static str]) -> Self {
        Self { hidden, ..self }
    }

    /// What differs, as `{"member": {"before": …, "after": …}}`; a masked member that differs says only that.
    pub(super) fn changes(&self) -> Value {
        let empty = Map::new();
        let (before, after) = (self.before.as_object().unwrap_or(&empty), self.after.as_object().unwrap_or(&empty));
        let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
        let differing = names.filter(|name| before.get(*name) != after.get(*name));
        let told: Map<String, Value> =
            differing.map(|name| (name.clone(), json!({"before": before.get(name), "after": after.get(name)}))).collect();
        let hide = |(name, pair): (String, Value)| {
            let pair = if self.hides(&name) { each_masked(pair) } else { self.masked(pair) };
            (name, pair)
        };
        Value::Object(told.into_iter().map(hide).collect())
    }

    fn hides(&self, name: &str) -> bool {
        // A member deep inside may be named by its path.
        let last = name.rsplit('.').next().unwrap_or(name);
        MASKED.contains(&last) || self.hidden.contains(&last)
    }

    fn masked(&self, state: Value) -> Value {
        match state {
            Value::Object(members) => {
                let mask = |(name, value): (String, Value)| {
                    let value = if self.hides(&name) && !value.is_null() { MASK.into() } else { self.masked(value) };
                    (name, value)
                };
                Value::Object(members.into_iter().map(mask).collect())
            }
            Value::Array(items) => Value::Array(items.into_iter().map(|item| self.masked(item)).collect()),
            Value::String(text) if kernel::contains_card_number(&text) => MASK.into(),
            plain => plain,
        }
    }
}

/// Before and after, told no further than whether there was something.
fn each_masked(pair: Value) -> Value {
    let Value::Object(sides) = pair else { return pair };
    Value::Object(sides.into_iter().map(|(side, value)| (side, if value.is_null() { value } else { MASK.into() })).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A secret somewhere in a state: under a name that is masked, at any depth, beside other things, or in a text as a card number.
    fn planted() -> impl Strategy<Value = Value> {
        let secret = (0..MASKED.len()).prop_map(|place| json!({ MASKED[place]: "otter-4f1c", "title": "Mug" }));
        let card = Just(json!({ "note": "paid with 4242 4242 4242 4242" }));
        prop_oneof![secret, card].prop_recursive(4, 16, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(|inner| json!([1, inner])),
                ("[a-z]{1,8}", inner.clone()).prop_map(|(name, inner)| json!({ name: inner, "position": 3 })),
                ("[a-z]{1,8}", inner).prop_map(|(name, inner)| json!({ format!("variants.var_1.{name}"): inner })),
            ]
        })
    }

    proptest! {
        #[test]
        fn no_secret_reaches_a_record_wherever_it_stands(before in planted(), after in planted()) {
            let entry = Entry::of("user.changed", "user_1").before(&json!({ "state": before.clone(), "a": 1 })).after(&json!({ "state": after.clone() }));
            let bare = Entry::of("user.changed", "user_1").before(&before).after(&after);
            for told in [entry.changes().to_string(), bare.changes().to_string()] {
                prop_assert!(!told.contains("otter-4f1c") && !told.contains("4242"), "{}", told);
            }
        }
    }

    #[test]
    fn only_what_differs_is_told() {
        let entry =
            Entry::of("role.changed", "role_1").before(&json!({"name": "packer", "rank": 1})).after(&json!({"name": "picker", "rank": 1}));
        assert_eq!(entry.changes(), json!({"name": {"before": "packer", "after": "picker"}}));
        let created = Entry::of("role.created", "role_1").after(&json!({"name": "packer"}));
        assert_eq!(created.changes(), json!({"name": {"before": null, "after": "packer"}}));
    }

    #[test]
    fn secrets_and_persons_are_not_told() {
        let (before, after) =
            (json!({"email": null, "name": "Ada", "phone": "1"}), json!({"email": "a@b.c", "name": "Eve", "list": [{"token": "t"}]}));
        let entry = Entry::of("user.changed", "user_1").before(&before).after(&after).hiding(&["name"]);
        let told = [
            ("email", json!([null, "***"])),
            ("name", json!(["***", "***"])),
            ("phone", json!(["***", null])),
            ("list", json!([null, [{"token": "***"}]])),
        ];
        for (name, sides) in told {
            assert_eq!(entry.changes()[name], json!({"before": sides[0], "after": sides[1]}), "{name}");
        }
    }
}
