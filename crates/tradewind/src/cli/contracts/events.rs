//! `events.md` and `events.schema.json`: every fact that the shop tells, by the thing it happened to, and what is told of it.

use std::fmt::Write as _;

use platform::outbox::FactKind;
use serde_json::{Map, Value, json};

use crate::wiring;

/// The document, made of the names that the facts themselves declare.
pub(super) fn document() -> String {
    let mut text = "# Events\n\nGenerated from the program: `cargo xtask contracts`. An event has `id`, `seq` (its place in the stream), `type`, `version`, \
                    `aggregate` (`type`, `id` and `seq`, its place among the events of that thing, without gaps), `data`, `actor`, `request_id` and \
                    `occurred_at`; a webhook tells the same with `timestamp` for `occurred_at`, and without who did it. `data` names ids, states and amounts, never personal data; `events.schema.json` has its JSON Schema for each type; it grows by addition, \
                    anything else is a new `version`.\n"
        .to_owned();
    for FactKind { aggregate, names, id_prefix, .. } in wiring::facts().iter() {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n## `{aggregate}`\n\nIds begin with `{id_prefix}_`.\n\n| type | says |\n|---|---|\n");
        for (name, says) in *names {
            let _ = writeln!(text, "| `{name}` | {says} |");
        }
    }
    text
}

/// The JSON Schema of each fact's payload with its version.
pub(super) fn schemas() -> anyhow::Result<String> {
    let mut events = Map::new();
    for kind in wiring::facts().iter() {
        for (name, says) in kind.names {
            let mut data = kind.schema(name);
            if let Value::Object(members) = &mut data {
                members.insert("description".to_owned(), json!(says));
            }
            events.insert((*name).to_owned(), json!({ "version": kind.version(name), "data": data }));
        }
    }
    let document = json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "events": Value::Object(events) });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_named_after_its_thing_and_only_once() {
        let mut seen = std::collections::BTreeSet::new();
        for FactKind { aggregate, names, .. } in wiring::facts().iter() {
            for (name, _) in *names {
                assert!(name.starts_with(&format!("{aggregate}.")), "{name}");
                assert!(seen.insert(name), "{name}");
            }
        }
    }
}
