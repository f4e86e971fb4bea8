//! Idempotency keys, which the server does not have: the first answer to a key is the answer to every further request under it
//! (<https://docs.stripe.com/api/idempotent_requests>).

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;

/// A status and a body.
pub(crate) type Answer = (u16, Bytes);

#[derive(Debug)]
enum Use {
    UnderWay,
    Answered { form: Bytes, answer: Answer },
}

/// The keys that were used.
#[derive(Debug, Default)]
pub(crate) struct Keys(Mutex<HashMap<String, Use>>);

impl Keys {
    /// What a request under this key is answered without being done; nothing where it is to be done, and its answer to be kept.
    pub(crate) fn begin(&self, key: &str, form: &Bytes) -> Option<Answer> {
        match self.open().entry(key.to_owned()) {
            Entry::Vacant(place) => {
                place.insert(Use::UnderWay);
                None
            }
            Entry::Occupied(used) => Some(match used.get() {
                Use::UnderWay => (409, refusal("idempotency_key_in_use")),
                Use::Answered { form: first, .. } if first != form => (400, refusal("idempotency_key_reused")),
                Use::Answered { answer, .. } => answer.clone(),
            }),
        }
    }

    /// What the request came to; where the server gave no answer, the key is free again.
    pub(crate) fn end(&self, key: &str, form: Bytes, answer: Option<Answer>) {
        let mut used = self.open();
        match answer {
            Some(answer) => used.insert(key.to_owned(), Use::Answered { form, answer }),
            None => used.remove(key),
        };
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, Use>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refusal(code: &str) -> Bytes {
    format!(r#"{{"error":{{"type":"idempotency_error","code":"{code}"}}}}"#).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_one_answer() {
        let (keys, form) = (Keys::default(), Bytes::from_static(b"amount=5"));
        assert_eq!(keys.begin("a", &form), None);
        assert_eq!(keys.begin("a", &form).map(|answer| answer.0), Some(409));
        keys.end("a", form.clone(), None);
        assert_eq!(keys.begin("a", &form), None, "nothing was done");
        let answer = (200, Bytes::from_static(b"{}"));
        keys.end("a", form.clone(), Some(answer.clone()));
        assert_eq!(keys.begin("a", &form), Some(answer));
        assert_eq!(keys.begin("a", &Bytes::from_static(b"amount=6")).map(|answer| answer.0), Some(400));
        assert_eq!(keys.begin("b", &form), None);
    }
}
