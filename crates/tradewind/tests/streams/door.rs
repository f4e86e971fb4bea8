//! A door of a test's own, and who comes in there to read.

use std::time::Duration;

use gateway::ServeLimits;
use reqwest::{Client, Response};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tradewind::wiring;

use crate::support::{TestResult, TestShop};

/// Longer than anything takes here that is not forgotten.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server that can be stopped like a process.
pub(super) struct Door {
    shop: api::Shop,
    address: String,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

impl Door {
    pub(super) async fn open(shop: &TestShop) -> TestResult<Self> {
        Self::with(shop, ServeLimits::default()).await
    }

    pub(super) async fn with(shop: &TestShop, limits: ServeLimits) -> TestResult<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?.to_string();
        let api = wiring::shop(shop.sales().clone(), shop.accounts().clone())?;
        let stop = CancellationToken::new();
        let serving = tokio::spawn(gateway::serve(listener, wiring::gateway(&api), limits, stop.clone().cancelled_owned()));
        Ok(Self { shop: api, address, stop, serving })
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// How many streams are open.
    pub(super) fn open_now(&self) -> usize {
        self.shop.notify.streams.open_now()
    }

    /// Returns when so many streams are open.
    pub(super) async fn has_open(&self, count: usize) -> TestResult {
        let counted = async {
            while self.open_now() != count {
                tokio::task::yield_now().await;
            }
        };
        Ok(timeout(PATIENCE, counted).await.map_err(|_| format!("{} streams are open, not {count}", self.open_now()))?)
    }

    /// Stops like a process does, and says how long that took.
    pub(super) async fn stopped(self) -> TestResult<Duration> {
        let began = std::time::Instant::now();
        self.shop.begin_to_stop();
        self.stop.cancel();
        timeout(PATIENCE, self.serving).await.map_err(|_| "the server does not stop")??;
        self.shop.notify.streams.ended(PATIENCE).await;
        Ok(began.elapsed())
    }

    /// Asks for a stream.
    pub(super) async fn ask(&self, path: &str, key: &str, headers: &[(&str, &str)]) -> TestResult<Response> {
        let request = Client::new().get(format!("http://{}{path}", self.address)).bearer_auth(key);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        Ok(timeout(PATIENCE, request.send()).await??)
    }

    /// Reads a stream.
    pub(super) async fn read(&self, path: &str, key: &str, last: Option<i64>) -> TestResult<Reader> {
        let last = last.map(|last| last.to_string());
        let headers: Vec<(&str, &str)> = last.iter().map(|last| ("last-event-id", last.as_str())).collect();
        let response = self.ask(path, key, &headers).await?;
        if response.status() != 200 {
            return Err(format!("the stream answered {}: {}", response.status(), response.text().await?).into());
        }
        Ok(Reader { response, text: String::new() })
    }
}

/// One event of a stream as a browser reads it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sent {
    pub(super) id: i64,
    pub(super) event: Option<String>,
    pub(super) data: Value,
    pub(super) retry: Option<u32>,
    pub(super) is_comment: bool,
}

/// Whoever reads a stream.
pub(super) struct Reader {
    pub(super) response: Response,
    text: String,
}

impl Reader {
    /// The next block; `None` where the stream has ended as it should.
    pub(super) async fn next(&mut self) -> TestResult<Option<Sent>> {
        while !self.text.contains("\n\n") {
            match timeout(PATIENCE, self.response.chunk()).await.map_err(|_| "nothing more comes")?? {
                Some(bytes) => self.text.push_str(std::str::from_utf8(&bytes)?),
                None => return Ok(None),
            }
        }
        let (block, rest) = self.text.split_once("\n\n").unwrap_or_default();
        let sent = parse(block)?;
        self.text = rest.to_owned();
        Ok(Some(sent))
    }

    /// The next event, whatever is sent between.
    pub(super) async fn event(&mut self) -> TestResult<Sent> {
        loop {
            match self.next().await? {
                Some(sent) if sent.event.is_some() => return Ok(sent),
                Some(_) => {}
                None => return Err("the stream has ended".into()),
            }
        }
    }

    /// Reads to its end.
    pub(super) async fn end(&mut self) -> TestResult {
        while self.next().await?.is_some() {}
        Ok(())
    }
}

fn parse(block: &str) -> TestResult<Sent> {
    let mut sent = Sent::default();
    for line in block.lines() {
        match line.split_once(':') {
            Some(("", _)) => sent.is_comment = true,
            Some(("id", value)) => sent.id = value.trim().parse()?,
            Some(("event", value)) => sent.event = Some(value.trim().to_owned()),
            Some(("data", value)) => sent.data = serde_json::from_str(value.trim())?,
            Some(("retry", value)) => sent.retry = Some(value.trim().parse()?),
            _ => return Err(format!("no line of a stream: {line}").into()),
        }
    }
    Ok(sent)
}
