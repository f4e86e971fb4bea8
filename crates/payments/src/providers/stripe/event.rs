//! Which payment an event is about.

use kernel::PaymentId;
use serde::Deserialize;

use super::requests::PAYMENT_ID;

/// As much of an event as is believed: that something happened. What happened is asked for.
#[derive(Debug, Deserialize)]
struct Event {
    data: Data,
}

#[derive(Debug, Deserialize)]
struct Data {
    object: Object,
}

#[derive(Debug, Deserialize)]
struct Object {
    metadata: Option<serde_json::Map<String, serde_json::Value>>,
}

/// Not an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unreadable;

/// The payment that an event's object names in its metadata, as everything has that we made; none for what somebody else made.
pub(super) fn payment_of(body: &[u8]) -> Result<Option<PaymentId>, Unreadable> {
    let event: Event = serde_json::from_slice(body).map_err(|_| Unreadable)?;
    let named = event.data.object.metadata.as_ref().and_then(|metadata| metadata.get(PAYMENT_ID)).and_then(|id| id.as_str());
    Ok(named.and_then(|id| id.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_about_the_payment_that_its_object_names() {
        let id = PaymentId::generate();
        let of = |object: &str| payment_of(format!(r#"{{"id":"evt_1","data":{{"object":{object}}}}}"#).as_bytes());
        assert_eq!(of(&format!(r#"{{"id":"pi_1","metadata":{{"payment_id":"{id}"}}}}"#)), Ok(Some(id)));
        for foreign in [
            r#"{"id":"pi_1"}"#,
            r#"{"metadata":null}"#,
            r#"{"metadata":{}}"#,
            r#"{"metadata":{"payment_id":"order_1"}}"#,
            r#"{"metadata":{"payment_id":7}}"#,
        ] {
            assert_eq!(of(foreign), Ok(None), "{foreign}");
        }
        for unreadable in ["", "[]", "{}", r#"{"data":{}}"#, r#"{"data":{"object":"pi_1"}}"#] {
            assert_eq!(payment_of(unreadable.as_bytes()), Err(Unreadable), "{unreadable}");
        }
    }
}
