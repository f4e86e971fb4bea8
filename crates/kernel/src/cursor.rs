//! An opaque place in a sorted list.

use std::fmt::Write as _;

use uuid::Uuid;

/// Where a page ended: the value it was sorted by and the id that breaks ties. Opaque to clients, and of no use with
/// another sort: the sort's name is inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The sort this place belongs to, as in `?sort=`.
    pub sort: String,
    /// The last row's sort value, as text; `None` where it is null.
    pub value: Option<String>,
    /// The last row's id.
    pub id: Uuid,
}

/// Not a cursor that this list gave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct CursorError;

impl Cursor {
    /// No sort value is longer: the columns sorted by hold at most 255 characters.
    const MAX_TEXT: usize = 4_096;

    /// The text that clients hand back in `?after=`: hexadecimal of `id`, sort and value.
    #[must_use]
    pub fn encode(&self) -> String {
        let value = self.value.as_ref().map_or_else(|| "-".to_owned(), |value| format!("+{value}"));
        let plain = format!("{}\n{}", self.sort, value);
        let mut text = self.id.simple().to_string();
        for byte in plain.bytes() {
            // Writing to a String cannot fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }

    /// Reads a cursor for this sort.
    ///
    /// # Errors
    /// `CursorError` for anything else, another sort's cursor included.
    pub fn decode(text: &str, sort: &str) -> Result<Self, CursorError> {
        if text.len() > Self::MAX_TEXT {
            return Err(CursorError);
        }
        let (id, rest) = text.split_at_checked(32).ok_or(CursorError)?;
        let id = Uuid::try_parse(id).map_err(|_| CursorError)?;
        let bytes: Vec<u8> = rest
            .as_bytes()
            .chunks(2)
            .map(|pair| {
                std::str::from_utf8(pair)
                    .ok()
                    .filter(|pair| pair.len() == 2)
                    .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                    .ok_or(CursorError)
            })
            .collect::<Result<_, _>>()?;
        // No text that was kept has a NUL in it, and PostgreSQL takes none to compare with either.
        let plain = String::from_utf8(bytes).ok().filter(|plain| !plain.contains('\0')).ok_or(CursorError)?;
        let (name, value) = plain.split_once('\n').ok_or(CursorError)?;
        let value = match value.split_at_checked(1) {
            Some(("+", value)) => Some(value.to_owned()),
            Some(("-", "")) => None,
            _ => return Err(CursorError),
        };
        if name == sort { Ok(Self { sort: name.to_owned(), value, id }) } else { Err(CursorError) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cursor_of_another_sort_is_refused() {
        let cursor = Cursor { sort: "title".to_owned(), value: Some("mug".to_owned()), id: Uuid::nil() };
        assert_eq!(Cursor::decode(&cursor.encode(), "price"), Err(CursorError));
    }

    #[test]
    fn a_text_longer_than_any_cursor_is_not_read() {
        // The id, then two digits for each byte: of the sort and the line's end, the sign, and the value.
        let longest = (Cursor::MAX_TEXT - 32) / 2 - "title\n+".len();
        let of = |length| Cursor { sort: "title".to_owned(), value: Some("x".repeat(length)), id: Uuid::nil() };
        assert_eq!(Cursor::decode(&of(longest).encode(), "title"), Ok(of(longest)));
        for length in [longest + 1, longest + 100] {
            assert_eq!(Cursor::decode(&of(length).encode(), "title"), Err(CursorError));
        }
    }

    #[test]
    fn a_value_that_no_row_can_have_is_no_place() {
        let cursor = Cursor { sort: "title".to_owned(), value: Some("mug\0".to_owned()), id: Uuid::nil() };
        assert_eq!(Cursor::decode(&cursor.encode(), "title"), Err(CursorError));
    }

    proptest! {
        #[test]
        fn a_cursor_survives_its_text_form(value in proptest::option::of("[^\0]{0,100}"), id: u128) {
            let cursor = Cursor { sort: "-created_at".to_owned(), value, id: Uuid::from_u128(id) };
            prop_assert_eq!(Cursor::decode(&cursor.encode(), "-created_at"), Ok(cursor));
        }

        #[test]
        fn no_text_breaks_the_reader(text in ".{0,200}") {
            let _ = Cursor::decode(&text, "title");
        }
    }
}
