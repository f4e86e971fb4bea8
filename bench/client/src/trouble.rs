//! A way to a server that has the troubles of a network: nobody there, nobody who answers, answers that trickle, answers that break off.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// What is read at once.
const CHUNK: usize = 16 * 1_024;
/// How long each part of an answer takes that trickles.
const TRICKLE: Duration = Duration::from_millis(100);
/// A port is closed or opened by then.
const SOON: Duration = Duration::from_secs(5);

/// What is wrong with the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing.
    None,
    /// Nobody listens; connections end.
    Refused,
    /// Nothing comes through, and nobody says so.
    Hanging,
    /// Answers come bit by bit.
    Slow,
    /// An answer breaks off in the middle, and the connection with it.
    Reset,
}

impl Trouble {
    /// Each that is one.
    pub const ALL: [Self; 4] = [Self::Refused, Self::Hanging, Self::Slow, Self::Reset];
}

/// A way to a server, until it is dropped.
#[derive(Debug)]
pub struct Way {
    address: SocketAddr,
    trouble: watch::Sender<Trouble>,
    task: JoinHandle<()>,
}

impl Way {
    /// A way without trouble.
    ///
    /// # Errors
    /// Where there is no free port.
    pub async fn to(target: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("there is no free port")?;
        let address = listener.local_addr().context("a port has a number")?;
        let (trouble, met) = watch::channel(Trouble::None);
        Ok(Self { address, trouble, task: tokio::spawn(tend(listener, target, met)) })
    }

    /// Where it begins.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on this is wrong with it, for those who are on it, too.
    ///
    /// # Errors
    /// Where the port does not close or open.
    pub async fn meet(&self, trouble: Trouble) -> Result<()> {
        self.trouble.send_replace(trouble);
        let begin = Instant::now();
        while TcpStream::connect(self.address).await.is_ok() == (trouble == Trouble::Refused) {
            ensure!(begin.elapsed() < SOON, "the port {} does not become what it is to be", self.address);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn tend(listener: TcpListener, target: SocketAddr, mut met: watch::Receiver<Trouble>) {
    let Ok(address) = listener.local_addr() else { return };
    let (mut listener, mut connections) = (Some(listener), JoinSet::new());
    loop {
        if *met.borrow_and_update() == Trouble::Refused {
            listener = None;
            connections.abort_all();
            if met.changed().await.is_err() {
                return;
            }
            continue;
        }
        let open = match listener.take() {
            Some(open) => open,
            None => match TcpListener::bind(address).await {
                Ok(open) => open,
                Err(_) => return,
            },
        };
        tokio::select! {
            accepted = open.accept() => {
                if let Ok((client, _)) = accepted {
                    connections.spawn(carry(client, target, met.clone()));
                }
            }
            _ = met.changed() => {}
        }
        listener = Some(open);
    }
}

/// Carries what both say until either ends it; a break is told to the client as one.
async fn carry(mut client: TcpStream, target: SocketAddr, met: watch::Receiver<Trouble>) {
    let Ok(mut server) = TcpStream::connect(target).await else { return };
    let broken = {
        let ((from_client, to_client), (from_server, to_server)) = (client.split(), server.split());
        tokio::select! {
            () = up(from_client, to_server, met.clone()) => false,
            broken = down(from_server, to_client, met) => broken,
        }
    };
    if broken {
        // Then the end of the connection is a reset. Where it cannot be one, it is an end.
        let _set = client.set_zero_linger();
    }
}

async fn up(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mut met: watch::Receiver<Trouble>) {
    let mut chunk = vec![0; CHUNK];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        if passed(&mut met).await.is_none() || to.write_all(chunk.get(..length).unwrap_or_default()).await.is_err() {
            return;
        }
    }
}

/// True where it broke off.
async fn down(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mut met: watch::Receiver<Trouble>) -> bool {
    let mut chunk = vec![0; CHUNK];
    while let Ok(length @ 1..) = from.read(&mut chunk).await {
        let Some(trouble) = passed(&mut met).await else { return false };
        if trouble == Trouble::Slow {
            tokio::time::sleep(TRICKLE).await;
        }
        let passing = if trouble == Trouble::Reset { length / 2 } else { length };
        if to.write_all(chunk.get(..passing).unwrap_or_default()).await.is_err() {
            return false;
        }
        if trouble == Trouble::Reset {
            return true;
        }
    }
    false
}

/// Waits while nothing comes through; none where the way is no more.
async fn passed(met: &mut watch::Receiver<Trouble>) -> Option<Trouble> {
    met.wait_for(|trouble| *trouble != Trouble::Hanging).await.ok().map(|trouble| *trouble)
}
