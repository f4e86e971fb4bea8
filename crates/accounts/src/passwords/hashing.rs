//! Hashing passwords and holding them against hashes, a few at a time and off the threads that answer requests.

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use kernel::{DomainError, ErrorKind};
use platform::config::Config;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;

use super::model::Password;

/// Whoever comes while this many wait is sent away: at a twentieth of a second each they would wait longer than people do.
const MOST_WAITING: usize = 256;
/// Of the memory, this part at most is lent to hashing: a quarter.
const SHARE_OF_MEMORY: u64 = 4;
/// With less memory than this, one password is hashed at a time.
const LITTLE_MEMORY_BYTES: u64 = 256 * 1_024 * 1_024;
/// What a bcrypt hash may ask for, in doublings: more would hold a thread for seconds.
const MOST_BCRYPT_COST: u32 = 14;
/// Salt and output of a hash that no password has; made up, for computing it again takes as long as for any other.
const NOBODYS: &str = "AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and verifies; clones share the few places there are.
#[derive(Clone)]
pub struct Passwords(Arc<Inner>);

struct Inner {
    argon2: Argon2<'static>,
    /// How a hash begins that is as good as today's are.
    current: String,
    /// What is verified where there is no hash.
    nobodys: String,
    places: Arc<Semaphore>,
    waiting: Semaphore,
}

/// What became of a password that was held against a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Not this one.
    Wrong,
    /// This one.
    Right,
    /// This one, and it should be hashed again, for the hash is not as good as today's are.
    Outdated,
}

/// Why a password was neither hashed nor verified.
#[derive(Debug, thiserror::Error)]
pub enum PasswordsError {
    /// More people sign in than can be served.
    #[error("too many people sign in at the moment")]
    Busy,
    /// The hash cannot be computed.
    #[error("a password cannot be hashed: {0}")]
    Fault(String),
}

impl DomainError for PasswordsError {
    fn code(&self) -> &'static str {
        match self {
            Self::Busy => "sign_in_busy",
            Self::Fault(_) => "internal",
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Busy => ErrorKind::Unavailable,
            Self::Fault(_) => ErrorKind::Internal,
        }
    }
}

impl PasswordsError {
    fn fault(error: impl fmt::Display) -> Self {
        Self::Fault(error.to_string())
    }
}

impl Passwords {
    /// Hashing as the configuration asks for it: argon2id, one lane, as many at a time as there are cores and memory for.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let (memory_kib, iterations) = (config.auth.password_memory_kib, config.auth.password_iterations);
        // The configuration has bounds of its own, within which this cannot fail.
        let params = Params::new(memory_kib, iterations, 1, None).unwrap_or_default();
        let current = format!("$argon2id$v=19$m={},t={},p={}$", params.m_cost(), params.t_cost(), params.p_cost());
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let places = places(memory_bytes(), cores, u64::from(params.m_cost()) * 1_024);
        Self(Arc::new(Inner {
            argon2: Argon2::new(Algorithm::Argon2id, Version::V0x13, params),
            nobodys: format!("{current}{NOBODYS}"),
            current,
            places: Arc::new(Semaphore::new(places)),
            waiting: Semaphore::new(MOST_WAITING),
        }))
    }

    /// The hash of a password, in the PHC string format with its own salt.
    ///
    /// # Errors
    /// `Busy` where too many wait already.
    pub async fn hash(&self, password: &Password) -> Result<SecretString, PasswordsError> {
        self.hash_again(password.secret()).await
    }

    /// A hash of what has shown to be somebody's password, in today's form: it may be one that is not let in any more.
    ///
    /// # Errors
    /// As [`Self::hash`].
    pub async fn hash_again(&self, proven: &SecretString) -> Result<SecretString, PasswordsError> {
        let secret = proven.clone();
        self.in_place(move |inner| {
            let hash = inner.argon2.hash_password(secret.expose_secret().as_bytes()).map_err(PasswordsError::fault)?;
            Ok(SecretString::from(hash.to_string()))
        })
        .await
    }

    /// Holds what was typed against a hash: argon2's, or bcrypt's from another shop. Without a hash it takes as long, so that time does
    /// not tell whether there is an account.
    ///
    /// # Errors
    /// `Busy` where too many wait already.
    pub async fn verify(&self, hash: Option<&SecretString>, typed: &SecretString) -> Result<Verdict, PasswordsError> {
        let (hash, typed) = (hash.cloned(), typed.clone());
        self.in_place(move |inner| Ok(inner.verdict(hash.as_ref(), typed.expose_secret()))).await
    }

    /// Waits for a place and works there. A caller who goes away leaves the place taken until the work is done.
    async fn in_place<T, W>(&self, work: W) -> Result<T, PasswordsError>
    where
        T: Send + 'static,
        W: FnOnce(&Inner) -> Result<T, PasswordsError> + Send + 'static,
    {
        let _waiting = self.0.waiting.try_acquire().map_err(|_| PasswordsError::Busy)?;
        let place = Arc::clone(&self.0.places).acquire_owned().await.map_err(PasswordsError::fault)?;
        let inner = Arc::clone(&self.0);
        let working = tokio::task::spawn_blocking(move || {
            let done = work(&inner);
            drop(place);
            done
        });
        working.await.map_err(PasswordsError::fault)?
    }
}

