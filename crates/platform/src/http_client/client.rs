//! The one client for servers that are not ours.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};

/// Who is not reached by then is away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// The whole exchange: a customer waits for it.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Who asks.
const USER_AGENT: HeaderValue = HeaderValue::from_static(concat!("tradewind/", env!("CARGO_PKG_VERSION")));
/// No document that the shop reads is longer.
const MOST_BYTES: usize = 1_048_576;

/// Asks other servers; clones share their connections. Whoever is asked is configured: an answer that leads elsewhere is not followed.
#[derive(Debug, Clone)]
pub struct HttpClient(Client<HttpsConnector<HttpConnector>, Full<bytes::Bytes>>);

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The server was not reached, said nothing in time, or nothing that is HTTP.
    #[error("no answer: {0}")]
    NoAnswer(String),
    /// The answer is longer than any that is read.
    #[error("the answer has more than {MOST_BYTES} bytes")]
    TooLong,
}

impl HttpClient {
    /// A client that believes the authorities of the web (Mozilla's list).
    ///
    /// # Errors
    /// `NoAnswer` where the system cannot speak privately.
    pub fn new() -> Result<Self, HttpError> {
        let roots: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let tls = tls.map_err(|error| HttpError::NoAnswer(error.to_string()))?.with_root_certificates(roots).with_no_client_auth();
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
        // Whether an address may be plain is for whoever configures it to say.
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http().enable_http1().wrap_connector(connector);
        Ok(Self(Client::builder(TokioExecutor::new()).build(connector)))
    }

    /// Asks, and reads the whole answer whatever its status.
    ///
    /// # Errors
    /// `NoAnswer`, or `TooLong`.
    pub async fn send(&self, mut request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, HttpError> {
        request.headers_mut().insert(header::USER_AGENT, USER_AGENT);
        let exchange = async {
            let (head, body) =
                self.0.request(request.map(|body| Full::new(body.into()))).await.map_err(|error| no_answer(&error))?.into_parts();
            match Limited::new(body, MOST_BYTES).collect().await {
                Ok(body) => Ok(Response::from_parts(head, body.to_bytes().to_vec())),
                Err(error) if error.is::<LengthLimitError>() => Err(HttpError::TooLong),
                Err(error) => Err(no_answer(error.as_ref())),
            }
        };
        tokio::time::timeout(TIMEOUT, exchange).await.unwrap_or_else(|_| Err(HttpError::NoAnswer("it took too long".to_owned())))
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
