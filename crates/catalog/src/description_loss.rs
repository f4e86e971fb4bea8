//! What cleaning takes out of a description, by name.

use std::collections::BTreeMap;

/// More names than anybody reads.
const MOST_NAMES: usize = 12;

/// The tags and attributes that a description has more often than its cleaned form; nothing where there are none.
pub(crate) fn lost(raw: &str, clean: &str) -> Option<String> {
    if !raw.contains('<') {
        return None;
    }
    let (before, after) = (names(raw), names(clean));
    let is_lost = |(name, count): &(&String, &usize)| after.get(*name).is_none_or(|kept| kept < *count);
    let lost: Vec<&str> = before.iter().filter(is_lost).map(|(name, _)| name.as_str()).collect();
    let more = lost.len().saturating_sub(MOST_NAMES);
    let mut text = lost.iter().take(MOST_NAMES).copied().collect::<Vec<_>>().join(", ");
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    (!lost.is_empty()).then_some(text)
}

/// How often each tag (`<p>`) and each attribute (`style`) occurs.
fn names(html: &str) -> BTreeMap<String, usize> {
    let mut names = BTreeMap::new();
    let mut rest = html;
    while let Some((_, found)) = rest.split_once('<') {
        rest = found;
        if let Some(comment) = found.strip_prefix("!--") {
            *names.entry("comments".to_owned()).or_default() += 1;
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
        } else if found.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
            rest = tag(found, &mut names);
        }
    }
    names
}

/// Reads one opening tag, and answers what stands behind it.
fn tag<'a>(text: &'a str, names: &mut BTreeMap<String, usize>) -> &'a str {
    let (name, mut rest) = text.split_at(text.find(|letter: char| letter.is_whitespace() || "/>".contains(letter)).unwrap_or(text.len()));
    let name = name.to_ascii_lowercase();
    *names.entry(format!("<{name}>")).or_default() += 1;
    loop {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '/');
        if let Some(behind) = rest.strip_prefix('>') {
            return body(behind, &name);
        }
        let end = rest.find(|letter: char| letter.is_whitespace() || "=/>".contains(letter)).unwrap_or(rest.len());
        let (attribute, behind) = rest.split_at(end);
        if attribute.is_empty() && behind.is_empty() {
            return "";
        }
        if !attribute.is_empty() {
            *names.entry(attribute.to_ascii_lowercase()).or_default() += 1;
        }
        rest = value(behind);
    }
}

/// What stands behind the value of an attribute.
fn value(text: &str) -> &str {
    let Some(value) = text.trim_start().strip_prefix('=') else { return text };
    let value = value.trim_start();
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            return quoted.split_once(quote).map_or("", |(_, rest)| rest);
        }
    }
    value.find(|letter: char| letter.is_whitespace() || letter == '>').map_or("", |end| value.split_at(end).1)
}

/// What is left after the text of a script or style, which is no HTML.
fn body<'a>(text: &'a str, name: &str) -> &'a str {
    if !matches!(name, "script" | "style") {
        return text;
    }
    let end = text.to_ascii_lowercase().find(&format!("</{name}"));
    end.and_then(|end| text.get(end..)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::description::clean;

    fn lost_in_cleaning(raw: &str) -> Option<String> {
        lost(raw, &clean(raw).expect("short"))
    }

    #[test]
    fn what_is_taken_out_is_named_and_what_is_written_otherwise_is_not() {
        for (raw, names) in [
            (
                "<p onclick='x>y'>hi<SCRIPT>if (a<b) {}</script><iframe src=https://x.test/></iframe></p>",
                "<iframe>, <script>, onclick, src",
            ),
            ("<p style=\"color: red\" class=big>a</p><!-- <b> -->", "class, comments, style"),
            ("<a href=\"javascript:x\" target=_blank>a</a>", "href, target"),
        ] {
            assert_eq!(lost_in_cleaning(raw).as_deref(), Some(names), "{raw}");
        }
        for raw in
            ["a < b & c\u{a0}d", "<P>One<br/>two<p>three", "<ul><li>x<li>y</ul>", "<img src='https://x.test/a b.png' alt=x>", "i <3 u"]
        {
            assert_eq!(lost_in_cleaning(raw), None, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_looked_at(raw in "[<>a-c/=\"' !-]{0,40}") {
            let clean = clean(&raw).expect("short");
            prop_assert_eq!(lost(&clean, &clean), None);
            let _ = lost(&raw, &clean);
        }
    }
}
