//! One keep-alive connection that sends ready bytes and reads an answer: a client that costs as little as it can.

pub mod random;
pub mod receiver;
pub mod trouble;

use std::net::SocketAddr;

use anyhow::{Context, Result, bail};
use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Answers of the measured routes are far below it.
const FIRST_CAPACITY: usize = 64 * 1_024;

/// A connection to a server.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer<'a> {
    /// The status code.
    pub status: u16,
    /// The head, without its last line.
    pub head: &'a [u8],
    /// The body.
    pub body: &'a [u8],
}

impl Connection {
    /// Connects.
    ///
    /// # Errors
    /// Where nobody listens.
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true).context("cannot set TCP_NODELAY")?;
        Ok(Self { stream, buffer: Vec::with_capacity(FIRST_CAPACITY) })
    }

    /// Sends a whole request and reads the whole answer.
    ///
    /// # Errors
    /// Where the connection ends, or the answer has no length.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await.context("cannot send")?;
        self.buffer.clear();
        let head = loop {
            self.more().await?;
            if let Some(end) = memmem::find(&self.buffer, b"\r\n\r\n") {
                break end;
            }
        };
        let status = status(&self.buffer).context("no status line")?;
        let length = match status {
            204 | 304 => 0,
            _ => content_length(self.buffer.get(..head).unwrap_or_default())?,
        };
        let (start, end) = (head + 4, head + 4 + length);
        while self.buffer.len() < end {
            self.more().await?;
        }
        let part = |from, to| self.buffer.get(from..to).unwrap_or_default();
        Ok(Answer { status, head: part(0, head), body: part(start, end) })
    }

    async fn more(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.buffer).await.context("cannot read")? {
            0 => bail!("the server closed the connection"),
            _ => Ok(()),
        }
    }
}

impl Answer<'_> {
    /// The value of a header whose name is in lower case, as hyper writes names.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        header(self.head, name)
    }

    /// The text between `before` and the next quote: ids and tokens need no JSON parser.
    #[must_use]
    pub fn quoted(&self, before: &str) -> Option<&str> {
        let start = memmem::find(self.body, before.as_bytes())? + before.len();
        let rest = self.body.get(start..)?;
        std::str::from_utf8(rest.get(..memchr::memchr(b'"', rest)?)?).ok()
    }

    /// Fails with the answer where it is another one.
    ///
    /// # Errors
    /// Says both.
    pub fn expect(self, status: u16) -> Result<Self> {
        if self.status == status {
            return Ok(self);
        }
        bail!("{} instead of {status}: {}", self.status, self.start())
    }

    /// How its body begins.
    #[must_use]
    pub fn start(&self) -> String {
        String::from_utf8_lossy(self.body.get(..300).unwrap_or(self.body)).into_owned()
    }
}

/// The bytes of a request with a JSON body; each header line ends with `\r\n`.
#[must_use]
pub fn request(method: &str, path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("{method} {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n{headers}\r\n{body}")
        .into_bytes()
}

fn status(answer: &[u8]) -> Option<u16> {
    std::str::from_utf8(answer.get(9..12)?).ok()?.parse().ok()
}

fn header<'a>(head: &'a [u8], name: &str) -> Option<&'a str> {
    let start = memmem::find(head, format!("\r\n{name}: ").as_bytes())? + name.len() + 4;
    let rest = head.get(start..)?;
    let end = memchr::memchr(b'\r', rest).unwrap_or(rest.len());
    std::str::from_utf8(rest.get(..end)?).ok()
}

fn content_length(head: &[u8]) -> Result<usize> {
    const NAME: &[u8] = b"\r\ncontent-length: ";
    let start = memmem::find(head, NAME).context("an answer without a length")? + NAME.len();
    let digits = head.get(start..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit());
    Ok(digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0')))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    const CART: &[u8] =
        b"HTTP/1.1 201 Created\r\ncontent-length: 35\r\netag: \"1-a\"\r\n\r\n{\"data\":{\"id\":\"cart_1\",\"token\":\"t\"}}";

    async fn connection_to(answers: Vec<Vec<u8>>) -> Connection {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            for answer in answers {
                let _asked = stream.read(&mut [0; 1_024]).await.unwrap();
                for part in answer.chunks(7) {
                    stream.write_all(part).await.unwrap();
                    tokio::task::yield_now().await;
                }
            }
        });
        Connection::open(address).await.unwrap()
    }

    #[tokio::test]
    async fn answers_that_come_in_pieces_are_read_whole_one_after_the_other() {
        let unchanged = b"HTTP/1.1 304 Not Modified\r\netag: \"1-a\"\r\n\r\n".to_vec();
        let mut connection = connection_to(vec![CART.to_vec(), unchanged]).await;

        let made = connection.ask(b"POST / HTTP/1.1\r\n\r\n").await.unwrap().expect(201).unwrap();
        assert_eq!((made.quoted(r#""id":""#), made.quoted(r#""token":""#)), (Some("cart_1"), Some("t")));
        assert_eq!((made.header("etag"), made.header("location")), (Some("\"1-a\""), None));
        let unchanged = connection.ask(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
        assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));
        assert!(connection.ask(b"GET / HTTP/1.1\r\n\r\n").await.is_err(), "the server is gone");
    }

    #[tokio::test]
    async fn another_status_is_told_with_the_answer() {
        let mut connection = connection_to(vec![CART.to_vec()]).await;
        let error = connection.ask(b"POST / HTTP/1.1\r\n\r\n").await.unwrap().expect(200).err().unwrap();
        assert!(error.to_string().starts_with("201 instead of 200: {\"data\""), "{error}");
    }
}
