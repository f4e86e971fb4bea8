//! Letters leave after the commit, and what counts for nothing any more is forgotten.

use kernel::{Origin, UserId};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::jobs::{self, Handler, Job, JobError, JobKind, NewJob, Queue};
use platform::mail::MailError;
use serde::{Deserialize, Serialize};

pub use super::letters::LetterKind;
use super::letters::letter;
use crate::Accounts;
use crate::oauth;
use crate::one_time::{self, Issue};
use crate::throttle;
use crate::users::{self, User};

#[derive(Serialize, Deserialize)]
struct Payload {
    user_id: Option<UserId>,
    letter: LetterKind,
}

/// The kind of the job that follows when somebody shows that the mail of an address is read; its payload is the account's id. What
/// belongs to whoever reads that mail is the business of a floor above, which handles it.
pub const EMAIL_VERIFIED: JobKind = JobKind::new("account.email_verified");

/// Has the floors above give the account what belongs to its address.
pub(super) async fn announce_verified_in(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    let job = NewJob::new(EMAIL_VERIFIED, serde_json::json!(user), tx.now());
    jobs::enqueue(tx, job.unique(format!("{EMAIL_VERIFIED}:{user}"))).await
}

/// Has a letter sent after the commit. One that waits already is not asked for twice; one to nobody is a job that finds nothing to do.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn write_letter_in(tx: &WriteTx, user_id: Option<UserId>, letter: LetterKind) -> Result<(), DatabaseError> {
    let job = NewJob::new(SendAccountMail::KIND, serde_json::json!(Payload { user_id, letter }), tx.now());
    let unique_key = user_id.map(|user| format!("{}:{letter}:{user}", SendAccountMail::KIND));
    jobs::enqueue(tx, unique_key.into_iter().fold(job, NewJob::unique)).await
}

/// Writes and sends a letter about an account. The token in its link is made here, so that no job holds one; run twice it sends two
/// letters, and the link of either is good until one is used.
#[derive(Debug, Clone)]
pub struct SendAccountMail(pub Accounts);

impl SendAccountMail {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("account_mail.send").on(Queue::Mail);

    async fn send(&self, user: &User, kind: LetterKind) -> Result<(), JobError> {
        let context = &self.0.context;
        let to = if kind == LetterKind::ChangeEmail { &user.pending_email } else { &user.email };
        let Some(to) = to.clone() else { return Ok(()) };
        let mut link = String::new();
        if let Some((purpose, path)) = kind.link() {
            let tx = context.begin(&Origin::system()).await?;
            let token = one_time::issue_in(&tx, &Issue { purpose, user_id: Some(user.id), email: Some(&to) }).await?;
            tx.commit().await?;
            link = format!("{}{path}#token={}", context.config.server.base_url(), token.reveal());
        }
        match self.0.mailer.send(&letter(kind, to, &context.config.shop.name, &link)).await {
            Err(error @ (MailError::Unfit(_) | MailError::Refused(_))) => {
                tracing::warn!(user.id = %user.id, letter = %kind, error = %error, "a letter cannot be delivered");
                Ok(())
            }
            other => Ok(other?),
        }
    }
}

#[async_trait::async_trait]
impl Handler for SendAccountMail {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let Payload { user_id, letter } = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let Some(user_id) = user_id else { return Ok(()) };
        let user = users::find(self.0.context.db.reader(), user_id).await?;
        match user.filter(User::is_active) {
            Some(user) => self.send(&user, letter).await,
            None => Ok(()),
        }
    }
}

/// Forgets links and tries that count for nothing any more; as often as one likes.
#[derive(Debug, Clone)]
pub struct SweepSignIn(pub Context);

impl SweepSignIn {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("sign_in.sweep").on(Queue::Bulk);
}

#[async_trait::async_trait]
impl Handler for SweepSignIn {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, _: &Job) -> Result<(), JobError> {
        let tx = self.0.begin(&Origin::system()).await?;
        one_time::sweep(&tx).await?;
        throttle::sweep(&tx).await?;
        oauth::sweep(&tx).await?;
        Ok(tx.commit().await?)
    }
}
