//! HTTPS from this very process: a certificate from files, read again when they change.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at: whoever renews a certificate does so days before the old one ends.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// A certificate with its key, as the files have it.
#[derive(Debug)]
pub struct Certificate {
    chain_file: PathBuf,
    key_file: PathBuf,
    /// What the files had in them when they were read last.
    read: Mutex<Vec<u8>>,
    shown: Arc<Shown>,
}

/// Why a certificate cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file that is not there, or no PEM.
    #[error("{0}: {1}")]
    Unreadable(PathBuf, String),
    /// The key is another certificate's, or of a kind that nobody knows.
    #[error("the certificate in {0} cannot be shown: {1}")]
    Unfit(PathBuf, rustls::Error),
}

/// What is shown to whoever connects.
struct Shown(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shown(…)")
    }
}

impl Certificate {
    /// Reads both files, PEM.
    ///
    /// # Errors
    /// `CertificateError` names the file and what is wrong with it.
    pub fn read(chain_file: PathBuf, key_file: PathBuf) -> Result<Self, CertificateError> {
        let read = Mutex::new(contents(&chain_file, &key_file)?);
        let shown = Arc::new(Shown(RwLock::new(Arc::new(certified(&chain_file, &key_file)?))));
        Ok(Self { chain_file, key_file, read, shown })
    }

    /// Reads the files again where they have changed; true where another certificate is shown from now on. Connections that
    /// are open keep the one that they began with.
    ///
    /// # Errors
    /// `CertificateError`; the old certificate is shown until the files are whole, and they are not complained of twice.
    pub fn read_again(&self) -> Result<bool, CertificateError> {
        let contents = contents(&self.chain_file, &self.key_file)?;
        {
            let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
            if *read == contents {
                return Ok(false);
            }
            *read = contents;
        }
        let certified = Arc::new(certified(&self.chain_file, &self.key_file)?);
        *self.shown.0.write().unwrap_or_else(PoisonError::into_inner) = certified;
        Ok(true)
    }

    /// Looks at the files for as long as it is polled.
    pub async fn follow(self: Arc<Self>) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let again = Arc::clone(&self);
            match tokio::task::spawn_blocking(move || again.read_again()).await {
                Ok(Ok(true)) => tracing::info!("the certificate was replaced"),
                Ok(Ok(false)) | Err(_) => {}
                Ok(Err(error)) => tracing::warn!(error = %error, "the certificate cannot be replaced; the old one is shown"),
            }
        }
    }

    /// Shakes hands with this certificate: TLS 1.2 or 1.3, for HTTP/1.1 alone.
    pub(crate) fn acceptor(&self) -> Result<TlsAcceptor, CertificateError> {
        let unfit = |error| CertificateError::Unfit(self.chain_file.clone(), error);
        let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions().map_err(unfit)?;
        let mut config = builder.with_no_client_auth().with_cert_resolver(Arc::clone(&self.shown) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

fn contents(chain_file: &Path, key_file: &Path) -> Result<Vec<u8>, CertificateError> {
    let read = |file: &Path| std::fs::read(file).map_err(|error| CertificateError::Unreadable(file.to_owned(), error.to_string()));
    Ok([read(chain_file)?, read(key_file)?].concat())
}

/// The pair, which has to be one.
fn certified(chain_file: &Path, key_file: &Path) -> Result<CertifiedKey, CertificateError> {
    let unreadable = |file: &Path, error: rustls::pki_types::pem::Error| CertificateError::Unreadable(file.to_owned(), error.to_string());
    let chain: Vec<CertificateDer<'static>> =
        CertificateDer::pem_file_iter(chain_file).and_then(Iterator::collect).map_err(|error| unreadable(chain_file, error))?;
    if chain.is_empty() {
        return Err(CertificateError::Unreadable(chain_file.to_owned(), "has no certificate".to_owned()));
    }
    let key = PrivateKeyDer::from_pem_file(key_file).map_err(|error| unreadable(key_file, error))?;
    CertifiedKey::from_der(chain, key, &provider()).map_err(|error| CertificateError::Unfit(chain_file.to_owned(), error))
}
