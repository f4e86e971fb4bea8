//! Whether a message is of Stripe, whole, and of now (<https://docs.stripe.com/webhooks#verify-manually>).

use aws_lc_rs::{digest, hmac};
use kernel::Timestamp;

/// How far their clock may be from ours, either way.
const TOLERANCE_S: u64 = 300;
/// While a secret is changed there are two signatures; nobody has a use for more than this.
const MOST_SIGNATURES: usize = 8;

/// What stands in `Stripe-Signature`: `t=1700000000,v1=<hex>,v1=<hex>`.
#[derive(Debug, PartialEq, Eq)]
struct Signature<'h> {
    /// Seconds since 1970, letter by letter as they were signed.
    time: &'h str,
    signatures: Vec<Vec<u8>>,
}

/// True where the message is signed with the secret, within five minutes of now. Compared in constant time.
pub(super) fn is_signed(header: &str, body: &[u8], secret: &str, now: Timestamp) -> bool {
    let Some(signature) = Signature::parse(header) else { return false };
    let is_of_now = signature.time.parse().is_ok_and(|time: i64| now.timestamp().abs_diff(time) <= TOLERANCE_S);
    let signed = [signature.time.as_bytes(), b".", body].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    is_of_now && signature.signatures.iter().any(|tag| hmac::verify(&key, &signed, tag).is_ok())
}

impl<'h> Signature<'h> {
    /// One time, and signatures of the one scheme that counts: `v0` is for tests of theirs.
    fn parse(header: &'h str) -> Option<Self> {
        let (mut time, mut signatures) = (None, Vec::new());
        for part in header.split(',') {
            match part.trim().split_once('=')? {
                ("t", _) if time.is_some() => return None,
                ("t", text) => time = Some(text),
                ("v1", _) if signatures.len() == MOST_SIGNATURES => return None,
                ("v1", text) => signatures.push(bytes_of(text)?),
                _ => {}
            }
        }
        Some(Self { time: time?, signatures })
    }
}

/// The bytes of a signature in hexadecimal digits.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.chars().map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok())).collect::<Option<_>>()?;
    let pair = |pair: &[u8]| pair.iter().fold(0, |byte, digit| byte << 4 | digit);
    (digits.len() == 2 * digest::SHA256_OUTPUT_LEN).then(|| digits.chunks(2).map(pair).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECRET: &str = "whsec_otter";
    const NOW: i64 = 1_700_000_000;

    fn tag(secret: &str, time: &str, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let tag = hmac::sign(&key, &[time.as_bytes(), b".", body].concat());
        tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn believed(header: &str, body: &[u8]) -> bool {
        is_signed(header, body, SECRET, Timestamp::from_timestamp(NOW, 0).expect("a moment"))
    }

    /// Made by another program: `printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_otter`.
    #[test]
    fn what_another_program_signed_is_believed() {
        assert!(believed("t=1700000000,v1=d99648e5e91e40db51713cd1a138302c75143dc76ce2e30927bcc9aaf2125241", b"{}"));
    }

    #[test]
    fn one_of_several_signatures_is_enough_and_only_of_the_scheme_that_counts() {
        let (time, good) = (NOW.to_string(), tag(SECRET, &NOW.to_string(), b"{}"));
        let other = tag("whsec_other", &time, b"{}");
        assert!(believed(&format!("t={time},v1={other},v1={good}"), b"{}"));
        assert!(believed(&format!("t={time}, v1={good}, v0=6ffbb59b"), b"{}"));
        for header in [
            format!("t={time},v0={good}"),
            format!("t={time},v1={other}"),
            format!("t={time},v1={}", &good[1..]),
            format!("t={time},v1={good}00"),
            format!("t={time},t={time},v1={good}"),
            format!("t=0{time},v1={good}"),
            format!("v1={good}"),
            format!("t={time}"),
            format!("t={time},v1"),
            format!("t={time}{}", format!(",v1={good}").repeat(MOST_SIGNATURES + 1)),
            String::new(),
        ] {
            assert!(!believed(&header, b"{}"), "{header}");
        }
        assert!(!believed(&format!("t={time},v1={good}"), b"{ }"));
    }

    #[test]
    fn a_message_is_of_now() {
        for (late_s, expected) in [(0, true), (300, true), (-300, true), (301, false), (-301, false), (i64::MAX / 2, false)] {
            let time = (NOW - late_s).to_string();
            assert_eq!(believed(&format!("t={time},v1={}", tag(SECRET, &time, b"{}")), b"{}"), expected, "{late_s}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_anybody_makes_up_is_believed(header in "(t=[0-9]{1,11}|v1=[0-9a-f]{0,70}|v0=[a-z]*|,|=|\\PC){0,12}") {
            let is_believed = believed(&header, b"{}");
            prop_assert!(!is_believed);
        }

        #[test]
        fn whatever_is_signed_is_believed_and_nothing_else(body in proptest::collection::vec(any::<u8>(), 0..200), change in any::<u8>()) {
            let header = format!("t={NOW},v1={}", tag(SECRET, &NOW.to_string(), &body));
            prop_assert!(believed(&header, &body));
            let other = [&body[..], &[change]].concat();
            prop_assert!(!believed(&header, &other));
        }
    }
}
