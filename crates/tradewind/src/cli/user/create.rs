//! `tradewind user create`: an account for somebody, with or without a password.

use std::io::Read as _;

use accounts::permissions::PermissionSet;
use accounts::roles::BuiltIn;
use accounts::sign_in::{self, CreateAccount, Opening};
use secrecy::SecretString;

use super::{hand_on, named, show};
use crate::cli::Stop;
use crate::cli::setup::{Globals, origin};
use crate::wiring;

/// More than any password that is let in, and no more of standard input than that is read.
const LONGEST_INPUT: u64 = 4_096;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Where mail reaches the person
    #[arg(long)]
    email: String,
    /// What they may sign in with instead of the address
    #[arg(long)]
    username: Option<String>,
    /// What they are called
    #[arg(long)]
    name: Option<String>,
    /// They may do everything
    #[arg(long)]
    admin: bool,
    /// The names of their roles, as in `support,packer`
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    roles: Vec<String>,
    /// Read a password from the first line of standard input; the address counts as proven then
    #[arg(long)]
    password_stdin: bool,
}

pub(super) async fn run(globals: &Globals, arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { email, username, name, admin, roles, password_stdin } = arguments;
    let opening = if password_stdin { Opening::Password(read_password()?) } else { Opening::Link };
    let context = globals.open().await?;
    let names: Vec<String> = roles.into_iter().chain(admin.then(|| BuiltIn::Admin.as_str().to_owned())).collect();
    let command = CreateAccount { email, username, name, roles: named(&context, &names).await?, opening };
    // Whoever sits at the machine may give anything.
    let created = sign_in::create_account(&wiring::accounts(context.clone()), &origin(), command, PermissionSet::all()).await;
    let created = created.map_err(|error| Stop::of(&error))?;
    match created.link {
        Some(link) => hand_on(globals, &created.user, link, "two days"),
        None => show(globals, &context, created.user).await,
    }
}

fn read_password() -> anyhow::Result<SecretString> {
    let mut text = String::new();
    std::io::stdin().lock().take(LONGEST_INPUT).read_to_string(&mut text)?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(Stop::usage("--password-stdin: there is no password on standard input").into());
    }
    Ok(SecretString::from(line))
}
