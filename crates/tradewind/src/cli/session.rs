//! `tradewind session`: where people are signed in.

use accounts::permissions::PermissionSet;
use accounts::sessions::{self, RevokeSession, RevokedBecause, Session};
use accounts::sign_in;
use kernel::{SessionId, Timestamp};
use serde::Serialize;

use super::output::{Shown, moment, or_dash};
use super::setup::{Globals, origin};
use super::{Exit, Stop, people};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show where somebody is signed in, the last used first
    List {
        /// The user's id (`user_…`), e-mail address or username
        user: String,
    },
    /// End a session, or all of somebody's; every node refuses its tokens within a second
    Revoke {
        /// The session's id (`sess_…`)
        #[arg(required_unless_present = "user", conflicts_with = "user")]
        session: Option<String>,
        /// All sessions of this user (id, e-mail address or username)
        #[arg(long)]
        user: Option<String>,
    },
}

#[derive(Debug, Serialize)]
struct SessionRow {
    id: String,
    kind: String,
    ip: Option<String>,
    user_agent: Option<String>,
    two_factor: bool,
    created_at: Timestamp,
    last_used_at: Timestamp,
    expires_at: Timestamp,
}

impl From<Session> for SessionRow {
    fn from(session: Session) -> Self {
        Self {
            id: session.id.to_string(),
            kind: session.kind.to_string(),
            ip: session.client.ip.map(|ip| ip.to_string()),
            user_agent: session.client.user_agent,
            two_factor: session.two_factor_at.is_some(),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
        }
    }
}

impl Shown for SessionRow {
    const HEAD: &'static [&'static str] = &["id", "kind", "second factor", "opened", "last used", "ends", "from", "program"];

    fn cells(&self) -> Vec<String> {
        let two_factor = if self.two_factor { "shown" } else { "-" };
        let times = [self.created_at, self.last_used_at, self.expires_at].map(moment);
        let mut cells = vec![self.id.clone(), self.kind.clone(), two_factor.to_owned()];
        cells.extend(times);
        cells.extend([or_dash(self.ip.as_ref()), or_dash(self.user_agent.as_ref())]);
        cells
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::List { user } => list(globals, &user).await?,
        Command::Revoke { session: Some(session), .. } => revoke(globals, &session).await?,
        Command::Revoke { session: None, user } => revoke_all(globals, &user.unwrap_or_default()).await?,
    }
    Ok(Exit::Ok)
}

async fn list(globals: &Globals, user: &str) -> anyhow::Result<()> {
    let context = globals.open().await?;
    let user = people::find(&context, user).await?;
    let sessions = sessions::list(context.db.reader(), user.id, &context.config.auth, context.now()).await;
    let rows = sessions.map_err(|error| Stop::of(&error))?.into_iter().map(SessionRow::from);
    globals.output().list(&rows.collect::<Vec<_>>())
}

async fn revoke(globals: &Globals, session: &str) -> anyhow::Result<()> {
    let unknown = || Stop::not_found(format!("no session {session}; `tradewind session list <user>` shows those that go on"));
    let id: SessionId = session.parse().map_err(|_| unknown())?;
    let context = globals.open().await?;
    let command = RevokeSession { id, of: None, because: RevokedBecause::RevokedByStaff };
    sessions::revoke(&context, &origin(), command).await.map_err(|error| match error {
        sessions::SessionError::NotFound => unknown(),
        other => Stop::of(&other),
    })?;
    globals.output().note(format!("{id} is over"));
    Ok(())
}

async fn revoke_all(globals: &Globals, user: &str) -> anyhow::Result<()> {
    let context = globals.open().await?;
    let user = people::find(&context, user).await?;
    let ended = sign_in::end_sessions(&context, &origin(), user.id, PermissionSet::all()).await.map_err(|error| Stop::of(&error))?;
    globals.output().note(format!("{ended} sessions of {} are over", user.id));
    Ok(())
}
