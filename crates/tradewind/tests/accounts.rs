//! People: they get accounts, sign in, prove who they are, and get back in.

mod changing;
mod guessing;
mod recovering;
mod registering;
mod signing_in;

use accounts::sessions::{self, Kind};
use accounts::sign_in::{self, LogIn, Register, SignInError, SignedIn};
use accounts::users::Login;
use kernel::{Actor, DomainError as _, Origin, SessionId};
use platform::db::fetch_scalar;
use platform::values;

use crate::support::{TestResult, TestShop};

/// A password that nobody objects to.
const PASSWORD: &str = "otter-in-a-teapot";

/// Whoever sits at a browser and has not signed in.
fn stranger() -> Origin {
    Origin::of(Actor::Anonymous)
}

/// What a form with these fields asks for.
fn form(email: &str, username: Option<&str>) -> Register {
    let (email, username) = (email.to_owned(), username.map(str::to_owned));
    Register { email, username, password: PASSWORD.into(), name: None, accepts_marketing: false, kind: Kind::Bearer }
}

async fn register(shop: &TestShop, email: &str, username: Option<&str>) -> Result<SignedIn, SignInError> {
    sign_in::register(shop.accounts(), &stranger(), form(email, username)).await
}

async fn log_in(shop: &TestShop, login: &str, password: &str) -> Result<SignedIn, SignInError> {
    let command = LogIn { login: Login::parse(login), password: password.into(), code: None, kind: Kind::Bearer };
    sign_in::log_in(shop.accounts(), &stranger(), command).await
}

/// What an answer is to whoever asked.
fn told<T>(answer: Result<T, SignInError>) -> (String, Option<u32>) {
    match answer {
        Ok(_) => ("let in".to_owned(), None),
        Err(error) => (error.code().to_owned(), error.retry_after_s()),
    }
}

/// The code of a refusal.
fn code<T>(answer: Result<T, SignInError>) -> String {
    told(answer).0
}

async fn is_live(shop: &TestShop, session: SessionId) -> TestResult<bool> {
    Ok(sessions::find_live(shop.context(), session).await?.is_some())
}

/// How often this is in the audit log with this outcome.
async fn recorded(shop: &TestShop, action: &str, outcome: &str) -> TestResult<i64> {
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM audit_records WHERE action = $1 AND outcome = $2";
    Ok(fetch_scalar(shop.context().db.reader(), COUNT, values![action, outcome]).await?.unwrap_or(0))
}

/// All letters that were sent, in order, as their reader sees them.
async fn letters(shop: &TestShop) -> TestResult<Vec<String>> {
    shop.settle().await?;
    let folder = shop.data_dir().join("mail");
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut files = std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<TestResult<Vec<_>>>()?;
    files.sort();
    let read = |path| Ok(std::fs::read_to_string(path)?.replace("=\r\n", "").replace("=3D", "="));
    files.into_iter().map(read).collect()
}

/// The letters to this address.
async fn letters_to(shop: &TestShop, email: &str) -> TestResult<Vec<String>> {
    Ok(letters(shop).await?.into_iter().filter(|letter| letter.contains(&format!("To: {email}"))).collect())
}

/// What stands in the link of a letter.
fn token_in(letter: &str) -> TestResult<String> {
    let (_, rest) = letter.split_once("#token=").ok_or_else(|| format!("no link in {letter}"))?;
    Ok(rest.chars().take(64).collect())
}

/// The token of the last letter to this address.
async fn last_token(shop: &TestShop, email: &str) -> TestResult<String> {
    token_in(letters_to(shop, email).await?.last().ok_or("no letter")?)
}
