//! `tradewind user`: people with accounts.

mod create;
mod privacy;
mod row;

use std::collections::BTreeSet;
use std::path::PathBuf;

use accounts::permissions::PermissionSet;
use accounts::roles::{self, AssignRoles};
use accounts::sign_in::{self, ChangeStatus};
use accounts::users::{self, StatusReason, UserFilter, UserQuery, UserStatus};
use kernel::RoleId;
use platform::Context;
use row::UserRow;
use serde::Serialize;

use super::setup::{Globals, origin};
use super::{Exit, Stop, pages, people};
use crate::wiring;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make an account; without a password a link is printed by which its owner chooses one, within two days
    Create(create::Arguments),
    /// Show people with accounts, newest first
    List {
        /// Only those of whose account this became: active, deactivated or erased
        #[arg(long)]
        status: Option<UserStatus>,
        /// Only those with this text in address, username or name
        #[arg(long)]
        text: Option<String>,
        /// No more rows than this
        #[arg(long)]
        limit: Option<u64>,
    },
    /// Close an account: nobody signs in to it, and its sessions end
    Disable {
        #[command(flatten)]
        who: Who,
        /// Why, for people
        #[arg(long)]
        reason: Option<String>,
    },
    /// Open a closed account again
    Enable(Who),
    /// Print a link by which somebody chooses another password, within ten minutes
    ResetPassword(Who),
    /// Turn off the second factor of somebody who lost authenticator and recovery codes, and end their sessions
    ResetTwoFactor(Who),
    /// Show what roles somebody has, or give these and take all others
    Roles {
        #[command(flatten)]
        who: Who,
        /// The names of all roles that they are to have, as in `support,packer`; empty for none
        #[arg(long, value_delimiter = ',', num_args = 0..)]
        set: Option<Vec<String>>,
    },
    /// Write all that the shop knows of somebody, as JSON
    Export {
        #[command(flatten)]
        who: Who,
        /// Write into this file, which must not exist yet [default: standard output]
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Forget somebody: what was sold stays for the books, without anything that tells who bought it
    Erase {
        #[command(flatten)]
        who: Who,
        /// It cannot be undone: nothing happens without this
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, clap::Args)]
pub(super) struct Who {
    /// The user's id (`user_…`), e-mail address or username
    user: String,
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Create(arguments) => create::run(globals, arguments).await?,
        Command::List { status, text, limit } => list(globals, UserFilter { status, search: text }, limit).await?,
        Command::Disable { who, reason } => change_status(globals, &who, reason.as_deref(), false).await?,
        Command::Enable(who) => change_status(globals, &who, None, true).await?,
        Command::ResetPassword(who) => reset_password(globals, &who).await?,
        Command::ResetTwoFactor(who) => reset_two_factor(globals, &who).await?,
        Command::Roles { who, set } => assign(globals, &who, set).await?,
        Command::Export { who, out } => privacy::export(globals, &who, out.as_deref()).await?,
        Command::Erase { who, yes } => privacy::erase(globals, &who, yes).await?,
    }
    Ok(Exit::Ok)
}

async fn list(globals: &Globals, filter: UserFilter, limit: Option<u64>) -> anyhow::Result<()> {
    let context = globals.open().await?;
    let mut table = globals.output().table();
    let ask = async |page| {
        let query = UserQuery { filter: filter.clone(), descending: true, page };
        let people = users::list(context.db.reader(), &query).await?;
        let ids: Vec<_> = people.items.iter().map(|user| user.id).collect();
        let mut held = roles::of_users(context.db.reader(), &ids).await?;
        Ok::<_, platform::db::ListError>(people.map(|user| {
            let names = held.remove(&user.id).unwrap_or_default().into_iter().map(|(_, name)| name).collect();
            UserRow::of(user, names)
        }))
    };
    pages::each(limit, ask, |rows| table.rows(&rows)).await
}

/// Whoever sits at the machine may close and open any account.
async fn change_status(globals: &Globals, who: &Who, reason: Option<&str>, opens: bool) -> anyhow::Result<()> {
    let reason = reason.map(StatusReason::parse).transpose().map_err(|error| Stop::usage(format!("--reason: {error}")))?;
    let context = globals.open().await?;
    let user = people::find(&context, &who.user).await?;
    let command = ChangeStatus { reason, ..ChangeStatus::of(user.id) };
    let changed = match opens {
        true => sign_in::reactivate(&context, &origin(), command, PermissionSet::all()).await,
        false => sign_in::deactivate(&context, &origin(), command, PermissionSet::all()).await,
    };
    let changed = changed.map_err(|error| Stop::of(&error))?;
    show(globals, &context, changed).await
}

async fn show(globals: &Globals, context: &Context, user: users::User) -> anyhow::Result<()> {
    let held = roles::of_user(context.db.reader(), user.id).await.map_err(|error| Stop::of(&error))?;
    globals.output().one(&UserRow::of(user, held.into_iter().map(|role| role.name).collect()))
}

/// What opens an account, for whoever it is handed on to.
#[derive(Debug, Serialize)]
struct Link {
    user_id: String,
    link: String,
}

/// Prints a link on standard output alone, so that a script can hand it on.
fn hand_on(globals: &Globals, user: &users::User, link: String, lifetime: &str) -> anyhow::Result<()> {
    let output = globals.output();
    if output.is_json() {
        return output.json(&Link { user_id: user.id.to_string(), link });
    }
    output.note(format!("whoever opens this link within {lifetime} chooses the password of {}; it is good once:", user.id));
    Ok(output.line(link)?)
}

async fn reset_password(globals: &Globals, who: &Who) -> anyhow::Result<()> {
    let context = globals.open().await?;
    let user = people::find(&context, &who.user).await?;
    if !user.is_active() || user.email.is_none() {
        let why = if user.email.is_none() { "has no e-mail address" } else { "is closed: `tradewind user enable` opens it" };
        return Err(Stop::refused(format!("the account {} {why}", user.id)).into());
    }
    let link = sign_in::make_reset_link(&wiring::accounts(context), &origin(), user.id).await.map_err(|error| Stop::of(&error))?;
    hand_on(globals, &user, link, "ten minutes")
}

async fn reset_two_factor(globals: &Globals, who: &Who) -> anyhow::Result<()> {
    let context = globals.open().await?;
    let user = people::find(&context, &who.user).await?;
    sign_in::forget_two_factor(&context, &origin(), user.id, PermissionSet::all()).await.map_err(|error| Stop::of(&error))?;
    globals.output().note(format!("{} signs in without a second factor until they set up another", user.id));
    Ok(())
}

async fn assign(globals: &Globals, who: &Who, set: Option<Vec<String>>) -> anyhow::Result<()> {
    let context = globals.open().await?;
    let user = people::find(&context, &who.user).await?;
    if let Some(names) = set {
        let command = AssignRoles { user_id: user.id, version: None, roles: named(&context, &names).await? };
        roles::assign(&context, &origin(), command, PermissionSet::all()).await.map_err(|error| Stop::of(&error))?;
    }
    show(globals, &context, people::find(&context, &user.id.to_string()).await?).await
}

/// The roles of these names.
async fn named(context: &Context, names: &[String]) -> anyhow::Result<BTreeSet<RoleId>> {
    let mut ids = BTreeSet::new();
    for name in names.iter().map(|name| name.trim()).filter(|name| !name.is_empty()) {
        let role = roles::find_by_name(context.db.reader(), name).await.map_err(|error| Stop::of(&error))?;
        ids.insert(role.ok_or_else(|| Stop::not_found(format!("no role {name}: `tradewind role list` shows them")))?.id);
    }
    Ok(ids)
}
