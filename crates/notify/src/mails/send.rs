//! Sending a letter: it is made now, of what is true now.

use kernel::{CartId, Email, MailId, Origin};
use platform::db::DatabaseError;
use platform::jobs::{self, Handler, Job, JobError, JobKind, NewJob, Queue};
use platform::mail::{Letter, MailError};
use sales::carts::{self, CartReader, CartToken};

use super::model::{Mail, MailState, TRIES};
use super::store;
use super::told::told_in;
use crate::Notify;
use crate::mail_templates;

/// Makes and sends a letter. One that was sent is not sent again; where the process dies between the server's answer and the commit, it is
/// sent twice under one `Message-ID`, and a file is written over itself.
#[derive(Debug, Clone)]
pub struct SendMail(pub Notify);

impl SendMail {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("mails.send").on(Queue::Mail);

    /// Why it was not sent: for good, or until the next try.
    async fn send(&self, mail: &Mail) -> Result<Result<(), Failure>, DatabaseError> {
        let context = &self.0.context;
        let (Some(to), Some(told)) = (mail.to.clone(), told_in(context, mail).await?) else {
            return Ok(Err(Failure::gone()));
        };
        if let Some((cart, token)) = &told.opens
            && !self.open(mail, &to, *cart, token).await?
        {
            return Ok(Err(Failure::gone()));
        }
        let made = mail_templates::letter(context.db.reader(), mail.template, &told.words).await?;
        let letter = Letter {
            to,
            subject: made.subject,
            text: made.text,
            html: Some(made.html),
            id: Some(mail.id.uuid()),
            unsubscribe: told.unsubscribe,
        };
        Ok(self.0.mailer.send(&letter).await.map_err(Failure::from))
    }

    /// Has the link of the letter open the cart, before anybody reads it; false where the cart is not its reader's any more.
    async fn open(&self, mail: &Mail, to: &Email, cart: CartId, token: &CartToken) -> Result<bool, DatabaseError> {
        let tx = self.0.context.begin(&Origin::system()).await?;
        let opens = carts::recover(&tx, cart, CartReader { user_id: mail.user_id, email: to }, token).await?;
        tx.commit().await?;
        Ok(opens)
    }

    /// Writes how a try went, with the end of its job: a job that ran again would begin a second row of tries.
    async fn settle(&self, job: &Job, mail: &Mail, sent: Result<(), Failure>) -> Result<(), JobError> {
        let tx = self.0.context.begin(&Origin::system()).await?;
        let tries = mail.attempts + 1;
        let (state, error, pause) = match sent {
            Ok(()) => (MailState::Sent, None, None),
            Err(Failure::ForGood(error)) => (MailState::Failed, Some(error), None),
            Err(Failure::Now(error)) => match TRIES.pause_after(tries, None) {
                None => (MailState::Failed, Some(error), None),
                Some(pause) => (MailState::Queued, Some(error), Some(pause)),
            },
        };
        if store::settle(&tx, mail.id, state, error.as_deref()).await?
            && let Some(pause) = pause
        {
            let next = NewJob::new(Self::KIND, serde_json::json!(mail.id), tx.now() + pause);
            jobs::enqueue(&tx, next.unique(format!("{}:{}:{tries}", Self::KIND, mail.id))).await?;
        }
        if state == MailState::Failed {
            tracing::warn!(mail.id = %mail.id, mail.template = %mail.template, error = error.as_deref(), "a letter is given up");
        }
        job.complete_in(&tx).await?;
        Ok(tx.commit().await?)
    }
}

enum Failure {
    ForGood(String),
    Now(String),
}

impl Failure {
    fn gone() -> Self {
        Self::ForGood("what it tells of is no more".to_owned())
    }
}

impl From<MailError> for Failure {
    fn from(error: MailError) -> Self {
        match &error {
            MailError::Unfit(_) | MailError::Refused(_) => Self::ForGood(error.to_string()),
            MailError::Misconfigured(_) | MailError::Unavailable(_) => Self::Now(error.to_string()),
        }
    }
}

#[async_trait::async_trait]
impl Handler for SendMail {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let id: MailId = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let mail = store::find(self.0.context.db.reader(), id).await?;
        let Some(mail) = mail.filter(|mail| mail.state == MailState::Queued) else { return Ok(()) };
        let sent = self.send(&mail).await?;
        self.settle(job, &mail, sent).await
    }
}
