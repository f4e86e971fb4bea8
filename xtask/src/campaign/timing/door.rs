//! Doors at which a stranger names an account, and what they answer.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::campaign::client::{Client, Reply};

const PASSWORD: &str = "a kettle full of otters";
/// Between two requests: what the shop does after an answer is over by then, and is no part of the next one.
const PAUSE: Duration = Duration::from_millis(5);

/// A door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// A password that is wrong.
    Login,
    /// A letter for who forgot theirs.
    Forgot,
}

/// What both were answered.
pub(super) struct Pair {
    /// For the account that there is.
    pub(super) known: Reply,
    /// For the one that there is not.
    pub(super) unknown: Reply,
}

impl Door {
    /// All of them.
    pub(super) const ALL: [Self; 2] = [Self::Login, Self::Forgot];

    /// As tables call it.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Forgot => "password/forgot",
        }
    }

    /// What both have to be answered.
    const fn status(self) -> u16 {
        match self {
            Self::Login => 401,
            Self::Forgot => 204,
        }
    }

    async fn ask(self, client: &mut Client, email: &str, number: usize) -> Result<Reply> {
        let body = match self {
            Self::Login => json!({"email": email, "password": "a teapot full of badgers"}),
            Self::Forgot => json!({"email": email}),
        };
        let reply = client.ask("POST", &format!("/api/v1/auth/{}", self.name()), &from(number), &body.to_string()).await?;
        tokio::time::sleep(PAUSE).await;
        Ok(reply)
    }

    /// Asks for an account that there is and for one that there is not, in this order.
    pub(super) async fn ask_both(self, client: &mut Client, number: usize, known_first: bool) -> Result<Pair> {
        if known_first {
            let known = self.ask(client, &known(number), number).await?;
            return Ok(Pair { known, unknown: self.ask(client, &unknown(number), number).await? });
        }
        let unknown = self.ask(client, &unknown(number), number).await?;
        Ok(Pair { known: self.ask(client, &known(number), number).await?, unknown })
    }
}

impl Pair {
    /// How much longer the account that there is took.
    pub(super) fn difference_ms(&self) -> f64 {
        (self.known.time.as_secs_f64() - self.unknown.time.as_secs_f64()) * 1_000.0
    }

    /// What differs but for what differs between any two answers, or is not what it has to be.
    pub(super) fn tells(&self, door: Door) -> Option<String> {
        let same = said(&self.known) == said(&self.unknown) && self.known.status == door.status();
        (!same).then(|| format!("{} and {}", self.known.told(), self.unknown.told()))
    }
}

/// The status, the names of the headers, and the body without the moment and the number of the request.
fn said(reply: &Reply) -> (u16, Vec<String>, Option<Value>) {
    let names = reply.head.split("\r\n").filter_map(|line| line.split_once(':')).map(|(name, _)| name.to_owned()).collect();
    let mut body = reply.json();
    if let Some(error) = body.as_mut().and_then(|body| body.get_mut("error")).and_then(Value::as_object_mut) {
        error.remove("timestamp");
        error.remove("request_id");
    }
    (reply.status, names, body)
}

/// Where a pair comes from.
fn from(number: usize) -> String {
    format!("x-forwarded-for: 10.{}.{}.{}\r\n", number / 65_536 % 256, number / 256 % 256, number % 256)
}

fn known(number: usize) -> String {
    format!("known-{number:05}@example.com")
}

fn unknown(number: usize) -> String {
    format!("other-{number:05}@example.com")
}

/// Makes the accounts that there are; a second one of an address is refused by its name.
pub(super) async fn register(address: SocketAddr, accounts: usize) -> Result<()> {
    let mut client = Client::new(address);
    for number in 0..accounts {
        let body = json!({"email": known(number), "password": PASSWORD}).to_string();
        let reply = client.ask("POST", "/api/v1/auth/register", &from(number), &body).await?;
        ensure!(reply.status == 201, "an account is not made: {}", reply.told());
    }
    let body = json!({"email": known(0), "password": PASSWORD}).to_string();
    let taken = client.ask("POST", "/api/v1/auth/register", &from(0), &body).await?;
    let code = taken.json().and_then(|json| json.pointer("/error/code").cloned());
    ensure!(taken.status == 409 && code == Some("email_taken".into()), "a second account is not refused: {}", taken.told());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_tells_of_the_account_counts() {
        let reply = |status, code: &str, id: &str, header: &str| Reply {
            status,
            head: format!("HTTP/1.1 {status} X\r\nx-request-id: {id}\r\n{header}: 1\r\n"),
            body: json!({"error": {"code": code, "timestamp": id, "request_id": id}}).to_string().into_bytes(),
            ..Reply::default()
        };
        let pair = |unknown| Pair { known: reply(401, "credentials_invalid", "1", "vary"), unknown };
        assert_eq!(pair(reply(401, "credentials_invalid", "2", "vary")).tells(Door::Login), None);
        for unknown in [
            reply(404, "credentials_invalid", "2", "vary"),
            reply(401, "nobody", "2", "vary"),
            reply(401, "credentials_invalid", "2", "etag"),
        ] {
            assert!(pair(unknown).tells(Door::Login).is_some());
        }
        assert!(pair(reply(401, "credentials_invalid", "2", "vary")).tells(Door::Forgot).is_some(), "not what this door answers");
        assert_eq!((known(7).len(), from(66_000).as_str()), (unknown(7).len(), "x-forwarded-for: 10.1.1.208\r\n"));
    }
}
