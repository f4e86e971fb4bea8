//! The hash that ties a record to all before it.

use chrono::SecondsFormat;
use uuid::Uuid;

use super::store::{RecordRow, SealRow};
use crate::secrets::{Secrets, SecretsError};

/// What the key is for; a hash that needs the shop's master key cannot be made anew by whoever can write the database.
const PURPOSE: &str = "audit.chain";

/// Bytes that read in one way only: each part says how long it is.
struct Bytes(Vec<u8>);

impl Bytes {
    fn add(&mut self, part: &[u8]) {
        self.0.extend_from_slice(&(part.len() as u64).to_be_bytes());
        self.0.extend_from_slice(part);
    }

    fn add_time(&mut self, time: kernel::Timestamp) {
        self.add(time.to_rfc3339_opts(SecondsFormat::Nanos, true).as_bytes());
    }
}

/// The hash of a link: over its number, the hash before it, its moment, and every column of its record.
pub(super) fn hash(
    secrets: &Secrets,
    previous: &[u8],
    link: (i64, kernel::Timestamp),
    record: &RecordRow,
) -> Result<Vec<u8>, SecretsError> {
    let RecordRow { position, id, action, subject, actor, outcome, changes, request_id, occurred_at } = record;
    let mut bytes = Bytes(Vec::with_capacity(512));
    bytes.add(&link.0.to_be_bytes());
    bytes.add(previous);
    bytes.add_time(link.1);
    bytes.add(&position.to_be_bytes());
    bytes.add(id.as_bytes());
    for text in [action, subject, actor, outcome, changes] {
        bytes.add(text.as_bytes());
    }
    // Nothing and an empty text differ.
    bytes.add(request_id.as_ref().map_or(&[0][..], |_| &[1]));
    bytes.add(request_id.as_deref().unwrap_or_default().as_bytes());
    bytes.add_time(*occurred_at);
    Ok(secrets.mac(PURPOSE, &bytes.0)?.to_vec())
}

/// True where the link says of its record what it said when it was made.
pub(super) fn holds(secrets: &Secrets, previous: &[u8], seal: &SealRow, record: &RecordRow) -> Result<bool, SecretsError> {
    Ok(hash(secrets, previous, (seal.seq, seal.sealed_at), record)? == seal.hash)
}

/// As it stands in files.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What people call a record.
pub(super) fn name(id: Uuid) -> String {
    kernel::AuditId::from_uuid(id).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Flags, load};

    fn record() -> RecordRow {
        RecordRow {
            position: 7,
            id: Uuid::from_u128(1),
            action: "role.created".into(),
            subject: "role_1".into(),
            actor: "cli".into(),
            outcome: "done".into(),
            changes: "{}".into(),
            request_id: None,
            occurred_at: "2026-03-02T09:30:00Z".parse().expect("a moment"),
        }
    }

    #[test]
    fn every_column_counts_and_no_two_columns_run_into_each_other() {
        let mut config = load(&Flags::default()).expect("defaults").config;
        config.secrets.master_key = "1".repeat(64).into();
        let secrets = Secrets::of(&config);
        let at = record().occurred_at;
        let of = |previous: &[u8], seq, record: &RecordRow| hash(&secrets, previous, (seq, at), record).expect("a hash");
        let shifted = RecordRow { action: "role.create".into(), subject: "drole_1".into(), ..record() };
        let others = [
            of(b"x", 1, &record()),
            of(b"", 2, &record()),
            of(b"", 1, &shifted),
            of(b"", 1, &RecordRow { position: 8, ..record() }),
            of(b"", 1, &RecordRow { id: Uuid::from_u128(2), ..record() }),
            of(b"", 1, &RecordRow { actor: "clI".into(), ..record() }),
            of(b"", 1, &RecordRow { outcome: "refused".into(), ..record() }),
            of(b"", 1, &RecordRow { changes: "{ }".into(), ..record() }),
            of(b"", 1, &RecordRow { request_id: Some(String::new()), ..record() }),
            of(b"", 1, &RecordRow { occurred_at: at + chrono::TimeDelta::nanoseconds(1), ..record() }),
            hash(&secrets, b"", (1, at + chrono::TimeDelta::seconds(1)), &record()).expect("a hash"),
        ];
        let own = of(b"", 1, &record());
        assert!(others.iter().all(|other| *other != own));
        assert_eq!(own, of(b"", 1, &record()));
        let seal = SealRow { seq: 1, record_id: record().id, hash: own, sealed_at: at };
        assert!(holds(&secrets, b"", &seal, &record()).expect("a key") && !holds(&secrets, b"", &seal, &shifted).expect("a key"));
    }
}
