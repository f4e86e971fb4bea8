//! HTTPS from the process itself: who shakes hands, with which certificate, and what the plain port says.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use gateway::{Certificate, Gateway, GatewayRules, Redirect, ServeLimits, serve_redirect, serve_tls};
use kernel::SystemClock;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::support::{TestResult, router};

/// Two files, and whoever trusts what is in them.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> TestResult<Self> {
        Ok(Self { folder: tempfile::tempdir()? })
    }

    fn paths(&self) -> (PathBuf, PathBuf) {
        (self.folder.path().join("chain.pem"), self.folder.path().join("key.pem"))
    }

    /// Writes a new certificate for `shop.example`.
    fn renew(&self) -> TestResult<CertificateDer<'static>> {
        let made = rcgen::generate_simple_self_signed(["shop.example".to_owned()])?;
        let (chain, key) = self.paths();
        std::fs::write(chain, made.cert.pem())?;
        std::fs::write(key, made.signing_key.serialize_pem())?;
        Ok(made.cert.der().clone())
    }
}

struct Running {
    address: SocketAddr,
    certificate: Arc<Certificate>,
}

async fn start(files: &Files) -> TestResult<Running> {
    let (chain, key) = files.paths();
    let certificate = Arc::new(Certificate::read(chain, key)?);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let gateway = Gateway::new(router(), GatewayRules::default(), Arc::new(SystemClock));
    let shown = Arc::clone(&certificate);
    let limits = ServeLimits { header_read_timeout: Duration::from_millis(500), ..ServeLimits::default() };
    tokio::spawn(async move { serve_tls(listener, &shown, gateway, limits, std::future::pending()).await });
    Ok(Running { address, certificate })
}

/// Shakes hands as somebody who trusts this certificate alone.
async fn connect(
    address: SocketAddr,
    trusted: &CertificateDer<'static>,
    versions: &[&'static SupportedProtocolVersion],
) -> TestResult<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone())?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions)?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let tcp = TcpStream::connect(address).await?;
    Ok(TlsConnector::from(Arc::new(config)).connect(ServerName::try_from("shop.example")?, tcp).await?)
}

const BOTH: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS13, &rustls::version::TLS12];

async fn ask(mut stream: TlsStream<TcpStream>) -> TestResult<String> {
    stream.write_all(b"GET /api/v1/mugs HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n").await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn the_shop_answers_by_https_itself() -> TestResult {
    let files = Files::new()?;
    let trusted = files.renew()?;
    let running = start(&files).await?;
    for version in BOTH {
        let stream = connect(running.address, &trusted, &[version]).await?;
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
        let answer = ask(stream).await?;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("strict-transport-security: max-age="), "{answer}");
    }
    Ok(())
}

#[tokio::test]
async fn whoever_does_not_shake_hands_is_cut_off() -> TestResult {
    let files = Files::new()?;
    files.renew()?;
    let running = start(&files).await?;
    for bytes in [&b""[..], b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01"] {
        let mut stream = TcpStream::connect(running.address).await?;
        stream.write_all(bytes).await?;
        let mut answer = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await;
        assert!(closed.is_ok() && !answer.starts_with(b"HTTP"), "{bytes:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_new_certificate_is_shown_without_a_restart_and_a_broken_one_is_not() -> TestResult {
    let files = Files::new()?;
    let first = files.renew()?;
    let running = start(&files).await?;
    let open = connect(running.address, &first, &BOTH).await?;
    assert!(!running.certificate.read_again()?, "nothing has changed");

    let second = files.renew()?;
    assert!(connect(running.address, &first, &BOTH).await.is_ok(), "nobody has looked yet");
    assert!(running.certificate.read_again()?);
    assert!(connect(running.address, &first, &BOTH).await.is_err());
    assert!(ask(connect(running.address, &second, &BOTH).await?).await?.starts_with("HTTP/1.1 200"));
    assert!(ask(open).await?.starts_with("HTTP/1.1 200"), "what is open goes on");

    let (chain, key) = files.paths();
    let whole = std::fs::read(&key)?;
    for broken in [&b"nonsense"[..], rcgen::KeyPair::generate()?.serialize_pem().as_bytes()] {
        std::fs::write(&key, broken)?;
        assert!(running.certificate.read_again().is_err());
        assert!(!running.certificate.read_again()?, "it is not complained of twice");
        assert!(connect(running.address, &second, &BOTH).await.is_ok());
    }
    std::fs::remove_file(&chain)?;
    assert!(running.certificate.read_again().is_err());
    assert!(Certificate::read(chain, key.clone()).is_err());
    std::fs::write(&key, whole)?;
    assert!(connect(running.address, &second, &BOTH).await.is_ok());
    Ok(())
}

#[tokio::test]
async fn the_plain_port_leads_pages_on_and_refuses_the_api() -> TestResult {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let redirect = Redirect::new("https://shop.example/", Arc::new(SystemClock));
    tokio::spawn(serve_redirect(listener, redirect, ServeLimits::default(), std::future::pending()));
    let ask = async |line: &str| {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(format!("{line} HTTP/1.1\r\nHost: evil.example\r\n\r\n").as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let page = ask("GET /products/mug?size=l").await?;
    assert!(page.starts_with("HTTP/1.1 308") && page.contains("location: https://shop.example/products/mug?size=l\r\n"), "{page}");
    assert!(page.contains("x-content-type-options: nosniff") && !page.contains("evil") && !page.contains("strict-transport"), "{page}");
    assert!(ask("GET //evil.example/x").await?.contains("location: https://shop.example//evil.example/x\r\n"));
    for line in ["GET /api/v1/products", "POST /products/mug", "OPTIONS *"] {
        let refused = ask(line).await?;
        assert!(
            refused.starts_with("HTTP/1.1 403") && refused.contains("https_required") && refused.contains("connection: close"),
            "{line}: {refused}"
        );
    }
    Ok(())
}
