//! The client for servers that are not ours.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};

use super::guard::{GuardedResolver, Reach};
use crate::outside::{Asked, OutsideSystem};

/// Who asks.
const USER_AGENT: HeaderValue = HeaderValue::from_static(concat!("tradewind/", env!("CARGO_PKG_VERSION")));

/// How long an exchange may take, and how much of an answer is read.
#[derive(Debug, Clone, Copy)]
pub struct HttpBounds {
    /// Who is not reached by then is away.
    pub connect_timeout: Duration,
    /// The whole exchange.
    pub timeout: Duration,
    /// So many bytes of an answer are read.
    pub most_bytes: usize,
    /// What becomes of a longer one.
    pub excess: Excess,
}

/// What becomes of an answer that is longer than what is read of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// Half of a document is none.
    Refused,
    /// What was read is kept, and the connection ended.
    Cut,
}

impl HttpBounds {
    /// A customer waits for it, and no document that the shop reads is longer.
    pub const FOR_A_CUSTOMER: Self =
        Self { connect_timeout: Duration::from_secs(3), timeout: Duration::from_secs(5), most_bytes: 1_048_576, excess: Excess::Refused };
}

/// Asks other servers; clones share their connections. An answer that leads elsewhere is not followed.
#[derive(Debug, Clone)]
pub struct HttpClient {
    client: Client<HttpsConnector<HttpConnector<GuardedResolver>>, Full<Bytes>>,
    system: OutsideSystem,
    bounds: HttpBounds,
    reach: Reach,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The server was not reached, said nothing in time, or nothing that is HTTP.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// The answer is longer than any that is read.
    #[error("the answer has more than {0} bytes")]
    TooLong(usize),
    /// Nobody asked: it did not answer several times in a row.
    #[error("{trouble}; it is asked again in {} s", .left.as_secs() + 1)]
    Resting {
        /// For how long it is left alone.
        left: Duration,
        /// What was wrong last.
        trouble: String,
    },
}

impl HttpClient {
    /// A client that believes the authorities of the web (Mozilla's list).
    ///
    /// # Errors
    /// `NoAnswer` where the system cannot speak privately.
    pub fn new(system: OutsideSystem, bounds: HttpBounds, reach: Reach) -> Result<Self, HttpError> {
        let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let tls = tls.map_err(|error| HttpError::NoAnswer(error.to_string()))?.with_root_certificates(roots).with_no_client_auth();
        let mut connector = HttpConnector::new_with_resolver(GuardedResolver::new(reach.clone()));
        connector.set_connect_timeout(Some(bounds.connect_timeout));
        // Whether an address may be plain is for whoever names it to say.
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(connector);
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(connector), system, bounds, reach })
    }

    /// The same client, with its connections, for another system.
    #[must_use]
    pub fn counted_as(&self, system: OutsideSystem) -> Self {
        Self { system, ..self.clone() }
    }

    /// Asks, and reads the answer whatever its status. What only reads is asked a second time where nobody answered, now and then.
    ///
    /// # Errors
    /// `NoAnswer`, `TooLong`, or `Resting`.
    pub async fn send(&self, mut request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        // A host that is an address is never resolved.
        let literal = request.uri().host().map(|host| self.reach.refuse_literal(host));
        literal.unwrap_or(Ok(())).map_err(|error| HttpError::NoAnswer(error.to_owned()))?;
        request.headers_mut().insert(header::USER_AGENT, USER_AGENT);
        let again = (*request.method() == Method::GET).then(|| request.clone());
        match (self.ask(request).await, again) {
            (Err(HttpError::NoAnswer(_)), Some(again)) if self.system.may_retry() => self.ask(again).await,
            (answer, _) => answer,
        }
    }

    async fn ask(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        self.system.ask(self.exchange(request), trouble).await.map_err(|asked| match asked {
            Asked::Resting(left, trouble) => HttpError::Resting { left, trouble },
            Asked::Failed(error) => error,
        })
    }

    async fn exchange(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        let exchange = async {
            let answer = self.client.request(request.map(|body| Full::new(body.into()))).await;
            let (head, body) = answer.map_err(|error| no_answer(&error))?.into_parts();
            Ok(Response::from_parts(head, self.read(body).await?))
        };
        tokio::time::timeout(self.bounds.timeout, exchange)
            .await
            .unwrap_or_else(|_| Err(HttpError::NoAnswer("it took too long".to_owned())))
    }

    async fn read(&self, mut body: Incoming) -> Result<Vec<u8>, HttpError> {
        let HttpBounds { most_bytes, excess, .. } = self.bounds;
        let mut read = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| no_answer(&error))?;
            read.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
            if read.len() > most_bytes {
                match excess {
                    Excess::Refused => return Err(HttpError::TooLong(most_bytes)),
                    Excess::Cut => {
                        read.truncate(most_bytes);
                        return Ok(read);
                    }
                }
            }
        }
        Ok(read)
    }
}

/// What is wrong with the system itself: it said nothing, or that it or what stands before it cannot answer now.
fn trouble(answer: &Result<Response<Vec<u8>>, HttpError>) -> Option<String> {
    match answer {
        Ok(answer) => matches!(answer.status().as_u16(), 502..=504).then(|| format!("it answered {}", answer.status())),
        Err(error) => matches!(error, HttpError::NoAnswer(_)).then(|| error.to_string()),
    }
}

/// The error with what caused it. What was asked is no part of it: an address may hold what opens something.
fn no_answer(error: &dyn Error) -> HttpError {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    HttpError::NoAnswer(text)
}
