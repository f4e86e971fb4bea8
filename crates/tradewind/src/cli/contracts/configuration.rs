//! `config.md`: every key with its default, its variable and its meaning.

use std::fmt::Write as _;

use anyhow::ensure;

/// The document, made of the annotated defaults that the program itself reads.
pub(super) fn document() -> anyhow::Result<String> {
    let mut text = "# Configuration\n\nGenerated from the program: `cargo xtask contracts`. Values come from these defaults, then `tradewind.toml` (or \
                    the file of `--config`), then the environment, then flags; `tradewind config show --origin` explains each.\n\n\
                    | key | default | environment | meaning |\n|---|---|---|---|\n"
        .to_owned();
    for Key { name, default, meaning } in keys(platform::config::DEFAULTS) {
        ensure!(!meaning.is_empty(), "the default of {name} has no comment that says what it means");
        let variable = format!("TRADEWIND__{}", name.replace('.', "__").to_uppercase());
        writeln!(text, "| `{name}` | `{default}` | `{variable}` | {meaning} |")?;
    }
    for (key, default, meaning) in platform::config::PROVIDER_KEYS {
        let variable = format!("TRADEWIND__AUTH__PROVIDERS__<NAME>__{}", key.to_uppercase());
        writeln!(text, "| `auth.providers.<name>.{key}` | `\"{default}\"` | `{variable}` | {meaning} |")?;
    }
    for (key, default, meaning) in platform::config::INBOUND_KEYS {
        let variable = format!("TRADEWIND__INBOUND__<NAME>__{}", key.to_uppercase());
        writeln!(text, "| `inbound.<name>.{key}` | `\"{default}\"` | `{variable}` | {meaning} |")?;
    }
    Ok(text)
}

struct Key {
    name: String,
    default: String,
    meaning: String,
}

/// Reads `key = value` lines with the comments above them; the defaults are written one key a line.
fn keys(defaults: &str) -> Vec<Key> {
    let (mut keys, mut table, mut comment) = (Vec::new(), String::new(), Vec::new());
    for line in defaults.lines().map(str::trim) {
        if let Some(said) = line.strip_prefix('#') {
            comment.push(said.trim());
        } else if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            table = format!("{name}.");
            comment.clear();
        } else if let Some((name, default)) = line.split_once(" = ") {
            keys.push(Key { name: format!("{table}{name}"), default: default.to_owned(), meaning: comment.join(" ") });
            comment.clear();
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_explained() {
        let text = document().expect("every key has a comment");
        assert!(text.contains("| `server.addr` | `\"127.0.0.1:8080\"` | `TRADEWIND__SERVER__ADDR` | "));
    }
}
