//! A client of a WebSocket, as browsers and programs are.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::door::Door;
use crate::support::TestResult;

const PATIENCE: Duration = Duration::from_secs(20);

/// An open WebSocket.
pub(super) struct Socket(pub(super) WebSocketStream<TcpStream>);

impl Door {
    /// Opens a WebSocket, or says how that was refused.
    pub(super) async fn socket(&self, headers: &[(&str, &str)]) -> TestResult<Result<Socket, (u16, String)>> {
        let mut request = format!("ws://{}/api/v1/ws", self.address()).into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().append(HeaderName::try_from(*name)?, HeaderValue::try_from(*value)?);
        }
        let stream = TcpStream::connect(self.address()).await?;
        match timeout(PATIENCE, client_async(request, stream)).await? {
            Ok((socket, _)) => Ok(Ok(Socket(socket))),
            Err(Error::Http(response)) => {
                let body = response.body().as_deref().unwrap_or_default();
                let json: Value = serde_json::from_slice(body).unwrap_or_default();
                Ok(Err((response.status().as_u16(), json["error"]["code"].as_str().unwrap_or_default().to_owned())))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Opens one as whoever holds this token; as nobody, where there is none.
    pub(super) async fn socket_of(&self, token: &str) -> TestResult<Socket> {
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        let opened = self.socket(if token.is_empty() { &[] } else { &headers }).await?;
        opened.map_err(|refused| format!("{refused:?}").into())
    }
}

impl Socket {
    pub(super) async fn say(&mut self, message: &Value) -> TestResult {
        Ok(self.0.send(Message::text(message.to_string())).await?)
    }

    /// The next message.
    pub(super) async fn hear(&mut self) -> TestResult<Value> {
        loop {
            match timeout(PATIENCE, self.0.next()).await.map_err(|_| "nothing is said any more")? {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text)?),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => return Err(format!("no message: {other:?}").into()),
            }
        }
    }

    /// Says something; the answer.
    pub(super) async fn ask(&mut self, message: Value) -> TestResult<Value> {
        self.say(&message).await?;
        self.hear().await
    }

    /// The code with which it is closed, whatever is said before.
    pub(super) async fn closed(&mut self) -> TestResult<u16> {
        loop {
            match timeout(PATIENCE, self.0.next()).await.map_err(|_| "it is not closed")? {
                Some(Ok(Message::Close(frame))) => return Ok(frame.map_or(0, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                other => return Err(format!("cut off without a word: {other:?}").into()),
            }
        }
    }
}

/// The code of a refusal; empty for anything else.
pub(super) fn code(message: &Value) -> &str {
    if message["type"] == "error" { message["code"].as_str().unwrap_or_default() } else { "" }
}
