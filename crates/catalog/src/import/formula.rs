//! The quote that keeps spreadsheets from running a cell as a formula.

/// What a spreadsheet takes for the start of a formula, in both widths; OWASP, "CSV injection".
const STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// True for a text that starts a formula, behind any number of quotes: those were escaped before, and are escaped again,
/// so that taking the escape off gives back exactly what was there.
fn starts_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(STARTS)
}

/// The cell with a quote in front where a spreadsheet would run it.
#[must_use]
pub fn escape_formula(text: &str) -> std::borrow::Cow<'_, str> {
    if starts_formula(text) { format!("'{text}").into() } else { text.into() }
}

/// The cell without the quote of [`escape_formula`].
#[must_use]
pub fn unescape_formula(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if starts_formula(text) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_quoted_and_words_are_not() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-3", "'-3"),
            ("@SUM", "'@SUM"),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("'tis", "'tis"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(escape_formula(text), cell);
            assert_eq!(unescape_formula(cell), text);
        }
    }

    proptest! {
        #[test]
        fn the_escape_comes_off_again(text in "['=+@\ta-]{0,6}") {
            let cell = escape_formula(&text).into_owned();
            prop_assert_eq!(unescape_formula(&cell), &text);
            prop_assert!(!cell.starts_with(STARTS));
        }
    }
}
