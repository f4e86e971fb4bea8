//! Giving customers what they ordered before they had an account.

use accounts::sign_in::EMAIL_VERIFIED;
use accounts::users;
use kernel::{Origin, UserId};
use platform::Context;
use platform::jobs::{Handler, Job, JobError, JobKind};

use crate::orders;

/// Gives an account the orders that guests placed under its address, once it was shown that its mail is read; doing it again
/// finds none.
#[derive(Debug)]
pub struct ClaimOrders(pub Context);

#[async_trait::async_trait]
impl Handler for ClaimOrders {
    fn kind(&self) -> JobKind {
        EMAIL_VERIFIED
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let user: UserId = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let found = users::find(self.0.db.reader(), user).await?;
        let proven = found.filter(|user| user.is_active() && user.email_verified_at.is_some());
        if let Some(email) = proven.and_then(|user| user.email) {
            orders::claim(&self.0, &Origin::system(), user, &email).await?;
        }
        Ok(())
    }
}
