//! How a line of the log looks: one JSON object, or text for people.

use std::fmt::{Debug, Write as _};
use std::io::Write as _;

use kernel::Timestamp;
use tracing::Event;
use tracing::field::{Field, Visit};

/// Writes moments; the part down to the second is made once a second.
#[derive(Debug, Default)]
pub(super) struct Stamp {
    second: i64,
    text: String,
}

impl Stamp {
    /// `2026-11-20T23:03:22.310642Z`.
    pub(super) fn of(&mut self, now: Timestamp) -> &str {
        if self.text.is_empty() || self.second != now.timestamp() {
            self.second = now.timestamp();
            self.text = now.format("%Y-%m-%dT%H:%M:%S").to_string();
        }
        self.text.truncate("2026-11-20T23:03:22".len());
        // Writing to a text does not fail.
        let _ = write!(self.text, ".{:06}Z", now.timestamp_subsec_micros());
        &self.text
    }
}

/// One flat object: when, how grave, the message and the fields, and where in the program.
pub(super) fn json(line: &mut Vec<u8>, stamp: &str, event: &Event<'_>) {
    let level = event.metadata().level().as_str();
    for part in [r#"{"timestamp":""#, stamp, r#"","level":""#, level, "\""] {
        line.extend_from_slice(part.as_bytes());
    }
    let mut members = Members { line, target: None };
    event.record(&mut members);
    let target = members.target.take();
    member(line, "target");
    quoted(line, |text| text.write_str(target.as_deref().unwrap_or(event.metadata().target())));
    line.extend_from_slice(b"}\n");
}

/// `<when> <how grave> <where>: <message> <field>=<value> …`
pub(super) fn text(line: &mut Vec<u8>, stamp: &str, event: &Event<'_>) {
    let mut fields = Words { line: Vec::new(), target: None };
    event.record(&mut fields);
    let (level, target) = (event.metadata().level().as_str(), fields.target.as_deref().unwrap_or(event.metadata().target()));
    // Writing to memory does not fail.
    let _ = write!(line, "{stamp} {level:>5} {target}:");
    line.extend_from_slice(&fields.line);
    line.push(b'\n');
}

/// What the `log` crate says of a line of its own: where it is from. The rest of what it says (`log.file`…) is dropped.
const FOREIGN_TARGET: &str = "log.target";
const FOREIGN: &str = "log.";

/// Fields as members of an object that has some already.
struct Members<'a> {
    line: &'a mut Vec<u8>,
    target: Option<String>,
}

impl Members<'_> {
    fn number(&mut self, field: &Field, value: impl std::fmt::Display) {
        if !field.name().starts_with(FOREIGN) {
            member(self.line, field.name());
            let _ = write!(self.line, "{value}");
        }
    }
}

impl Visit for Members<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == FOREIGN_TARGET {
            self.target = Some(value.to_owned());
        } else if !field.name().starts_with(FOREIGN) {
            member(self.line, field.name());
            quoted(self.line, |text| text.write_str(value));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.number(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.number(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.number(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no word for what is no number.
        if value.is_finite() { self.number(field, value) } else { self.number(field, "null") }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if !field.name().starts_with(FOREIGN) {
            member(self.line, field.name());
            quoted(self.line, |text| write!(text, "{value:?}"));
        }
    }
}

/// `,"name":`; names are literals of the program.
fn member(line: &mut Vec<u8>, name: &str) {
    line.extend_from_slice(b",\"");
    line.extend_from_slice(name.strip_prefix("r#").unwrap_or(name).as_bytes());
    line.extend_from_slice(b"\":");
}

fn quoted(line: &mut Vec<u8>, write: impl FnOnce(&mut Escaping<'_>) -> std::fmt::Result) {
    line.push(b'"');
    // Fails only where a value refuses to be shown.
    let _ = write(&mut Escaping(line));
    line.push(b'"');
}

/// What JSON does not let stand in a text as it is.
const fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Where the first such byte is. Looked for in whole blocks, of which hardly any has one, for the processor takes a block at once.
fn first_special(bytes: &[u8]) -> Option<usize> {
    let (blocks, rest) = bytes.as_chunks::<16>();
    let has_special = |block: &[u8; 16]| block.iter().fold(false, |found, byte| found | is_special(*byte));
    let plain = blocks.iter().take_while(|block| !has_special(block)).count() * 16;
    let from = if plain == blocks.len() * 16 { rest } else { bytes.get(plain..).unwrap_or_default() };
    from.iter().position(|byte| is_special(*byte)).map(|at| plain + at)
}

/// Escapes whatever is written through it as the inside of a JSON text (RFC 8259, 7).
struct Escaping<'a>(&'a mut Vec<u8>);

impl std::fmt::Write for Escaping<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let mut rest = text;
        while let Some(at) = first_special(rest.as_bytes()) {
            let (plain, special) = rest.split_at(at);
            self.0.extend_from_slice(plain.as_bytes());
            let mut characters = special.chars();
            match characters.next() {
                Some('\n') => self.0.extend_from_slice(b"\\n"),
                Some(quote @ ('"' | '\\')) => self.0.extend_from_slice(if quote == '"' { b"\\\"" } else { b"\\\\" }),
                Some(control) => write!(self.0, "\\u{:04x}", u32::from(control)).map_err(|_| std::fmt::Error)?,
                None => {}
            }
            rest = characters.as_str();
        }
        self.0.extend_from_slice(rest.as_bytes());
        Ok(())
    }
}

