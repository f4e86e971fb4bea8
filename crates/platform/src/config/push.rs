//! Who the shop is to push services.

use serde::Deserialize;
use url::Url;

/// Messages to browsers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// Whom push services turn to: `mailto:` or `https:` (RFC 8292); empty: the shop's own address.
    pub subject: String,
}

/// Says what is wrong, where something is.
pub(super) fn refuse_unfit(push: &Push) -> Result<(), String> {
    let subject = push.subject.as_str();
    let is_mail = subject.strip_prefix("mailto:").is_some_and(|address| kernel::Email::parse(address).is_ok());
    let is_page = subject.starts_with("https://") && Url::parse(subject).is_ok();
    if subject.is_empty() || is_mail || is_page {
        return Ok(());
    }
    Err(format!("push.subject {subject} must be mailto:shop@example.com or begin with https://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_an_address_that_somebody_reads() {
        for (subject, is_fine) in [
            ("", true),
            ("mailto:shop@example.com", true),
            ("https://example.com/contact", true),
            ("shop@example.com", false),
            ("mailto:", false),
            ("mailto:shop", false),
            ("http://example.com", false),
            ("https://", false),
        ] {
            assert_eq!(refuse_unfit(&Push { subject: subject.to_owned() }).is_ok(), is_fine, "{subject}");
        }
    }
}