impl Inner {
    fn verdict(&self, hash: Option<&SecretString>, typed: &str) -> Verdict {
        let stored = hash.map_or(self.nobodys.as_str(), |hash| hash.expose_secret());
        if is_bcrypt(stored) {
            return if bcrypt::verify(typed, stored).unwrap_or(false) { Verdict::Outdated } else { Verdict::Wrong };
        }
        let (parsed, known) = PasswordHash::new(stored).map_or_else(|_| (PasswordHash::new(&self.nobodys), false), |hash| (Ok(hash), true));
        let right = parsed.is_ok_and(|hash| self.argon2.verify_password(typed.as_bytes(), &hash).is_ok());
        match (right && known && hash.is_some(), stored.starts_with(&self.current)) {
            (false, _) => Verdict::Wrong,
            (true, true) => Verdict::Right,
            (true, false) => Verdict::Outdated,
        }
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords").field("current", &self.0.current).finish_non_exhaustive()
    }
}

/// A hash in the form of bcrypt that can be computed in a time that a caller waits.
fn is_bcrypt(stored: &str) -> bool {
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|prefix| stored.strip_prefix(prefix));
    let cost = rest.and_then(|rest| rest.split_once('$')).and_then(|(cost, _)| cost.parse::<u32>().ok());
    cost.is_some_and(|cost| cost <= MOST_BCRYPT_COST)
}

/// How many passwords are hashed at a time.
fn places(memory_bytes: Option<u64>, cores: usize, each_bytes: u64) -> usize {
    match memory_bytes {
        Some(memory) if memory < LITTLE_MEMORY_BYTES => 1,
        Some(memory) => usize::try_from(memory / SHARE_OF_MEMORY / each_bytes.max(1)).unwrap_or(usize::MAX).clamp(1, cores.max(1)),
        None => cores.max(1),
    }
}

/// The memory that this process may take: what its control group is given, or what the machine has.
fn memory_bytes() -> Option<u64> {
    let given = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse::<u64>().ok());
    let machine = std::fs::read_to_string("/proc/meminfo").ok().and_then(|text| total_of(&text));
    given.into_iter().chain(machine).min()
}

/// The first number of the line `MemTotal:`, which counts kibibytes (proc_meminfo(5)).
fn total_of(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1_024)
}

#[cfg(test)]
mod tests {
    use platform::config::{Flags, load};

    use super::*;

    fn passwords(memory_kib: u32) -> Passwords {
        let memory_kib = memory_kib.to_string();
        let values = [("auth.password_memory_kib", memory_kib.as_str()), ("auth.password_iterations", "1")];
        let values = values.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
        Passwords::of(&load(&Flags { config: None, values }).expect("a configuration").config)
    }

    fn password(text: &str) -> Password {
        Password::parse(&text.into(), &[]).expect("let in")
    }

