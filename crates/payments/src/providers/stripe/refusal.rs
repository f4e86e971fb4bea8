//! What an answer of Stripe says of a request. Pure.

use serde_json::Value;

/// Why there is no answer that says what was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Stripe says that it did nothing, and why, in a word.
    Refused(String),
    /// Nobody knows what became of it. `again` where asking at once, under the same key, may help.
    Unclear {
        /// For the log; never a secret.
        why: String,
        /// True where the same question may get an answer.
        again: bool,
    },
}

/// No word of theirs is longer.
const LONGEST_CODE: usize = 64;

/// What an answer with this status and body says (<https://docs.stripe.com/api/errors>). A refusal counts as one only where Stripe
/// itself gives a reason: what stands before it (a proxy) may answer whatever it likes.
pub(super) fn judged(status: u16, body: &[u8]) -> Result<Value, Refusal> {
    let told: Option<Value> = serde_json::from_slice(body).ok();
    let unclear = |again| Refusal::Unclear { why: format!("it answers {status}"), again };
    match (status, told) {
        (200..=299, Some(answer)) => Ok(answer),
        // The key in use is that of a request of ours that is still under way; its answer is the one to have.
        (409 | 429 | 500..=599, _) => Err(unclear(true)),
        (400 | 402 | 404 | 422, Some(answer)) => Err(refusal(&answer).map_or_else(|| unclear(false), Refusal::Refused)),
        // 401 and 403 refuse us, not the payment: somebody may change that, and it is asked again.
        _ => Err(unclear(false)),
    }
}

/// Their word for why nothing was done.
fn refusal(answer: &Value) -> Option<String> {
    let error = answer.get("error")?;
    let word = |name: &str| error.get(name).and_then(Value::as_str).map(readable).filter(|word| !word.is_empty());
    match error.get("type").and_then(Value::as_str)? {
        "card_error" => Some(word("decline_code").or_else(|| word("code")).unwrap_or_else(|| "card_declined".to_owned())),
        "invalid_request_error" => Some(word("code").unwrap_or_else(|| "invalid_request".to_owned())),
        // `idempotency_error`: another request of ours went under this key, and nobody knows how it ended.
        _ => None,
    }
}

/// A word of small letters, digits and underscores, as all of theirs are.
pub(super) fn readable(word: &str) -> String {
    let plain = |letter: &char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || *letter == '_';
    word.chars().filter(plain).take(LONGEST_CODE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &str) -> Result<Value, Refusal> {
        judged(status, body.as_bytes())
    }

    #[test]
    fn only_what_stripe_itself_refuses_is_refused() {
        let card = r#"{"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds"}}"#;
        let expired = r#"{"error":{"type":"card_error","code":"expired_card"}}"#;
        let state = r#"{"error":{"type":"invalid_request_error","code":"payment_intent_unexpected_state","message":"No"}}"#;
        let plain = r#"{"error":{"type":"invalid_request_error","message":"Received unknown parameter"}}"#;
        for (status, body, code) in [
            (402, card, "insufficient_funds"),
            (402, expired, "expired_card"),
            (402, r#"{"error":{"type":"card_error"}}"#, "card_declined"),
            (400, state, "payment_intent_unexpected_state"),
            (400, plain, "invalid_request"),
            (404, r#"{"error":{"type":"invalid_request_error","code":"resource_missing"}}"#, "resource_missing"),
        ] {
            assert_eq!(of(status, body), Err(Refusal::Refused(code.to_owned())), "{status} {body}");
        }
        let reused = r#"{"error":{"type":"idempotency_error","message":"Keys for idempotent requests"}}"#;
        for (status, body) in
            [(400, reused), (400, "<html>"), (400, "{}"), (402, ""), (401, plain), (403, plain), (302, ""), (200, "<html>")]
        {
            assert!(matches!(of(status, body), Err(Refusal::Unclear { again: false, .. })), "{status} {body}");
        }
    }

    #[test]
    fn what_may_pass_is_asked_again_under_the_same_key() {
        let busy = r#"{"error":{"type":"invalid_request_error","code":"idempotency_key_in_use"}}"#;
        for (status, body) in [(409, busy), (429, "{}"), (500, "{}"), (502, "<html>"), (503, ""), (504, "")] {
            assert!(matches!(of(status, body), Err(Refusal::Unclear { again: true, .. })), "{status}");
        }
        assert!(of(200, r#"{"id":"pi_1"}"#).is_ok());
    }

    #[test]
    fn a_word_is_never_more_than_a_word() {
        assert_eq!(readable("card_declined"), "card_declined");
        assert_eq!(readable("<b>No</b>\n4242"), "bob4242");
        assert_eq!(readable(&"a".repeat(500)).len(), LONGEST_CODE);
    }
}
