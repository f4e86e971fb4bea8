//! Writes that another site's page makes a browser send along with the cookies of ours (CSRF).

use http::{HeaderMap, HeaderName, Method, Request, Uri, header};

use crate::problem::Problem;

/// What a browser says of the page that asks (Fetch Metadata).
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The refusal of a write with cookies that does not come from a page of ours. Who shows a credential of another kind, which no
/// browser adds by itself, is asked for nothing.
pub(crate) fn refuse<B>(request: &Request<B>) -> Option<Problem> {
    let headers = request.headers();
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if is_read || !headers.contains_key(header::COOKIE) {
        return None;
    }
    let is_ours = match (headers.get(SEC_FETCH_SITE), headers.get(header::ORIGIN)) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => origin.to_str().is_ok_and(|origin| is_own(origin, headers)),
        // No browser of the last years says neither: it is a program.
        (None, None) => true,
    };
    (!is_ours).then(Problem::cross_site)
}

fn host_of(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

/// True where a page of this origin came from the host that is asked.
pub(crate) fn is_own(origin: &str, headers: &HeaderMap) -> bool {
    is_host_of(origin, host_of(headers))
}

fn is_host_of(origin: &str, host: Option<&str>) -> bool {
    let authority = origin.parse::<Uri>().ok().and_then(|uri| uri.authority().map(|authority| authority.as_str().to_owned()));
    authority.is_some_and(|authority| host.is_some_and(|host| host.eq_ignore_ascii_case(&authority)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Method, headers, and whether it is refused.
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], bool);

    #[test]
    fn another_sites_page_does_not_write_with_our_cookies() {
        let cookie = ("cookie", "__Host-session=x");
        let cases: [Case<'_>; 12] = [
            ("POST", &[cookie, ("sec-fetch-site", "cross-site")], true),
            ("POST", &[cookie, ("sec-fetch-site", "same-site")], true),
            ("DELETE", &[cookie, ("origin", "https://evil.example")], true),
            ("POST", &[cookie, ("origin", "null")], true),
            ("POST", &[cookie, ("origin", "https://shop.example.evil.example")], true),
            ("POST", &[cookie, ("sec-fetch-site", "cross-site"), ("origin", "https://shop.example")], true),
            ("POST", &[cookie, ("sec-fetch-site", "same-origin"), ("origin", "https://shop.example")], false),
            ("POST", &[cookie, ("sec-fetch-site", "none")], false),
            ("POST", &[cookie, ("origin", "https://shop.example")], false),
            ("POST", &[cookie], false),
            ("POST", &[("sec-fetch-site", "cross-site"), ("authorization", "Bearer x")], false),
            ("GET", &[cookie, ("sec-fetch-site", "cross-site")], false),
        ];
        for (method, headers, refused) in cases {
            let request =
                headers.iter().fold(Request::builder().method(method).uri("/x").header("host", "shop.example"), |to, (name, value)| {
                    to.header(*name, *value)
                });
            let refusal = refuse(&request.body(()).expect("a request"));
            assert_eq!(refusal.is_some(), refused, "{method} {headers:?}");
        }
    }
}
