//! What a provider says of itself (OpenID Connect Discovery 1.0, section 3).

use serde::Deserialize;
use url::Url;

use super::error::OAuthError;

/// What a provider says of itself, as far as it is used.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Metadata {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    pub(super) jwks_uri: String,
    pub(super) userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    /// It says in every answer who it is (RFC 9207), and one that does not is not its own.
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// Where an issuer says it.
    pub(super) fn address_of(issuer: &str) -> String {
        format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))
    }

    /// The same, where it is about this issuer and names places as private as that.
    pub(super) fn checked(self, issuer: &str) -> Result<Self, OAuthError> {
        if self.issuer != issuer {
            return Err(OAuthError::AnswerInvalid("its metadata is another issuer's"));
        }
        let places = [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri];
        let is_fit = |place: &String| {
            Url::parse(place).is_ok_and(|place| place.scheme() == "https" || (place.scheme() == "http" && issuer.starts_with("http://")))
        };
        if places.into_iter().chain(&self.userinfo_endpoint).all(is_fit) {
            Ok(self)
        } else {
            Err(OAuthError::AnswerInvalid("its metadata names a place that is not private"))
        }
    }

    /// True where it takes the shop's secret in the body alone; without a word it takes it as HTTP's Basic.
    pub(super) fn wants_secret_in_body(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_deref().unwrap_or_default();
        let has = |method: &str| methods.iter().any(|known| known == method);
        has("client_secret_post") && !has("client_secret_basic")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metadata(issuer: &str, token_endpoint: &str, methods: Option<&[&str]>) -> Metadata {
        let said = serde_json::json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth"), "token_endpoint": token_endpoint,
            "jwks_uri": format!("{issuer}/jwks"), "token_endpoint_auth_methods_supported": methods, "more": 1,
        });
        serde_json::from_value(said).expect("metadata")
    }

    #[test]
    fn metadata_is_its_issuers_own_and_names_private_places() {
        for (said, asked, token_endpoint, fine) in [
            ("https://id.example", "https://id.example", "https://tokens.example/token", true),
            ("https://id.example", "https://id.example/", "https://id.example/token", false),
            ("https://id.example", "https://evil.example", "https://id.example/token", false),
            ("https://id.example", "https://id.example", "http://id.example/token", false),
            ("https://id.example", "https://id.example", "ftp://id.example/token", false),
            ("http://127.0.0.1:9", "http://127.0.0.1:9", "http://127.0.0.1:9/token", true),
        ] {
            assert_eq!(metadata(said, token_endpoint, None).checked(asked).is_ok(), fine, "{said} {asked} {token_endpoint}");
        }
    }

    #[test]
    fn the_secret_goes_where_the_provider_takes_it() {
        let wants = |methods| metadata("https://id.example", "https://id.example/token", methods).wants_secret_in_body();
        assert!(!wants(None) && !wants(Some(&["client_secret_post", "client_secret_basic"])) && wants(Some(&["client_secret_post"])));
    }

    #[test]
    fn an_issuer_with_a_path_has_its_metadata_below_it() {
        assert_eq!(Metadata::address_of("https://id.example/t/7"), "https://id.example/t/7/.well-known/openid-configuration");
        assert_eq!(Metadata::address_of("https://id.example/"), "https://id.example/.well-known/openid-configuration");
    }
}
