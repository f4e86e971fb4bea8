//! Requests that are right but for one place.

use serde_json::Value;

use super::contract::{Operation, Parameter};
use super::sample::UNIQUE;
use crate::campaign::exhibits::Exhibits;

/// A picture of one point.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\0\0\0\nIDATx\x9cc`\0\0\0\x02\0\x01H\xaf\xa4q\0\0\0\0IEND\xaeB`\x82";
const BOUNDARY: &str = "zq-boundary";

/// A place into which a client can write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Slot {
    /// A parameter of the path.
    Path(String),
    /// A parameter of the query, known or not.
    Query(String),
    /// The name of a parameter.
    Name,
    /// The value inside of a cursor of this sort.
    Cursor(String),
    /// A header.
    Header(String),
    /// A member of the JSON body, by its pointer.
    Member(String),
    /// A field of a form.
    Form(String),
    /// The whole body.
    Whole,
}

/// Makes the requests of an operation.
pub(super) struct Requests<'a> {
    /// The operation.
    pub(super) operation: &'a Operation,
    /// What exists.
    pub(super) exhibits: &'a Exhibits,
    /// The credential of staff.
    pub(super) key: &'a str,
    /// The tag of what is edited.
    pub(super) tag: String,
    /// Makes what may not come twice.
    pub(super) count: u64,
}

impl Requests<'_> {
    /// The request with this written into that place.
    pub(super) fn with(&mut self, slot: &Slot, value: &Value) -> Vec<u8> {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let body = self.body(slot, value, &text);
        self.whole(slot, &text, body)
    }

    /// The request with these bytes for a body.
    pub(super) fn with_body(&mut self, body: Vec<u8>) -> Vec<u8> {
        self.whole(&Slot::Whole, "", Some(("application/json".to_owned(), body)))
    }

    fn whole(&mut self, slot: &Slot, text: &str, body: Option<(String, Vec<u8>)>) -> Vec<u8> {
        self.count += 1;
        let Operation { method, .. } = self.operation;
        let mut request = format!("{method} {} HTTP/1.1\r\n", self.target(slot, text)).into_bytes();
        for (name, value) in self.headers(slot, text, body.as_ref().map(|(kind, _)| kind.as_str())) {
            request.extend(format!("{name}: {value}\r\n").bytes());
        }
        let body = body.map(|(_, body)| body).unwrap_or_default();
        request.extend(format!("content-length: {}\r\n\r\n", body.len()).bytes());
        request.extend(body);
        request
    }

    fn target(&self, slot: &Slot, text: &str) -> String {
        let mut target = self.operation.path.clone();
        for Parameter { name, right, .. } in self.operation.at("path") {
            let value = if *slot == Slot::Path(name.clone()) { text } else { right };
            target = target.replace(&format!("{{{name}}}"), &encode(value));
        }
        match slot {
            Slot::Query(name) => format!("{target}?{}={}", encode(name), encode(text)),
            Slot::Name => format!("{target}?{}=1", encode(text)),
            Slot::Cursor(sort) => format!("{target}?sort={}&after={}", encode(sort), cursor(sort, text)),
            Slot::Path(_) | Slot::Header(_) | Slot::Member(_) | Slot::Form(_) | Slot::Whole => target,
        }
    }

    fn headers(&self, slot: &Slot, text: &str, kind: Option<&str>) -> Vec<(String, String)> {
        let right = [
            ("host", Some("campaign".to_owned())),
            ("authorization", Some(format!("Bearer {}", self.key))),
            ("x-cart-token", self.operation.path.starts_with("/api/v1/carts").then(|| self.exhibits.cart_token.clone())),
            ("content-type", kind.map(str::to_owned)),
            ("idempotency-key", self.operation.takes_header("Idempotency-Key").then(|| format!("zq-{}", self.count))),
            ("if-match", self.operation.takes_header("If-Match").then(|| self.tag.clone())),
        ];
        let written = |name: &str| matches!(slot, Slot::Header(header) if header.eq_ignore_ascii_case(name));
        let kept = right.into_iter().filter(|(name, _)| !written(name));
        let mut all: Vec<(String, String)> = kept.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
        if let Slot::Header(name) = slot {
            all.push((name.clone(), text.to_owned()));
        }
        all
    }

    fn body(&self, slot: &Slot, value: &Value, text: &str) -> Option<(String, Vec<u8>)> {
        if let Slot::Form(field) = slot {
            return Some((format!("multipart/form-data; boundary={BOUNDARY}"), form(field, text)));
        }
        let body = self.operation.body.as_ref()?;
        let mut json = body.least.clone();
        if let Slot::Member(pointer) = slot {
            let along = body.members.iter().find(|(member, _)| member == pointer);
            json = along.map_or(json, |(_, body)| body.clone());
            if let Some(place) = json.pointer_mut(pointer) {
                *place = value.clone();
            }
        }
        let text = json.to_string().replace(UNIQUE, &self.count.to_string());
        Some(("application/json".to_owned(), text.into_bytes()))
    }
}

/// Everything but letters, digits and a few signs is written as %XX.
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// A cursor as the shop makes them: an id, the sort and its value, in hexadecimal.
fn cursor(sort: &str, value: &str) -> String {
    let plain = format!("{sort}\n+{value}");
    let digits: String = plain.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("01a1fd61506b7408810309d819df2cf7{digits}")
}

/// A form with a picture, and this in one of its fields; in `file` it is the file's name.
fn form(field: &str, text: &str) -> Vec<u8> {
    let quoted = text.replace(['"', '\r', '\n'], "%22");
    let file = if field == "file" { quoted.as_str() } else { "zq.png" };
    let mut form = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{file}\"\r\n\r\n").into_bytes();
    form.extend(PICTURE);
    if field != "file" {
        form.extend(format!("\r\n--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{text}").bytes());
    }
    form.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_a_meaning_in_an_address_is_encoded() {
        assert_eq!(encode("a b/'%\0é"), "a%20b%2F%27%25%00%C3%A9");
    }

    #[test]
    fn a_forged_cursor_has_the_form_of_ours() {
        assert_eq!(cursor("t", "'"), "01a1fd61506b7408810309d819df2cf7740a2b27");
    }
}
