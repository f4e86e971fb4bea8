//! The id of a request: the client's own where it is sane, a new UUIDv7 otherwise.

use std::cell::Cell;

use http::{HeaderMap, HeaderName, HeaderValue};
use kernel::Timestamp;
use uuid::{Builder, Uuid};
use xxhash_rust::xxh3::xxh3_128_with_seed;

/// Where the id comes in and goes out.
pub(crate) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Longer ids would bloat every row and log line that carries one.
const MAX_LENGTH: usize = 128;

/// The id that the client chose, or a new one.
pub(crate) fn of(headers: &HeaderMap, now: Timestamp) -> HeaderValue {
    headers.get(X_REQUEST_ID).filter(|value| is_sane(value.as_bytes())).cloned().unwrap_or_else(|| generate(now))
}

fn is_sane(id: &[u8]) -> bool {
    (1..=MAX_LENGTH).contains(&id.len()) && id.iter().all(u8::is_ascii_graphic)
}

thread_local! {
    /// The seed of this thread's ids and how many it has made.
    static STREAM: Cell<(u64, u64)> = Cell::new((Uuid::new_v4().as_u64_pair().0, 0));
}

/// Request ids have to differ, not to be hard to guess: a counter hashed with a random seed for each thread spares the
/// system call of a cryptographic generator, a fifth of what this service may cost.
fn generate(now: Timestamp) -> HeaderValue {
    let (seed, count) = STREAM.get();
    STREAM.set((seed, count.wrapping_add(1)));
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or_default();
    let hash = xxh3_128_with_seed(&count.to_le_bytes(), seed).to_le_bytes();
    let mut random = [0_u8; 10];
    random.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    let id = Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    let mut buffer = Uuid::encode_buffer();
    let text = id.hyphenated().encode_lower(&mut buffer);
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use kernel::{Clock, SystemClock};

    use super::*;

    fn with(id: &[u8]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(X_REQUEST_ID, HeaderValue::from_bytes(id).expect("a header"));
        headers
    }

    #[test]
    fn a_sane_id_is_kept_and_any_other_replaced() {
        assert_eq!(of(&with(b"order-42/abc"), SystemClock.now()), "order-42/abc");
        for bad in [&b""[..], b"two words", "é".as_bytes(), &[b'x'; 129]] {
            let id = of(&with(bad), SystemClock.now());
            assert_eq!(Uuid::try_parse_ascii(id.as_bytes()).expect("a uuid").get_version_num(), 7);
        }
    }

    #[test]
    fn ids_of_all_threads_differ() {
        let threads: Vec<_> =
            (0..4).map(|_| std::thread::spawn(|| (0..5_000).map(|_| generate(SystemClock.now())).collect::<Vec<_>>())).collect();
        let ids: HashSet<HeaderValue> = threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect();
        assert_eq!(ids.len(), 20_000);
    }
}
