//! What the client is ready to receive: media types and content codings (RFC 9110, 12.5).

use http::{HeaderMap, HeaderValue, header};

/// True where `Accept` is absent or allows `application/json`.
pub(crate) fn accepts_json(headers: &HeaderMap) -> bool {
    let mut asked = false;
    let mut best: Option<(u8, bool)> = None;
    for (range, wanted) in headers.get_all(header::ACCEPT).iter().flat_map(weighted) {
        asked = true;
        let precision = match range.to_ascii_lowercase().as_str() {
            "application/json" => 3,
            "application/*" => 2,
            "*/*" => 1,
            _ => continue,
        };
        // The most precise range decides, whatever its weight.
        if best.is_none_or(|(precise, _)| precision > precise) {
            best = Some((precision, wanted));
        }
    }
    best.map_or(!asked, |(_, wanted)| wanted)
}

/// True where the client can decode one of the codings we have.
pub(crate) fn accepts_coding(accept_encoding: &HeaderValue) -> bool {
    weighted(accept_encoding)
        .any(|(coding, wanted)| wanted && ["gzip", "x-gzip", "br", "zstd", "*"].iter().any(|known| known.eq_ignore_ascii_case(coding)))
}

/// The members of a header, each with whether its weight is above zero; other parameters are dropped. What is no text is one member that
/// nobody knows: it was sent, and names nothing that we have.
fn weighted(value: &HeaderValue) -> impl Iterator<Item = (&str, bool)> {
    std::str::from_utf8(value.as_bytes()).unwrap_or("unreadable").split(',').filter_map(|member| {
        let mut parts = member.split(';').map(str::trim);
        let name = parts.next().filter(|name| !name.is_empty())?;
        let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
        // An unreadable weight is no refusal.
        Some((name, weight.and_then(|weight| weight.parse::<f32>().ok()).is_none_or(|weight| weight > 0.0)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(text: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_static(text))])
    }

    #[test]
    fn json_is_refused_only_by_a_client_that_excludes_it() {
        for text in
            ["", "*/*", "application/json", "text/html, application/*;q=0.1", "Application/JSON; charset=utf-8", "text/html,*/*;q=0.8"]
        {
            assert!(accepts_json(&accept(text)), "{text}");
        }
        for text in ["text/html", "application/json;q=0, */*", "application/xml", "*/*;q=0"] {
            assert!(!accepts_json(&accept(text)), "{text}");
        }
        assert!(accepts_json(&HeaderMap::new()));
    }

    #[test]
    fn a_range_that_cannot_be_read_is_not_everything() {
        for bytes in ["zq\u{2019}".as_bytes(), b"\xff\xfe"] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, HeaderValue::from_bytes(bytes).unwrap())]);
            assert!(!accepts_json(&headers), "{bytes:?}");
        }
    }

    #[test]
    fn a_coding_counts_unless_its_weight_is_zero() {
        for (text, wanted) in [("gzip", true), ("identity", false), ("br;q=0, zstd;q=0.5", true), ("gzip;q=0", false), ("*", true)] {
            assert_eq!(accepts_coding(&HeaderValue::from_static(text)), wanted, "{text}");
        }
    }
}
