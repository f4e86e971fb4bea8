//! Whether those whom people may sign in with are configured so that the shop can rely on it.

use url::{Host, Url};

use super::model::{AuthProvider, Config, Mode};

/// The keys of one provider, for the document of the configuration: a table `[auth.providers.<name>]` for each.
pub const PROVIDER_KEYS: &[(&str, &str, &str)] = &[
    (
        "issuer",
        "",
        "Somebody else whom people may sign in with (OpenID Connect): its address, letter by letter as it names itself. Each `[auth.providers.<name>]` is one more; it leads back to `<server.public_url>/api/v1/auth/oauth/<name>/callback`.",
    ),
    ("client_id", "", "What it knows this shop by."),
    ("client_secret", "", "What this shop shows it; empty for a client without a secret."),
    ("scopes", "openid email profile", "What it is asked for."),
    ("label", "", "What stands on the button; empty: its name."),
];

/// No name in a path is longer.
const LONGEST_NAME: usize = 32;

/// Says what is wrong, where something is.
pub(super) fn refuse_unfit(config: &Config) -> Result<(), String> {
    let strict = config.mode == Mode::Production;
    for (name, provider) in &config.auth.providers {
        let place = format!("auth.providers.{name}");
        let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_');
        if !plain || !(1..=LONGEST_NAME).contains(&name.len()) {
            return Err(format!("{place}: a provider's name has 1 to {LONGEST_NAME} small letters, digits, dashes or underscores"));
        }
        refuse_provider(&place, provider, strict)?;
    }
    match config.auth.return_to.iter().find(|place| !is_place(place, strict)) {
        Some(place) => Err(format!("auth.return_to has {place}, which is no address like https://app.example/signed-in")),
        None => Ok(()),
    }
}

fn refuse_provider(place: &str, provider: &AuthProvider, strict: bool) -> Result<(), String> {
    let issuer = Url::parse(&provider.issuer).ok().filter(|issuer| issuer.query().is_none() && issuer.fragment().is_none());
    if !issuer.is_some_and(|issuer| is_private(&issuer, strict)) {
        return Err(format!("{place}.issuer {} must be an address with https://", provider.issuer));
    }
    if provider.client_id.is_empty() {
        return Err(format!("{place}.client_id is missing"));
    }
    if !provider.scopes.split(' ').any(|scope| scope == "openid") {
        return Err(format!("{place}.scopes must have openid among them"));
    }
    Ok(())
}

/// HTTPS; on one's own machine, where nobody listens in, HTTP as well.
pub(super) fn is_private(address: &Url, strict: bool) -> bool {
    match address.scheme() {
        "https" => address.has_host(),
        "http" => !strict && is_loopback(address),
        _ => false,
    }
}

fn is_loopback(address: &Url) -> bool {
    match address.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A page, or an app by a scheme of its own, which has a dot in it (RFC 8252, 7.1). What comes behind `#` is ours.
fn is_place(text: &str, strict: bool) -> bool {
    let Ok(place) = Url::parse(text) else { return false };
    place.fragment().is_none()
        && (is_private(&place, strict) || place.scheme().contains('.') || (place.scheme() == "http" && is_loopback(&place)))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::super::load::{Flags, load};

    fn is_fine(mode: &str, text: &str) -> bool {
        let mut file = tempfile::Builder::new().suffix(".toml").tempfile().expect("a file");
        write!(file, "mode = \"{mode}\"\n[auth]\n{text}\n").expect("written");
        load(&Flags { config: Some(file.path().to_owned()), values: vec![] }).is_ok()
    }

    fn provider(name: &str, more: &str) -> String {
        format!("[auth.providers.{name}]\nclient_id = \"shop\"\n{more}\n")
    }

    #[test]
    fn a_provider_is_reached_privately_and_named_plainly() {
        for (mode, issuer, fine) in [
            ("production", "https://id.example", true),
            ("production", "https://id.example/tenant/7", true),
            ("production", "http://127.0.0.1:4000", false),
            ("development", "http://127.0.0.1:4000", true),
            ("development", "http://localhost:4000", true),
            ("development", "http://id.example", false),
            ("development", "https://id.example?x=1", false),
            ("development", "id.example", false),
        ] {
            assert_eq!(is_fine(mode, &provider("id", &format!("issuer = \"{issuer}\""))), fine, "{mode} {issuer}");
        }
        let issuer = "issuer = \"https://id.example\"";
        for (text, fine) in [
            (provider("id-1_x", issuer), true),
            (provider("Id", issuer), false),
            (provider(&"x".repeat(33), issuer), false),
            (provider("id", &format!("{issuer}\nscopes = \"email\"")), false),
            (provider("id", &format!("{issuer}\nsecret = \"x\"")), false),
            (format!("[auth.providers.id]\n{issuer}\nclient_id = \"\""), false),
        ] {
            assert_eq!(is_fine("development", &text), fine, "{text}");
        }
    }

    #[test]
    fn people_are_led_to_pages_and_apps_alone() {
        for (place, fine) in [
            ("https://app.example/in", true),
            ("http://127.0.0.1:9/in", true),
            ("com.example.app:/in", true),
            ("http://app.example/in", false),
            ("https://app.example/in#x", false),
            ("javascript:alert(1)", false),
            ("/in", false),
        ] {
            assert_eq!(is_fine("development", &format!("return_to = [\"{place}\"]")), fine, "{place}");
        }
    }
}
