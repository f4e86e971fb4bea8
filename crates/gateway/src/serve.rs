//! The accept loop: bounded connections, a limit on slow heads, and an end that lets answers finish.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tokio_util::task::TaskTracker;

use crate::body::OutBody;
use crate::lingering::{Lingering, Places};
use crate::patient::Patient;
use crate::redirect::Redirect;
use crate::service::Gateway;
use crate::tls::{Certificate, CertificateError};
use crate::two_lengths::{Seen, Watched};

/// The bounds of the accept loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServeLimits {
    /// How many connections are open at once; the next ones wait in the system's queue.
    pub max_connections: usize,
    /// How long a client may take to send the head of a request, and how long an idle connection stays open.
    pub header_read_timeout: Duration,
    /// How long an answer waits for a client that takes not a byte of it.
    pub write_timeout: Duration,
    /// How long answers under way may take once the stop was asked for.
    pub drain_timeout: Duration,
    /// How much of a request's head is read at most.
    pub max_head_bytes: usize,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            max_connections: 10_000,
            header_read_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            drain_timeout: Duration::from_secs(30),
            max_head_bytes: 64 * 1_024,
        }
    }
}

/// The system is out of file descriptors or memory when accepting fails; trying again at once would only burn the processor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves connections until `stop` is ready, then refuses new ones, closes idle ones and waits for the answers under way,
/// up to `drain_timeout`.
///
/// HTTP/1.1 only, by hyper's own builder: the `auto` builder of `hyper-util` waits for the first bytes without any time limit.
pub async fn serve(listener: TcpListener, gateway: Gateway, limits: ServeLimits, stop: impl Future<Output = ()>) {
    let gateway = Arc::new(gateway);
    let answers = move |request: Request<Incoming>, peer| {
        let gateway = Arc::clone(&gateway);
        async move { gateway.answer(request, Some(peer)).await }
    };
    accept_all((listener, None), answers, limits, stop).await;
}

/// The same by HTTPS. Whoever speaks plain HTTP there is cut off.
///
/// # Errors
/// `CertificateError` where the certificate cannot be shown; nobody is served then.
pub async fn serve_tls(
    listener: TcpListener,
    certificate: &Certificate,
    gateway: Gateway,
    limits: ServeLimits,
    stop: impl Future<Output = ()>,
) -> Result<(), CertificateError> {
    let (acceptor, gateway) = (certificate.acceptor()?, Arc::new(gateway));
    let answers = move |request: Request<Incoming>, peer| {
        let gateway = Arc::clone(&gateway);
        async move { gateway.answer(request, Some(peer)).await }
    };
    accept_all((listener, Some(acceptor)), answers, limits, stop).await;
    Ok(())
}

/// Serves the plain port beside it.
pub async fn serve_redirect(listener: TcpListener, redirect: Redirect, limits: ServeLimits, stop: impl Future<Output = ()>) {
    let redirect = Arc::new(redirect);
    let answers = move |request: Request<Incoming>, _peer| std::future::ready(redirect.answer(&request));
    accept_all((listener, None), answers, limits, stop).await;
}

/// Where connections come in, and who shakes hands there.
type Door = (TcpListener, Option<TlsAcceptor>);

async fn accept_all<A, F>((listener, acceptor): Door, answers: A, limits: ServeLimits, stop: impl Future<Output = ()>)
where
    A: Fn(Request<Incoming>, SocketAddr) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = http::Response<OutBody>> + Send + 'static,
{
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.header_read_timeout).max_buf_size(limits.max_head_bytes);
    let (slots, places) = (Arc::new(Semaphore::new(limits.max_connections)), Places::new());
    let tasks = TaskTracker::new();
    let (tell, told) = watch::channel(());
    tokio::pin!(stop);
    loop {
        let next = tokio::select! {
            next = accept(&listener, &slots, &places) => next,
            () = &mut stop => break,
        };
        if let Some(connection) = next {
            let greeting = (connection, acceptor.clone(), limits);
            tasks.spawn(greet(greeting, http.clone(), answers.clone(), told.clone()));
        }
    }
    drop(listener);
    let _ = tell.send(());
    tasks.close();
    if tokio::time::timeout(limits.drain_timeout, tasks.wait()).await.is_err() {
        tracing::warn!(connections = tasks.len(), "answers were still under way when the time to finish them ran out");
    }
}

/// A connection and its place among those allowed.
struct Connection {
    tcp: Lingering,
    peer: SocketAddr,
    slot: OwnedSemaphorePermit,
}

async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>, places: &Places) -> Option<Connection> {
    // The semaphore is never closed.
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((tcp, peer)) => {
            // Without it a small answer waits for the client's acknowledgement of the one before.
            let _ = tcp.set_nodelay(true);
            Some(Connection { tcp: Lingering::new(tcp, places.clone()), peer, slot })
        }
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// Shakes hands where that is asked for, within the time that a head may take, and answers.
async fn greet<A, F>(
    (connection, acceptor, limits): (Connection, Option<TlsAcceptor>, ServeLimits),
    http: http1::Builder,
    answers: A,
    mut told: watch::Receiver<()>,
) where
    A: Fn(Request<Incoming>, SocketAddr) -> F,
    F: Future<Output = http::Response<OutBody>>,
{
    let Connection { tcp, peer, slot } = connection;
    let answers = move |request| answers(request, peer);
    let ended = match acceptor {
        None => converse(http, Patient::new(tcp, limits.write_timeout), answers, told).await,
        Some(acceptor) => {
            let handshake = tokio::time::timeout(limits.header_read_timeout, acceptor.accept(tcp));
            let greeted = tokio::select! {
                greeted = handshake => greeted,
                _ = told.changed() => return,
            };
            match greeted {
                Ok(Ok(stream)) => converse(http, Patient::new(stream, limits.write_timeout), answers, told).await,
                Ok(Err(error)) => return tracing::debug!(%error, "a handshake failed"),
                Err(_) => return tracing::debug!("a handshake took too long"),
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
    drop(slot);
}

/// Answers the requests of one connection.
async fn converse<S, F>(
    http: http1::Builder,
    stream: Patient<S>,
    answers: impl Fn(Request<Incoming>) -> F,
    mut told: watch::Receiver<()>,
) -> hyper::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    F: Future<Output = http::Response<OutBody>>,
{
    let seen = Seen::default();
    let stream = Watched::new(stream, seen.clone());
    let service = service_fn(move |mut request: Request<Incoming>| {
        seen.mark(&mut request);
        let answer = answers(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    // A WebSocket takes the connection over; from then on it is the streams' own to end.
    let conversation = http.serve_connection(TokioIo::new(stream), service).with_upgrades();
    tokio::pin!(conversation);
    tokio::select! {
        ended = conversation.as_mut() => ended,
        _ = told.changed() => {
            conversation.as_mut().graceful_shutdown();
            conversation.await
        }
    }
}
