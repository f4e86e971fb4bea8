//! What is told of an event grows by addition within a version: every version of `events.schema.json` that was ever committed keeps the
//! promises of the one before.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::project;

const FILE: &str = "events.schema.json";

/// What a later contract takes back of an earlier one, over the whole history up to the one that was generated now.
pub(super) fn broken_promises(generated: &Path) -> Result<Vec<String>> {
    let mut versions = committed()?;
    versions.push(fs::read_to_string(generated.join(FILE)).with_context(|| format!("no {FILE} was generated"))?);
    let versions = versions.iter().map(|text| serde_json::from_str(text)).collect::<Result<Vec<Value>, _>>().context(FILE)?;
    let pairs = versions.iter().zip(versions.iter().skip(1));
    Ok(pairs.flat_map(|(before, after)| taken_back(&before["events"], &after["events"])).collect())
}

pub(super) fn report(broken: &[String]) -> ExitCode {
    println!("contracts/{FILE} takes back what whoever follows events relies on:");
    for promise in broken {
        println!("  {promise}");
    }
    println!("add a member instead, or tell it under a new version (`Fact::version`)");
    ExitCode::FAILURE
}

/// Every committed version, the oldest first.
fn committed() -> Result<Vec<String>> {
    let path = format!("contracts/{FILE}");
    let commits = git(&["log", "--reverse", "--diff-filter=AM", "--format=%H", "--", &path])?;
    commits.lines().map(|commit| git(&["show", &format!("{commit}:{path}")])).collect()
}

fn git(arguments: &[&str]) -> Result<String> {
    let output = std::process::Command::new("git").current_dir(project::root()).args(arguments).output().context("cannot start git")?;
    ensure!(output.status.success(), "git {arguments:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).context("git wrote no text")
}

fn taken_back(before: &Value, after: &Value) -> Vec<String> {
    let events = before.as_object().into_iter().flatten();
    let of_event = |(name, before): (&String, &Value)| {
        let Some(after) = after.get(name) else { return vec![format!("{name} is told no more")] };
        match before["version"].as_i64().cmp(&after["version"].as_i64()) {
            std::cmp::Ordering::Less => Vec::new(),
            std::cmp::Ordering::Equal => narrowed(name, &before["data"], &after["data"]),
            std::cmp::Ordering::Greater => vec![format!("the version of {name} went back")],
        }
    };
    events.flat_map(of_event).collect()
}

/// Where a schema says less or something else than before. Words and members may be added.
fn narrowed(place: &str, before: &Value, after: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    for word in ["type", "format", "pattern"] {
        if before[word] != after[word] {
            broken.push(format!("{place}: {word} was {} and is {}", before[word], after[word]));
        }
    }
    let texts = |of: &Value| -> Vec<String> { of.as_array().into_iter().flatten().map(Value::to_string).collect() };
    for gone in texts(&before["required"]).into_iter().filter(|member| !texts(&after["required"]).contains(member)) {
        broken.push(format!("{place}: {gone} is no longer there in any case"));
    }
    for (member, of_member) in before["properties"].as_object().into_iter().flatten() {
        match after["properties"].get(member) {
            None => broken.push(format!("{place}: {member} is gone")),
            Some(now) => broken.extend(narrowed(&format!("{place}.{member}"), of_member, now)),
        }
    }
    let [alternatives, alternatives_now] = [before, after].map(|schema| schema["oneOf"].as_array().map_or(&[][..], Vec::as_slice));
    if alternatives.len() != alternatives_now.len() {
        broken.push(format!("{place}: it may be something else than before"));
    }
    broken.extend(alternatives.iter().zip(alternatives_now).flat_map(|(before, now)| narrowed(place, before, now)));
    if !before["items"].is_null() {
        broken.extend(narrowed(&format!("{place}[]"), &before["items"], &after["items"]));
    }
    broken
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told() -> Value {
        json!({ "mug.broken": { "version": 1, "data": { "type": "object", "required": ["mug_id", "pieces"], "properties": {
            "mug_id": { "type": "string", "pattern": "^mug_" },
            "pieces": { "type": "array", "items": { "type": "object", "properties": { "size": { "type": "integer" } } } },
            "because": { "oneOf": [{ "type": "string", "enum": ["fell"] }, { "type": "null" }] },
        } } } })
    }

    fn changed(change: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut after = told();
        change(&mut after);
        taken_back(&told(), &after)
    }

    fn data(events: &mut Value) -> &mut Value {
        &mut events["mug.broken"]["data"]
    }

    #[test]
    fn additions_and_new_versions_break_nothing() {
        assert_eq!(changed(|_| ()), [""; 0]);
        assert_eq!(changed(|events| events["mug.mended"] = json!({ "version": 1, "data": {} })), [""; 0]);
        assert_eq!(changed(|events| data(events)["properties"]["colour"] = json!({ "type": "string" })), [""; 0]);
        assert_eq!(changed(|events| data(events)["properties"]["because"]["oneOf"][0]["enum"] = json!(["fell", "age"])), [""; 0]);
        assert_eq!(changed(|events| events["mug.broken"] = json!({ "version": 2, "data": {} })), [""; 0]);
    }

    #[test]
    fn whatever_is_taken_back_is_found() {
        let changes: [fn(&mut Value); 8] = [
            |events| *events = json!({}),
            |events| events["mug.broken"]["version"] = json!(0),
            |events| data(events)["required"] = json!(["mug_id"]),
            |events| drop(data(events)["properties"].as_object_mut().unwrap().remove("because")),
            |events| data(events)["properties"]["mug_id"]["pattern"] = json!("^cup_"),
            |events| data(events)["properties"]["pieces"]["items"]["properties"]["size"]["type"] = json!("string"),
            |events| data(events)["properties"]["because"]["oneOf"][0]["type"] = json!("integer"),
            |events| data(events)["properties"]["because"] = json!({ "type": "string" }),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            assert!(!changed(change).is_empty(), "change {number} is not found");
        }
    }

    #[test]
    fn the_committed_history_can_be_read() {
        let versions = committed().unwrap();
        assert!(versions.iter().all(|text| serde_json::from_str::<Value>(text).is_ok()));
    }
}
