//! `tradewind role`: what groups of people may do, and who belongs to which.

use accounts::permissions::PermissionSet;
use accounts::roles::{self, AssignRolesError, CreateRole, Role, RoleInput, RoleQuery};
use kernel::{PageRequest, Position, UserId};
use platform::Context;
use serde::Serialize;

use super::output::{Shown, or_dash};
use super::setup::{Globals, origin};
use super::{Exit, Stop, people};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show all roles by name
    List,
    /// Make a role
    Create {
        /// What people call it
        #[arg(long)]
        name: String,
        /// What whoever has it may do, as in `products:write,orders:read`; `orders:*` is all of a resource, `admin:*` everything
        #[arg(long, value_delimiter = ',', required = true)]
        permissions: Vec<String>,
        /// What it is for
        #[arg(long)]
        description: Option<String>,
    },
    /// Give somebody a role
    Grant(Whom),
    /// Take a role from somebody
    Revoke(Whom),
}

#[derive(Debug, clap::Args)]
pub(super) struct Whom {
    /// The user's id (`user_…`), e-mail address or username
    user: String,
    /// The role's name
    role: String,
}

#[derive(Debug, Serialize)]
struct RoleRow {
    id: String,
    name: String,
    built_in: bool,
    permissions: Vec<String>,
    description: Option<String>,
}

impl RoleRow {
    fn of(role: &Role) -> Self {
        Self {
            id: role.id.to_string(),
            name: role.name.clone(),
            built_in: role.built_in,
            permissions: role.permissions.iter().map(str::to_owned).collect(),
            description: role.description.clone(),
        }
    }
}

impl Shown for RoleRow {
    const HEAD: &'static [&'static str] = &["id", "name", "kind", "permissions", "description"];

    fn cells(&self) -> Vec<String> {
        let kind = if self.built_in { "built in" } else { "own" };
        let description = or_dash(self.description.clone());
        vec![self.id.clone(), self.name.clone(), kind.to_owned(), self.permissions.join(","), description]
    }
}

pub(super) async fn run(globals: &Globals, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::List => list(globals).await?,
        Command::Create { name, permissions, description } => create(globals, name, permissions, description).await?,
        Command::Grant(whom) => assign(globals, &whom, true).await?,
        Command::Revoke(whom) => assign(globals, &whom, false).await?,
    }
    Ok(Exit::Ok)
}

async fn list(globals: &Globals) -> anyhow::Result<()> {
    let context = globals.open().await?;
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = PageRequest { position: Position::After(after), size: PageRequest::MAX_SIZE };
        let page = roles::list(context.db.reader(), &RoleQuery { descending: false, page }).await.map_err(|error| Stop::of(&error))?;
        rows.extend(page.items.iter().map(RoleRow::of));
        after = page.next;
        if after.is_none() {
            return globals.output().list(&rows);
        }
    }
}

async fn create(globals: &Globals, name: String, permissions: Vec<String>, description: Option<String>) -> anyhow::Result<()> {
    let input = RoleInput { name: Some(name), description: Some(description), permissions: Some(permissions) };
    let command = CreateRole::parse(input).map_err(|errors| Stop::usage(errors.to_string()))?;
    let context = globals.open().await?;
    let role = roles::create(&context, &origin(), command, PermissionSet::all()).await.map_err(|error| Stop::of(&error))?;
    let output = globals.output();
    if output.is_json() {
        return output.json(&RoleRow::of(&role));
    }
    Ok(output.line(role.id.to_string())?)
}

/// Whoever sits at the machine may give and take anything.
async fn assign(globals: &Globals, whom: &Whom, gives: bool) -> anyhow::Result<()> {
    let context = globals.open().await?;
    let user = people::find(&context, &whom.user).await?.id;
    let role = roles::find_by_name(context.db.reader(), &whom.role).await.map_err(|error| Stop::of(&error))?;
    let role = role.ok_or_else(|| Stop::not_found(format!("no role {}: `tradewind role list` shows them", whom.role)))?;
    let held = write(&context, user, &role, gives).await.map_err(|error| Stop::of(&error))?;
    let names: Vec<&str> = held.iter().map(|role| role.name.as_str()).collect();
    globals.output().note(format!("{user} has {}", if names.is_empty() { "no roles".to_owned() } else { names.join(", ") }));
    Ok(())
}

async fn write(context: &Context, user: UserId, role: &Role, gives: bool) -> Result<Vec<Role>, AssignRolesError> {
    let tx = context.begin(&origin()).await?;
    let held = match gives {
        true => roles::grant_in(&tx, user, role.id, PermissionSet::all()).await?,
        false => roles::revoke_in(&tx, user, role.id, PermissionSet::all()).await?,
    };
    tx.commit().await?;
    Ok(held)
}
