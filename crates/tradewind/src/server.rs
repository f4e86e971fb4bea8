//! The running shop: the tasks that the node's roles ask for, and their orderly end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use api::Shop;
use gateway::{Certificate, Gateway, Redirect};
use notify::webhooks::Dispatcher;
use platform::audit::Sealer;
use platform::cache::Follower;
use platform::config::Role;
use platform::events::Subscription;
use platform::jobs::{Scheduler, Worker};
use platform::outbox::Relay;
use sales::Sales;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::wiring;

/// What the accept loop has beyond its own time to finish answers, before the process gives up on it.
const DRAIN_MARGIN: Duration = Duration::from_secs(1);

/// A node at work.
#[derive(Debug)]
pub struct Server {
    shop: Shop,
    addr: Option<SocketAddr>,
    answering: Group,
    working: Group,
}

/// Tasks that are told to stop together.
#[derive(Debug, Default)]
struct Group {
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Group {
    /// Tells them to stop and waits, but not longer than this.
    async fn end(self, patience: Duration) {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_err() {
            tracing::warn!(tasks = self.tasks.len(), "work was still under way when the time to finish it ran out");
        }
    }
}

impl Server {
    /// Starts what the configured roles ask for. The database has the schema of this program by now.
    ///
    /// # Errors
    /// Where the configured address cannot be listened on.
    pub async fn start(sales: Sales) -> anyhow::Result<Self> {
        let (answering, working) = (Group::default(), Group::default());
        let context = sales.context.clone();
        let shop = wiring::shop(sales, wiring::accounts(context.clone()))?;
        let config = &context.config;
        let mut addr = None;
        if config.roles.iter().any(|role| matches!(role, Role::Api | Role::Web)) {
            let (refusals, writer) = gateway::refusals(context.clone());
            addr = Some(answer(&shop, wiring::gateway(&shop).auditing(refusals), &answering).await?);
            working.tasks.spawn(writer.run(working.stop.clone()));
            // Whether or not answers are kept: who somebody is, and who is blocked, is.
            working.tasks.spawn(Follower::new(context.clone()).run(working.stop.clone()));
            working.tasks.spawn(shop.uses().clone().run(context.clone(), working.stop.clone()));
        }
        if config.roles.contains(&Role::Worker) {
            working.tasks.spawn(Relay::new(context.clone()).run(working.stop.clone()));
            working.tasks.spawn(Sealer::new(context.clone()).run(working.stop.clone()));
            for subscriber in wiring::subscribers() {
                working.tasks.spawn(Subscription::new(context.clone(), subscriber).run(working.stop.clone()));
            }
            working.tasks.spawn(Dispatcher::new(shop.notify.clone()).run(working.stop.clone()));
            working
                .tasks
                .spawn(Worker::new(context.clone(), wiring::handlers(&shop.sales, &shop.accounts, &shop.notify)).run(working.stop.clone()));
        }
        if config.roles.contains(&Role::Scheduler) {
            working.tasks.spawn(Scheduler::new(context.clone(), shop.schedules.clone()).run(working.stop.clone()));
        }
        Ok(Self { shop, addr, answering, working })
    }

    /// Where the node listens, where it does.
    #[must_use]
    pub const fn addr(&self) -> Option<SocketAddr> {
        self.addr
    }

    /// Takes nothing new, finishes answers and then jobs, each within the configured time, and closes the database.
    pub async fn stop(self) {
        self.shop.begin_to_stop();
        let context = self.shop.context().clone();
        let patience = Duration::from_millis(context.config.server.drain_timeout_ms);
        tokio::join!(self.answering.end(patience + DRAIN_MARGIN), self.shop.notify.streams.ended(patience));
        self.working.end(patience).await;
        context.db.close().await;
    }
}

/// Answers at the configured address, by HTTPS where there is a certificate, and leads there from the plain port where there is one.
async fn answer(shop: &Shop, gateway: Gateway, group: &Group) -> anyhow::Result<SocketAddr> {
    let config = &shop.context().config;
    let (server, limits) = (&config.server, wiring::serve_limits(config));
    let (listener, addr) = listen(server.addr).await?;
    let stop = || group.stop.clone().cancelled_owned();
    let Some((chain, key)) = server.tls_files() else {
        group.tasks.spawn(gateway::serve(listener, gateway, limits, stop()));
        return Ok(addr);
    };
    let certificate = Arc::new(Certificate::read(chain, key).context("HTTPS")?);
    let (shown, stopped) = (Arc::clone(&certificate), stop());
    group.tasks.spawn(async move {
        if let Err(error) = gateway::serve_tls(listener, &shown, gateway, limits, stopped).await {
            tracing::error!(%error, "nobody is answered");
        }
    });
    let stopped = stop();
    group.tasks.spawn(async move {
        tokio::select! {
            () = certificate.follow() => {}
            () = stopped => {}
        }
    });
    if let Some(plain) = server.redirect_addr() {
        let redirect = Redirect::new(&server.public_url, Arc::clone(&shop.context().clock));
        group.tasks.spawn(gateway::serve_redirect(listen(plain).await?.0, redirect, limits, stop()));
    }
    Ok(addr)
}

async fn listen(wanted: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(wanted).await.with_context(|| format!("cannot listen on {wanted}"))?;
    let addr = listener.local_addr().with_context(|| format!("cannot listen on {wanted}"))?;
    Ok((listener, addr))
}

/// SIGTERM (a supervisor) and SIGINT (Ctrl-C), caught from the moment at which this is made: before a server answers
/// anybody, so that none is cut off.
pub struct StopSignal {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignal {
    /// Signals end the process no more.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn catch() -> std::io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Waits for one.
    pub async fn received(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
