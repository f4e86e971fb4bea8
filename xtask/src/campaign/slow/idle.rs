//! Connections that are opened and left alone.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use super::Trial;

/// What those that are kept alive asked for, once.
pub(super) const ONCE: &str = "GET /health/live HTTP/1.1\r\nhost: campaign\r\n\r\n";
/// The shop closes a connection on which nothing comes after ten seconds; a busy machine may be late.
const CLOSED_WITHIN: Duration = Duration::from_secs(20);

/// Opens so many, says this on each, keeps all for so long, and blames those that the shop keeps, too.
pub(super) async fn sit(address: SocketAddr, (connections, time): (usize, Duration), say: &str, trial: &mut Trial) -> Result<()> {
    let begin = Instant::now();
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        let mut stream = TcpStream::connect(address).await.context("the shop takes no more connections")?;
        stream.write_all(say.as_bytes()).await.context("cannot send")?;
        open.push((stream, Instant::now()));
    }
    let opened = begin.elapsed();
    let mut kept = 0;
    for (stream, since) in &mut open {
        let left = CLOSED_WITHIN.saturating_sub(since.elapsed());
        kept += usize::from(!is_closed(stream, left).await);
    }
    trial.notes.push(format!(
        "{connections} opened within {} ms, closed by the shop within {} s",
        opened.as_millis(),
        begin.elapsed().as_secs()
    ));
    if kept > 0 {
        trial.blame(format!("{kept} of {connections} connections are open though nothing came on them for {} s", CLOSED_WITHIN.as_secs()));
    }
    // Others come while these would still be there.
    tokio::time::sleep(time.saturating_sub(begin.elapsed())).await;
    Ok(())
}

/// Answers that nobody reads: more than any buffer between here and there takes, and few enough that making them is no load.
const UNREAD: usize = 12;
/// So many ask for them; the system's buffers are full of what they do not take.
pub(super) const UNREADERS: usize = 100;
const LARGE: &str = "GET /openapi.json HTTP/1.1\r\nhost: campaign\r\n\r\n";

/// Asks for much and reads nothing. Whoever drops what comes back closes the connections.
pub(super) async fn ask_and_turn_away(address: SocketAddr) -> Result<Vec<TcpStream>> {
    let mut open = Vec::with_capacity(UNREADERS);
    for _ in 0..UNREADERS {
        let socket = TcpSocket::new_v4().context("cannot make a socket")?;
        socket.set_recv_buffer_size(4_096).context("cannot make a buffer small")?;
        let mut stream = socket.connect(address).await.context("the shop takes no more connections")?;
        stream.write_all(LARGE.repeat(UNREAD).as_bytes()).await.context("cannot send")?;
        open.push(stream);
    }
    Ok(open)
}

/// Reads until the end, which has to come within this time.
async fn is_closed(stream: &mut TcpStream, within: Duration) -> bool {
    let mut buffer = [0; 1_024];
    let to_end = async {
        // An error is an end, too.
        while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    };
    tokio::time::timeout(within.max(Duration::from_millis(1)), to_end).await.is_ok()
}
