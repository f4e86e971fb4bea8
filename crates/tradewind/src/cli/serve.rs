//! `tradewind serve`: the shop at work until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use kernel::SystemClock;
use platform::{Context, telemetry};

use super::Exit;
use super::setup::Globals;
use crate::server::{Server, StopSignal};
use crate::{set_up, wiring};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long)]
    addr: Option<SocketAddr>,
}

pub(super) async fn run(globals: &Globals, arguments: Arguments) -> anyhow::Result<Exit> {
    let addr = arguments.addr.map(|addr| ("server.addr", addr.to_string()));
    let config = globals.load(addr.into_iter().collect())?.config;
    telemetry::install(&config.log)?;
    let context = wiring::context(config, Arc::new(SystemClock)).await?;
    if let Some(copy) = wiring::bring_up(&context).await? {
        tracing::info!(copy = %copy.display(), "the database was migrated; what it was before is in the copy");
    }
    let stop = StopSignal::catch()?;
    let server = Server::start(wiring::sales(context.clone())).await?;
    tracing::info!(server.addr = server.addr().map(tracing::field::display), "ready");
    if let Some(addr) = server.addr() {
        offer_set_up(globals, &context, addr).await?;
    }
    stop.received().await;
    tracing::info!("stopping: what was begun is finished");
    server.stop().await;
    Ok(Exit::Ok)
}

/// Tells whoever started a shop without an administrator how to become it. It goes to standard output, and never into the log.
async fn offer_set_up(globals: &Globals, context: &Context, addr: SocketAddr) -> anyhow::Result<()> {
    let Some(link) = set_up::offer(context, &set_up::base_url(context, addr)).await? else { return Ok(()) };
    let output = globals.output();
    if output.is_json() { output.json(&link) } else { Ok(output.line(link.told())?) }
}