    #[tokio::test]
    async fn a_password_is_recognised_by_its_hash_alone() {
        let passwords = passwords(64);
        let hash = passwords.hash(&password("otter-in-a-teapot")).await.expect("hashed");
        assert!(hash.expose_secret().starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
        let verdict = async |typed: &str| passwords.verify(Some(&hash), &typed.into()).await.expect("a verdict");
        assert_eq!(verdict("otter-in-a-teapot").await, Verdict::Right);
        for typed in ["otter-in-a-teapo", "otter-in-a-teapot ", "Otter-in-a-teapot", ""] {
            assert_eq!(verdict(typed).await, Verdict::Wrong, "{typed}");
        }
        let again = passwords.hash(&password("otter-in-a-teapot")).await.expect("hashed");
        assert_ne!(hash.expose_secret(), again.expose_secret(), "a salt of its own");
    }

    #[tokio::test]
    async fn long_passwords_differ_in_their_last_letter() {
        let passwords = passwords(64);
        let (one, other) = (format!("{}a", "x9".repeat(127)), format!("{}b", "x9".repeat(127)));
        let hash = passwords.hash(&password(&one)).await.expect("hashed");
        assert_eq!(passwords.verify(Some(&hash), &one.into()).await.expect("a verdict"), Verdict::Right);
        assert_eq!(passwords.verify(Some(&hash), &other.into()).await.expect("a verdict"), Verdict::Wrong);
    }

    #[tokio::test]
    async fn hashes_of_other_shops_and_of_former_settings_are_outdated() {
        let passwords = passwords(128);
        let former = super::tests::passwords(64).hash(&password("otter-in-a-teapot")).await.expect("hashed");
        let imported = ["$2a$", "$2b$", "$2y$"].map(|prefix| {
            let hash = bcrypt::hash("otter-in-a-teapot", 4).expect("hashed");
            SecretString::from(format!("{prefix}{}", &hash[4..]))
        });
        for hash in imported.iter().chain([&former]) {
            assert_eq!(passwords.verify(Some(hash), &"otter-in-a-teapot".into()).await.expect("a verdict"), Verdict::Outdated);
            assert_eq!(passwords.verify(Some(hash), &"badger-in-a-teapot".into()).await.expect("a verdict"), Verdict::Wrong);
        }
    }

    #[tokio::test]
    async fn what_is_no_hash_is_nobodys() {
        let passwords = passwords(64);
        let nobodys = SecretString::from(passwords.0.nobodys.clone());
        let endless = SecretString::from(bcrypt::hash("otter-in-a-teapot", 4).expect("hashed").replacen("$04$", "$31$", 1));
        for hash in [None, Some(&nobodys), Some(&endless), Some(&"".into()), Some(&"$argon2id$v=19$m=64".into()), Some(&"plain".into())] {
            for typed in ["", "plain", "otter-in-a-teapot"] {
                assert_eq!(passwords.verify(hash, &typed.into()).await.expect("a verdict"), Verdict::Wrong);
            }
        }
    }

    #[tokio::test]
    async fn nobody_waits_behind_more_than_can_be_served() {
        let passwords = passwords(64);
        let _crowd = passwords.0.waiting.try_acquire_many(u32::try_from(MOST_WAITING).expect("small")).expect("room");
        let refused = passwords.verify(None, &"x".into()).await.expect_err("refused");
        assert_eq!((refused.code(), refused.kind()), ("sign_in_busy", ErrorKind::Unavailable));
    }

    #[test]
    fn as_many_are_hashed_at_a_time_as_there_are_cores_and_memory_for() {
        const MIB: u64 = 1_024 * 1_024;
        for (memory, cores, expected) in [
            (Some(255 * MIB), 8, 1),
            (Some(256 * MIB), 8, 1),
            (Some(1_024 * MIB), 8, 5),
            (Some(64_000 * MIB), 8, 8),
            (None, 2, 2),
            (Some(0), 0, 1),
        ] {
            assert_eq!(places(memory, cores, 46 * MIB), expected, "{memory:?} {cores}");
        }
        assert_eq!(total_of("MemFree: 1 kB\nMemTotal:       16 kB\n"), Some(16_384));
        assert_eq!(total_of("nonsense"), None);
        assert!(format!("{:?}", passwords(64)).contains("m=64"));
    }
}
