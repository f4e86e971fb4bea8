//! Addresses that somebody else names, for the shop to send to or to read from.

use url::Url;

use super::guard::Reach;

/// More than any address of a program needs.
const LONGEST_URL: usize = 2_000;

/// Reads the address of somebody's endpoint. `strict` asks for HTTPS. Where a name leads is looked at when it is connected to.
///
/// # Errors
/// What is wrong with it; never the address itself.
pub fn endpoint_url(raw: &str, strict: bool, reach: &Reach) -> Result<String, String> {
    if raw.len() > LONGEST_URL {
        return Err(format!("must not be longer than {LONGEST_URL} characters"));
    }
    let url = Url::parse(raw).map_err(|_| "must be an address like https://example.com/hooks")?;
    let schemes: &[&str] = if strict { &["https"] } else { &["https", "http"] };
    if !schemes.contains(&url.scheme()) {
        return Err(format!("must begin with {}://", schemes.join(":// or ")));
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err("must have neither a password nor a fragment".to_owned());
    }
    reach.refuse_literal(url.host_str().unwrap_or_default())?;
    Ok(url.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_public_and_private_in_transit() {
        let reach = Reach::Public(["127.0.0.0/8".parse().expect("a range")].into());
        let parse = |raw: &str, strict: bool| endpoint_url(raw, strict, &reach);
        assert_eq!(parse("https://Example.com/hooks?to=erp", true).as_deref(), Ok("https://example.com/hooks?to=erp"));
        assert_eq!(parse("http://127.0.0.1:9/", false).as_deref(), Ok("http://127.0.0.1:9/"));
        let long = |length: usize| format!("https://example.com/{}", "a".repeat(length - "https://example.com/".len()));
        assert!(parse(&long(2_000), true).is_ok());
        for raw in [
            "",
            "example.com",
            "http://example.com/",
            "ftp://example.com/",
            "https://",
            "https://ada:pw@example.com/",
            "https://ada@example.com/",
            "https://example.com/#top",
            "https://10.0.0.1/",
            "https://[::1]/",
            "https://2130706433.0/",
            "https://169.254.169.254/",
            &long(2_001),
        ] {
            assert!(parse(raw, true).is_err(), "{raw}");
        }
        // Whatever form an address has, it is read as the one it means.
        assert!(parse("https://0x0a.1/", true).is_err() && parse("https://167772161/", true).is_err());
    }
}
