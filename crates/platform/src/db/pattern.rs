//! Terms of statements: patterns of LIKE that mean what the client wrote, and columns that no index is looked for.

/// The pattern of texts that contain this one, for `LIKE ? ESCAPE '!'`: what is a wildcard to LIKE is a letter like any other here.
#[must_use]
pub fn containing(text: &str) -> String {
    let literal: String = text.chars().flat_map(|c| ['%', '_', '!'].contains(&c).then_some('!').into_iter().chain([c])).collect();
    format!("%{literal}%")
}

/// To SQLite, which knows no statistics, a term that no index tempts it with; PostgreSQL sees through to the column and what it
/// knows of it, and so that few or many rows of an index have to be read until a page is full.
#[must_use]
pub fn shielded(column: &str) -> String {
    format!("CASE WHEN TRUE THEN {column} END")
}

/// How a column is asked of a row that something else has found: [`shielded`] or [`hidden`].
pub type Shield = fn(&str) -> String;

/// To both a term that no index serves: few rows are found already, and PostgreSQL would rather join all that the column's own
/// index has.
#[must_use]
pub fn hidden(column: &str) -> String {
    format!("COALESCE({column}, {column})")
}

/// A parameter whose value PostgreSQL does not look at when it plans: where a value that is common makes the plan for any value look dear,
/// it would plan the statement anew for each, which takes longer than running it.
#[must_use]
pub fn unseen(parameter: &str) -> String {
    format!("(SELECT {parameter})")
}

/// The bounds of all texts that begin with this one in binary order: at least the first, and below the second where there is one.
#[must_use]
pub fn beginning(text: &str) -> (String, Option<String>) {
    let mut letters: Vec<char> = text.chars().collect();
    while let Some(last) = letters.pop() {
        // The gap of the surrogates has no letters.
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            letters.push(next);
            return (text.to_owned(), Some(letters.into_iter().collect()));
        }
    }
    (text.to_owned(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_letters() {
        assert_eq!(containing("50%_off!"), "%50!%!_off!!%");
    }

    #[test]
    fn what_begins_with_a_text_lies_between_its_bounds() {
        assert_eq!(beginning("ada"), ("ada".to_owned(), Some("adb".to_owned())));
        assert_eq!(beginning("a\u{10ffff}"), ("a\u{10ffff}".to_owned(), Some("b".to_owned())));
        assert_eq!(beginning("\u{10ffff}"), ("\u{10ffff}".to_owned(), None));
        assert_eq!(beginning("\u{d7ff}").1.as_deref(), Some("\u{e000}"));
        assert_eq!(beginning(""), (String::new(), None));
    }
}
