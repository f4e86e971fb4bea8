//! The head of the chain, signed and kept outside of the database: without it nobody sees that the end was cut off.

use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;

use super::chain::hex;
use super::error::AuditError;
use super::store;
use crate::Context;
use crate::db::DatabaseError;
use crate::jobs::{Handler, Job, JobError, JobKind, Queue};
use crate::secrets::Secrets;

/// What the signing key is made for.
const PURPOSE: &str = "audit.head";
/// So many days of heads are looked at; far more than a database is kept without a copy.
const MOST_HEADS: usize = 10_000;

/// How far the chain was at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The number of the last seal.
    pub seq: i64,
    /// Its hash, in hexadecimal digits.
    pub hash: String,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// The Ed25519 key that verifies the signature, in hexadecimal digits; it is made of the shop's master key.
    pub key: String,
    /// Over `tradewind audit head`, `seq`, `hash` and `signed_at`, each on a line of its own.
    pub signature: String,
}

impl Head {
    fn signed(secrets: &Secrets, seq: i64, hash: &[u8], signed_at: Timestamp) -> Result<Self, AuditError> {
        let pair = pair(secrets)?;
        let mut head = Self { seq, hash: hex(hash), signed_at, key: hex(pair.public_key().as_ref()), signature: String::new() };
        head.signature = hex(pair.sign(head.text().as_bytes()).as_ref());
        Ok(head)
    }

    /// True where this shop signed it; what the head itself says of its key counts for nothing.
    pub(super) fn is_ours(&self, secrets: &Secrets) -> Result<bool, AuditError> {
        let pair = pair(secrets)?;
        let key = UnparsedPublicKey::new(&ED25519, pair.public_key().as_ref());
        Ok(bytes(&self.signature).is_some_and(|signature| key.verify(self.text().as_bytes(), &signature).is_ok()))
    }

    fn text(&self) -> String {
        format!("tradewind audit head\n{}\n{}\n{}\n", self.seq, self.hash, self.signed_at.to_rfc3339())
    }
}

fn pair(secrets: &Secrets) -> Result<Ed25519KeyPair, AuditError> {
    let seed = secrets.mac(PURPOSE, b"Ed25519")?;
    // Thirty-two bytes are a seed, whatever they are.
    Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| DatabaseError::corrupt("no key of a seed").into())
}

/// The bytes of hexadecimal digits.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = (0..digits.len()).step_by(2);
    pairs.map(|place| u8::from_str_radix(digits.get(place..place + 2)?, 16).ok()).collect()
}

fn folder(context: &Context) -> PathBuf {
    context.config.data_dir.join("audit")
}

/// Signs the end of the chain and writes it to `<data_dir>/audit/<day>.json`; `None` where nothing is sealed. The first head of a day
/// stays: doing it again changes nothing.
///
/// # Errors
/// `AuditError`, by what went wrong.
pub async fn export_head(context: &Context) -> Result<Option<PathBuf>, AuditError> {
    let Some(last) = store::last_seal(context.db.reader()).await? else { return Ok(None) };
    let now = context.now();
    let head = Head::signed(&context.secrets, last.seq, &last.hash, now)?;
    let text = serde_json::to_vec_pretty(&head).map_err(|_| DatabaseError::corrupt("a head is JSON"))?;
    let (folder, day) = (folder(context), now.format("%Y-%m-%d").to_string());
    let place = folder.join(format!("{day}.json"));
    let written = async {
        tokio::fs::create_dir_all(&folder).await?;
        if tokio::fs::try_exists(&place).await? {
            return Ok(());
        }
        let draft = folder.join(format!(".{day}.{:016x}", rand::random::<u64>()));
        let mut file = tokio::fs::File::create(&draft).await?;
        file.write_all(&text).await?;
        file.sync_all().await?;
        tokio::fs::rename(&draft, &place).await?;
        tokio::fs::File::open(&folder).await?.sync_all().await
    };
    written.await.map_err(|error| AuditError::File(place.clone(), error))?;
    Ok(Some(place))
}

/// What is in a file that should be a head.
pub(super) struct Exported {
    pub(super) name: String,
    /// `None` where it is no head that this shop signed.
    pub(super) head: Option<Head>,
}

/// The heads that this data directory holds, the oldest first.
pub(super) fn exported(context: &Context) -> Result<Vec<Exported>, AuditError> {
    let folder = folder(context);
    let refuse = |path: &Path, error| AuditError::File(path.to_owned(), error);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(refuse(&folder, error)),
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    paths.sort();
    let read = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).map_err(|error| refuse(path, error))?;
        let head: Option<Head> = serde_json::from_str(&text).ok();
        let head = match head {
            Some(head) if head.is_ours(&context.secrets)? => Some(head),
            _ => None,
        };
        Ok(Exported { name: path.display().to_string(), head })
    };
    paths.iter().rev().take(MOST_HEADS).rev().map(read).collect()
}

/// The job that signs the head of each day.
#[derive(Debug)]
pub struct ExportHead(pub Context);

impl ExportHead {
    /// What the time-table calls it.
    pub const KIND: JobKind = JobKind::new("audit.export_head").on(Queue::Bulk);
}

#[async_trait::async_trait]
impl Handler for ExportHead {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, _: &Job) -> Result<(), JobError> {
        Ok(export_head(&self.0).await.map(drop)?)
    }
}
