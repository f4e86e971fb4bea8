//! Counting in this process, whoever comes.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kernel::{Actor, UserId};

use super::super::rate::Rate;
use super::*;
use crate::config::{Flags, load};
use crate::outbox::Fact;
use crate::rate_limits::RateLimitEvent;

const MINUTE: Duration = Duration::from_secs(60);

fn quota(sustained: u64, burst: u64) -> Quota {
    Quota { class: "reads", sustained: Rate::new(sustained, MINUTE), burst: Rate::new(burst, Duration::from_secs(1)) }
}

fn limiter(quotas: Vec<Quota>) -> LocalLimiter {
    let values = vec![("secrets.master_key".to_owned(), "1".repeat(64))];
    let config = load(&Flags { config: None, values }).expect("a configuration").config;
    LocalLimiter::new(quotas, Purges::new(&[RateLimitEvent::AGGREGATE]), Secrets::of(&config))
}

fn address(number: u32) -> Who {
    Who::at(Ipv4Addr::from_bits(number).into())
}

fn now() -> Timestamp {
    "2026-03-02T09:30:00Z".parse().expect("a moment")
}

#[test]
fn sixty_four_threads_are_let_in_exactly_as_often_as_allowed() {
    let (limiter, let_in) = (Arc::new(limiter(vec![quota(1_000, 5_000)])), Arc::new(AtomicU64::new(0)));
    let threads: Vec<_> = (0..64)
        .map(|_| {
            let (limiter, let_in) = (Arc::clone(&limiter), Arc::clone(&let_in));
            std::thread::spawn(move || {
                for _ in 0..100 {
                    let verdict = limiter.judge(0, address(7), now()).expect("a class");
                    let_in.fetch_add(u64::from(verdict.retry_after.is_none()), Ordering::Relaxed);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
    assert_eq!(let_in.load(Ordering::Relaxed), 1_000);
}

#[test]
fn both_buckets_count_and_a_refusal_takes_from_neither() {
    let limiter = limiter(vec![quota(5, 2)]);
    let at = |seconds: f64| limiter.judge(0, address(1), now() + Duration::from_secs_f64(seconds)).expect("a class");
    assert_eq!((at(0.0).left, at(0.0).left), (4, 3));
    let refused = at(0.0);
    assert_eq!((refused.left, refused.retry_after), (3, Some(Duration::from_millis(500))));
    assert_eq!((at(1.0).retry_after, at(1.0).retry_after), (None, None));
    assert_eq!((at(2.0).retry_after, at(2.0).left), (None, 0));
    assert_eq!(at(3.0).retry_after, Some(Duration::from_secs(9)));
    assert_eq!(at(3.0).full_in, Duration::from_secs(57));
}

#[test]
fn everybody_has_buckets_of_their_own_for_each_class() {
    let limiter = limiter(vec![quota(1, 1), quota(1, 1)]);
    let users = [(); 2].map(|()| Who::Identity(Actor::User(UserId::generate())));
    for class in [0, 1] {
        for who in [address(1), address(2), users[0], users[1]] {
            assert_eq!(limiter.judge(class, who, now()).expect("a class").retry_after, None, "{class} {who}");
            assert!(limiter.judge(class, who, now()).expect("a class").retry_after.is_some(), "{class} {who}");
        }
    }
    assert!(limiter.judge(2, address(1), now()).is_none());
}

#[test]
fn memory_is_bounded_and_those_who_ask_most_stay_counted() {
    let limiter = limiter(vec![quota(100, 1_000)]);
    let busy = address(1);
    for _ in 0..50 {
        limiter.judge(0, busy, now());
    }
    for number in 2..400_000 {
        limiter.judge(0, address(number), now());
    }
    let count = limiter.parts.iter().map(|part| part.lock().expect("a part").held.len()).sum::<usize>();
    assert!(count <= PARTS * MOST_IN_PART, "{count}");
    assert_eq!(limiter.judge(0, busy, now()).expect("a class").left, 49);
}

#[test]
fn who_asks_no_more_is_forgotten() {
    let limiter = limiter(vec![quota(100, 1_000)]);
    for minute in 0..200 {
        for number in 0..2_000 {
            limiter.judge(0, address(minute * 2_000 + number), now() + MINUTE * minute);
        }
    }
    let count = limiter.parts.iter().map(|part| part.lock().expect("a part").held.len()).sum::<usize>();
    assert!(count <= 2 * 2_000 + PARTS * FIRST_SWEEP, "{count}");
}

#[tokio::test]
async fn a_fact_forgets_what_somebody_or_everybody_has_used() {
    let limiter = limiter(vec![quota(10, 10)]);
    let left = |who| limiter.judge(0, who, now()).expect("a class").left;
    let purge = |fact: RateLimitEvent| {
        let touched = limiter.purges.touch();
        touched.note(RateLimitEvent::AGGREGATE, [fact.aggregate_id()]);
        touched.purge();
    };
    assert_eq!((left(address(1)), left(address(2)), left(address(2))), (9, 9, 8));
    purge(limiter.subjects.reset(Some(address(2))).expect("a key"));
    assert_eq!((left(address(1)), left(address(2))), (8, 9));
    purge(limiter.subjects.reset(None).expect("no key needed"));
    assert!(limiter.standings(10, now()).await.is_empty());
    assert_eq!((left(address(1)), left(address(2))), (9, 9));
    let standings = limiter.standings(1, now()).await;
    assert_eq!((standings.len(), standings[0].left, standings[0].limit), (1, 9, 10));
}
