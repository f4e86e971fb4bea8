//! Sessions, through their front doors.

mod ending;
mod forging;
mod proving;
mod remembering;
mod renewing;

use accounts::sessions::{self, Kind, Opened, RefreshError};
use accounts::tokens::Tokens;
use kernel::{Actor, Client, DomainError, Origin, UserId};

use crate::support::{TestResult, TestShop};

/// Somebody who signed in, and what they hold.
struct Person {
    user: UserId,
    opened: Opened,
    access_token: String,
}

/// A request from this address by this program.
fn from(ip: &str, user_agent: &str) -> Origin {
    Origin {
        client: Client { ip: ip.parse().ok(), user_agent: Some(user_agent.to_owned()), country: None },
        ..Origin::of(Actor::Anonymous)
    }
}

/// A request by the program that all of these tests use unless they say otherwise.
fn ours() -> Origin {
    from("192.0.2.1", "a phone")
}

async fn open(shop: &TestShop, user: UserId) -> TestResult<Opened> {
    let tx = shop.context().begin(&ours()).await?;
    let opened = sessions::open_in(&tx, user, Kind::Bearer, &shop.context().config.auth).await?;
    tx.commit().await?;
    Ok(opened)
}

/// Somebody signs in for the first time.
async fn sign_in(shop: &TestShop) -> TestResult<Person> {
    sign_in_again(shop, shop.user().await?).await
}

async fn sign_in_again(shop: &TestShop, user: UserId) -> TestResult<Person> {
    let opened = open(shop, user).await?;
    let signed = Tokens::new(shop.context().clone()).sign(&opened.session, Some("ada@example.com"), &["user".to_owned()]).await?;
    Ok(Person { user, opened, access_token: signed.reveal().to_owned() })
}

/// How a public page, and a page for staff, are answered with this token.
async fn doors(shop: &TestShop, token: &str) -> TestResult<(u16, u16)> {
    let public = shop.get("/api/v1/products").key(token).await?;
    let staff = shop.get("/api/v1/orders").key(token).await?;
    Ok((public.status, staff.status))
}

/// What a token of a person without any role opens.
const OPEN: (u16, u16) = (200, 403);
/// What one that is not good opens.
const SHUT: (u16, u16) = (401, 401);

/// What became of an attempt to renew: the code of its refusal, or `renewed`.
fn outcome(result: &Result<Opened, RefreshError>) -> &'static str {
    result.as_ref().err().map_or("renewed", DomainError::code)
}
