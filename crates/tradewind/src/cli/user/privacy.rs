//! `tradewind user export` and `erase`: what the shop knows of somebody, told and forgotten.

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use accounts::permissions::PermissionSet;
use anyhow::Context as _;
use sales::customers::{self, EraseCustomer};

use super::Who;
use crate::cli::setup::{Globals, origin};
use crate::cli::{Stop, people};
use crate::wiring;

pub(super) async fn export(globals: &Globals, who: &Who, out: Option<&Path>) -> anyhow::Result<()> {
    let context = globals.open().await?;
    let user = people::find(&context, &who.user).await?;
    let archive = customers::export(&wiring::accounts(context), &origin(), user.id).await.map_err(|error| Stop::of(&error))?;
    let Some(path) = out else { return globals.output().json(&archive) };
    // All that is known of a person is for nobody else's eyes.
    let file = File::options().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.with_context(|| format!("cannot make {}", path.display()))?;
    file.write_all(serde_json::to_string_pretty(&archive)?.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
    globals.output().note(format!("what the shop knows of {} is in {}", user.id, path.display()));
    Ok(())
}

pub(super) async fn erase(globals: &Globals, who: &Who, yes: bool) -> anyhow::Result<()> {
    let context = globals.open().await?;
    let user = people::find(&context, &who.user).await?;
    if !yes {
        return Err(Stop::usage(format!("{} would be forgotten for good: say so with --yes", user.id)).into());
    }
    let command = EraseCustomer { user_id: user.id, version: None };
    customers::erase(&wiring::accounts(context), &origin(), command, PermissionSet::all()).await.map_err(|error| Stop::of(&error))?;
    globals.output().note(format!("{} is forgotten", user.id));
    Ok(())
}