/// Fields as ` name=value`, the message without its name.
struct Words {
    line: Vec<u8>,
    target: Option<String>,
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == FOREIGN_TARGET {
            self.target = Some(value.to_owned());
        } else {
            // A message is for people, any other text is quoted.
            if field.name() == "message" { self.record_debug(field, &format_args!("{value}")) } else { self.record_debug(field, &value) }
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let name = field.name();
        if name.starts_with(FOREIGN) {
            return;
        }
        self.line.push(b' ');
        let mut text = OneLine(&mut self.line);
        // Fails only where a value refuses to be shown.
        let _ = if name == "message" { write!(text, "{value:?}") } else { write!(text, "{name}={value:?}") };
    }
}

/// A value that breaks the line could forge the next one.
struct OneLine<'a>(&'a mut Vec<u8>);

impl std::fmt::Write for OneLine<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        for character in text.chars() {
            if character.is_control() {
                write!(self.0, "{}", character.escape_default()).map_err(|_| std::fmt::Error)?;
            } else {
                self.0.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use chrono::DateTime;
    use serde_json::{Value, json};
    use tracing_subscriber::prelude::*;

    use super::super::LogLayer;
    use super::*;
    use crate::config::LogFormat;

    /// The lines of what `events` logs under this filter.
    fn logged(filter: &str, format: LogFormat, events: impl FnOnce()) -> Vec<String> {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&lines);
        let take = move |line: &[u8]| sink.lock().expect("no panic").push(String::from_utf8(line.to_vec()).expect("text"));
        let layer = LogLayer::new(filter.parse().expect("a filter"), format, take);
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), events);
        let lines = lines.lock().expect("no panic");
        lines.clone()
    }

    #[test]
    fn a_line_is_one_flat_object_with_every_kind_of_value() {
        let lines = logged("info", LogFormat::Json, || {
            let (none, some): (Option<u64>, Option<u64>) = (None, Some(7));
            tracing::warn!(
                target: "shop",
                { order.id = "o\"1\"\n", n = -3, flag = true, none, some, at = %"é\u{1}", f = 0.5, nan = f64::NAN, r#type = ?"x" },
                "said {}",
                "\\so"
            );
        });
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        assert!(line.ends_with("}\n") && line.matches('\n').count() == 1);
        let mut object: Value = serde_json::from_str(line).expect("JSON");
        let moment = object.as_object_mut().and_then(|object| object.remove("timestamp")).expect("a moment");
        assert!(moment.as_str().is_some_and(|moment| moment.len() == 27 && DateTime::parse_from_rfc3339(moment).is_ok()), "{moment}");
        let expected = json!({
            "level": "WARN", "message": "said \\so", "order.id": "o\"1\"\n", "n": -3, "flag": true, "some": 7, "at": "é\u{1}",
            "f": 0.5, "nan": null, "type": "\"x\"", "target": "shop",
        });
        assert_eq!(object, expected);
    }

    #[test]
    fn text_stays_on_its_line() {
        let lines = logged("info", LogFormat::Text, || tracing::info!(target: "shop", name = "Ada\nL", count = 2, "so\nit is"));
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!(line.get(27..), Some("  INFO shop: so\\nit is name=\"Ada\\nL\" count=2\n"));
    }

    #[test]
    fn the_filter_decides_by_target_and_level() {
        let lines = logged("warn,shop=debug,shop::quiet=off", LogFormat::Text, || {
            tracing::debug!(target: "shop::cart", "yes");
            tracing::error!(target: "shop::quiet", "no");
            tracing::info!(target: "other", "no");
            tracing::warn!(target: "other", "yes");
        });
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines.iter().all(|line| line.ends_with(" yes\n")));
    }

    #[test]
    fn the_text_of_a_moment_follows_it() {
        let mut stamp = Stamp::default();
        let at = |micros| DateTime::from_timestamp_micros(micros).expect("a moment");
        assert_eq!(stamp.of(at(1_763_679_802_310_642)), "2025-11-20T23:03:22.310642Z");
        assert_eq!(stamp.of(at(1_763_679_802_310_643)), "2025-11-20T23:03:22.310643Z");
        assert_eq!(stamp.of(at(1_763_679_803_000_001)), "2025-11-20T23:03:23.000001Z");
    }
}
