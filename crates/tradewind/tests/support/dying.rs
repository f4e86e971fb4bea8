//! A process that dies at the worst moment.

use platform::jobs::{Handler, Job, JobError, JobKind};

/// Does what its handler does, and dies before anybody wrote down that the job ended.
pub(crate) struct Dying<H>(pub(crate) H);

#[async_trait::async_trait]
impl<H: Handler> Handler for Dying<H> {
    fn kind(&self) -> JobKind {
        self.0.kind()
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        self.0.run(job).await?;
        Err(JobError::new("the process died"))
    }
}
