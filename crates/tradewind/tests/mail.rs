//! Letters: what they say, which were sent, and what became of them.

mod links;
mod reminding;
mod sending;
mod telling;
mod templates;

use serde_json::Value;

use crate::support::{TestResult, TestShop};

const MAILS: &str = "/api/v1/mails";

/// All letters, the oldest first, as staff see them.
async fn mails(shop: &TestShop) -> TestResult<Vec<Value>> {
    shop.settle().await?;
    let list = shop.get(&format!("{MAILS}?sort=created_at")).await?.expect(200)?;
    Ok(list.data().as_array().cloned().unwrap_or_default())
}

/// The letters of this name.
pub(crate) async fn mails_of(shop: &TestShop, template: &str) -> TestResult<Vec<Value>> {
    Ok(mails(shop).await?.into_iter().filter(|mail| mail["template"] == template).collect())
}

/// The letter as its reader gets it, without the breaks of its lines.
pub(crate) async fn content(shop: &TestShop, mail: &Value) -> TestResult<String> {
    let path = format!("{MAILS}/{}/content", mail["id"].as_str().unwrap_or_default());
    Ok(shop.get(&path).await?.expect(200)?.text("message").replace("=\r\n", "").replace("=3D", "="))
}
