//! Making a letter of a template and of what it tells.

use std::io::{self, Write};

use kernel::FieldErrors;
use minijinja::value::{Serde, ValueKind};
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value, escape_formatter, filters, tests as asks};
use serde::Serialize;

use super::fault::Fault;
use super::language;
use super::model::TemplateText;

/// Steps of one part of a letter: a hundred times what an order of a hundred lines takes.
const FUEL: u64 = 200_000;
/// Bytes of one part: no order makes a longer one, and mail programs cut off much shorter ones.
const MOST_BYTES: usize = 256 * 1_024;
/// A subject is one line.
const LONGEST_SUBJECT: usize = 255;

/// A letter without its head.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML.
    pub html: String,
}

/// Letters tell of persons.
impl std::fmt::Debug for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rendered(…)")
    }
}

/// Makes a letter; what is wrong is told by part, with the line.
///
/// # Errors
/// `FieldErrors` by `subject`, `text` and `html`.
pub(super) fn render(template: &TemplateText, words: &impl Serialize) -> Result<Rendered, FieldErrors> {
    let words = Value::from(Serde(words));
    let mut errors = FieldErrors::new();
    let subject = part(&template.subject, &words, false).and_then(|subject| one_line(&subject));
    let subject = errors.take("subject", subject);
    let text = errors.take("text", part(&template.text, &words, false));
    let html = errors.take("html", part(&template.html, &words, true));
    errors.finish(|| Some(Rendered { subject: subject?, text: text?, html: html? }))
}

fn part(source: &str, words: &Value, is_html: bool) -> Result<String, Fault> {
    language::check(source)?;
    let mut letter = Bounded(Vec::new());
    write(source, words, is_html, &mut letter).map_err(|error| Fault::of(&error))?;
    String::from_utf8(letter.0).map_err(|_| Fault::at(None, "the letter is no text"))
}

fn write(source: &str, words: &Value, is_html: bool, letter: &mut Bounded) -> Result<(), Error> {
    let environment = environment(is_html)?;
    environment.template_from_str(source)?.render_captured_to(words.clone(), letter).map(drop)
}

/// What a template finds around it: nothing but the filters and tests of its language.
fn environment(is_html: bool) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(move |_| if is_html { AutoEscape::Html } else { AutoEscape::None });
    environment.set_fuel(Some(FUEL));
    environment.set_syntax(language::syntax()?);
    // What is not there is nothing, and not the word `none`.
    environment.set_formatter(
        |output, state, value| {
            if value.kind() == ValueKind::None { Ok(()) } else { escape_formatter(output, state, value) }
        },
    );
    environment.add_filter("default", filters::default);
    environment.add_filter("first", filters::first);
    environment.add_filter("last", filters::last);
    environment.add_filter("length", filters::length);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("upper", filters::upper);
    environment.add_test("defined", asks::is_defined);
    environment.add_test("undefined", asks::is_undefined);
    environment.add_test("none", asks::is_none);
    environment.add_test("odd", asks::is_odd);
    Ok(environment)
}

/// The subject on one line; blanks and line ends of its template are one blank.
fn one_line(subject: &str) -> Result<String, Fault> {
    let line = subject.split_whitespace().collect::<Vec<_>>().join(" ");
    kernel::text(&line, LONGEST_SUBJECT).map_err(|error| Fault::at(None, error.to_string()))
}

/// Takes so many bytes and no more.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_BYTES {
            return Err(io::Error::other("too long"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn html(source: &str, words: &serde_json::Value) -> Result<String, Fault> {
        part(source, &Value::from(Serde(words)), true)
    }

    #[test]
    fn what_a_letter_tells_is_no_html() {
        let words = json!({"name": "<b onload=\"x\">Ada & Co</b>", "gone": null});
        let told = html("<p>{{ name }}{{ gone }}</p>", &words).expect("a letter");
        assert_eq!(told, "<p>&lt;b onload=&quot;x&quot;&gt;Ada &amp; Co&lt;&#x2f;b&gt;</p>");
        assert_eq!(part("{{ name }}", &Value::from(Serde(&words)), false).expect("a letter"), "<b onload=\"x\">Ada & Co</b>");
    }

    #[test]
    fn what_is_not_known_is_a_mistake_with_its_line() {
        let refused = html("<p>\n{{ order.totl }}", &json!({"order": {"total": "1"}})).expect_err("a mistake");
        assert_eq!(refused.line, Some(2));
        assert!(refused.to_string().contains("line 2"), "{refused}");
        assert!(html("{{ nobody }}", &json!({})).is_err() && html("{% if nobody %}{% endif %}", &json!({})).is_err());
        assert_eq!(html("{{ nobody|default('x') }}", &json!({})).as_deref(), Ok("x"));
    }

    /// A loop in a loop in a loop ends, and a letter has a longest length.
    #[test]
    fn a_template_takes_neither_time_nor_memory_without_end() {
        let words = json!({"all": (0..200).collect::<Vec<_>>(), "long": "x".repeat(2_000)});
        let nested =
            "{% for a in all %}{% for b in all %}{% for c in all %}{% if c is odd %}{% endif %}{% endfor %}{% endfor %}{% endfor %}";
        assert_eq!(html(nested, &words).expect_err("no end").what, "it takes too many steps");
        let long = "{% for a in all %}{{ long }}{% endfor %}";
        assert_eq!(html(long, &words).expect_err("too long").what, "the letter becomes too long");
        assert!(html(&"a".repeat(MOST_BYTES), &words).is_ok() && html(&"a".repeat(MOST_BYTES + 1), &words).is_err());
    }

    #[test]
    fn a_subject_is_one_line() {
        let subject = |text: &str| {
            let template = TemplateText { subject: text.to_owned(), text: "x".to_owned(), html: "x".to_owned() };
            render(&template, &json!({"name": "a\r\nBcc: eve@example.com"})).map(|letter| letter.subject)
        };
        assert_eq!(subject(" Hello\n  {{ name }} ").expect("a subject"), "Hello a Bcc: eve@example.com");
        assert!(subject("  ").is_err() && subject(&"x".repeat(256)).is_err());
    }
}
