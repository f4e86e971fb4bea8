//! Letters leave after the commit.

use kernel::{Email, Origin, UserId};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::jobs::{self, Handler, Job, JobError, JobKind, NewJob, Queue};
use platform::mail::MailError;
use serde::{Deserialize, Serialize};

pub use super::letters::LetterKind;
use super::letters::letter;
use crate::Accounts;
use crate::one_time::{self, Issue};
use crate::users::{self, User};

#[derive(Serialize, Deserialize)]
struct Payload {
    user_id: Option<UserId>,
    letter: LetterKind,
    /// What stands for the address, where the letter is to one alone.
    mark: Option<String>,
}

/// Of a mark: enough to tell the addresses of one account apart.
const MARK_BYTES: usize = 16;

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
    let unique_key = user_id.map(|user| format!("{}:{letter}:{user}", SendAccountMail::KIND));
    enqueue_in(tx, Payload { user_id, letter, mark: None }, unique_key).await
}

/// Has the link that makes this the account's address sent there. While the letter to another address leaves, this one waits beside it;
/// one whose address is not the wanted one any more is not sent.
pub(super) async fn write_to_pending_in(context: &Context, tx: &WriteTx, user: UserId, pending: &Email) -> Result<(), DatabaseError> {
    let (letter, mark) = (LetterKind::ChangeEmail, mark_of(context, pending)?);
    let unique_key = format!("{}:{letter}:{user}:{mark}", SendAccountMail::KIND);
    enqueue_in(tx, Payload { user_id: Some(user), letter, mark: Some(mark) }, Some(unique_key)).await
}

async fn enqueue_in(tx: &WriteTx, payload: Payload, unique_key: Option<String>) -> Result<(), DatabaseError> {
    let job = NewJob::new(SendAccountMail::KIND, serde_json::json!(payload), tx.now());
    jobs::enqueue(tx, unique_key.into_iter().fold(job, NewJob::unique)).await
}

/// What stands for an address in a job: nobody without the shop's key can tell which, or try some.
fn mark_of(context: &Context, address: &Email) -> Result<String, DatabaseError> {
    const PURPOSE: &str = "the address of a letter";
    let tag = context.secrets.mac(PURPOSE, address.key().as_bytes()).map_err(|_| DatabaseError::corrupt("the master key"))?;
    Ok(tag.iter().take(MARK_BYTES).map(|byte| format!("{byte:02x}")).collect())
}

/// Writes and sends a letter about an account. The token in its link is made here, so that no job holds one; run twice it sends two
/// letters, and the link of either is good until one is used.
#[derive(Debug, Clone)]
pub struct SendAccountMail(pub Accounts);

impl SendAccountMail {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("account_mail.send").on(Queue::Mail);

    async fn send(&self, user: &User, kind: LetterKind, mark: Option<String>) -> Result<(), JobError> {
        let context = &self.0.context;
        let to = if kind == LetterKind::ChangeEmail { &user.pending_email } else { &user.email };
        let Some(to) = to.clone() else { return Ok(()) };
        if mark.is_some() && mark != Some(mark_of(context, &to)?) {
            return Ok(());
        }
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
        let Payload { user_id, letter, mark } = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let Some(user_id) = user_id else { return Ok(()) };
        let user = users::find(self.0.context.db.reader(), user_id).await?;
        match user.filter(User::is_active) {
            Some(user) => self.send(&user, letter, mark).await,
            None => Ok(()),
        }
    }
}
