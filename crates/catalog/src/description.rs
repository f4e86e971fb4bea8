//! Descriptions: HTML from outside with everything that could run taken out.

use std::sync::LazyLock;

use ammonia::Builder;

/// Longer than any description that people read; bounds what a list of products can weigh.
const MOST_BYTES: usize = 64 * 1024;

/// Why a description is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DescriptionError {
    /// More bytes than are kept.
    #[error("must be at most 65536 bytes long")]
    TooLong,
}

/// Tags, attributes and URL schemes that cannot run code; links tell search engines and the page they open nothing.
static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::default();
    cleaner.link_rel(Some("nofollow noopener"));
    cleaner
});

/// The description as it is stored and shown: without scripts, styles, forms and frames. Cleaning twice changes nothing.
///
/// # Errors
/// `TooLong`, before or after cleaning.
pub(crate) fn clean(raw: &str) -> Result<String, DescriptionError> {
    if raw.len() > MOST_BYTES {
        return Err(DescriptionError::TooLong);
    }
    // Control characters mean nothing in HTML, and a database refuses some of them.
    let readable: String = raw.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect();
    let clean = CLEANER.clean(readable.trim()).to_string();
    if clean.len() > MOST_BYTES { Err(DescriptionError::TooLong) } else { Ok(clean) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_run_is_taken_out() {
        for (raw, clean_text) in [
            ("<p>Warm <b>mug</b></p><script>alert(1)</script>", "<p>Warm <b>mug</b></p>"),
            ("<img src=\"https://x.test/a.png\" onerror=\"alert(1)\">", "<img src=\"https://x.test/a.png\">"),
            ("<a href=\"javascript:alert(1)\">x</a>", "<a rel=\"nofollow noopener\">x</a>"),
            ("<a href=\"https://x.test\">x</a>", "<a href=\"https://x.test\" rel=\"nofollow noopener\">x</a>"),
            ("<iframe src=\"https://x.test\"></iframe>a\u{0}b", "ab"),
        ] {
            assert_eq!(clean(raw), Ok(clean_text.to_owned()));
        }
    }

    #[test]
    fn cleaning_twice_changes_nothing() {
        let once = clean("<p>a & b <a href='/x?a=1&b=2'>c</a> &lt;script&gt; <em>d").expect("short");
        assert_eq!(clean(&once), Ok(once.clone()));
    }

    #[test]
    fn a_description_has_a_bound() {
        assert!(clean(&"a".repeat(65_536)).is_ok());
        assert_eq!(clean(&"a".repeat(65_537)), Err(DescriptionError::TooLong));
        assert_eq!(clean(&"&".repeat(13_500)), Err(DescriptionError::TooLong));
    }
}
