//! People, as whoever sits at the machine sees and changes them.

use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::support::{Reply, TestResult, TestShop};

const PASSWORD: &str = "a kettle full of otters";

/// The one object that a command answers.
async fn one(shop: &TestShop, arguments: &[&str]) -> TestResult<Value> {
    Ok(shop.run(&[&["--json"], arguments].concat()).await?.expect(0)?.lines()?.remove(0))
}

/// The commands live in the present: so does the shop from now on.
fn to_present(shop: &TestShop) {
    shop.advance(shop.real_now() - shop.now());
}

async fn log_in(shop: &TestShop, login: (&str, &str), password: &str) -> TestResult<Reply> {
    shop.post("/api/v1/auth/login").anonymous().json(json!({login.0: login.1, "password": password})).await
}

/// An administrator with a password from standard input, who never stands in an argument.
#[test_on_every_database]
async fn an_administrator_is_made_with_a_password_that_is_piped_in(shop: TestShop) -> TestResult {
    let create = ["--json", "user", "create", "--email", "root@example.com", "--username", "root", "--admin", "--password-stdin"];
    assert!(shop.run_with(&create, "").await?.expect(2)?.stderr.contains("standard input"));
    let refused = shop.run_with(&create, "password\n").await?.expect(2)?;
    assert!(refused.stderr.contains("password:"), "{refused:?}");
    let made = shop.run_with(&create, &format!("{PASSWORD}\n")).await?.expect(0)?.lines()?.remove(0);
    assert_eq!((&made["roles"], &made["email_verified"], &made["status"]), (&json!(["admin"]), &json!(true), &json!("active")));
    let taken = shop.run_with(&create, PASSWORD).await?.expect(5)?;
    assert!(taken.stderr.contains("there is an account"), "{taken:?}");
    let signed_in = log_in(&shop, ("username", "root"), PASSWORD).await?.expect(200)?;
    shop.get("/api/v1/users").key(signed_in.text("access_token")).await?.expect(200)?;

    let last = shop.run(&["user", "disable", "root"]).await?.expect(5)?;
    assert!(last.stderr.contains("last account that may do everything"), "{last:?}");
    shop.run(&["user", "roles", "root", "--set"]).await?.expect(5)?;
    shop.run(&["user", "erase", "root", "--yes"]).await?.expect(5)?;
    Ok(())
}

#[test_on_every_database]
async fn an_account_without_a_password_gets_one_by_the_printed_link(shop: TestShop) -> TestResult {
    to_present(&shop);
    let create = ["user", "create", "--email", "bob@example.com", "--name", "Bob", "--roles", "support"];
    let reset = ["user", "reset-password", "bob@example.com"];
    for (password, printing) in [(PASSWORD, create.as_slice()), ("a pot of coffee at ten", reset.as_slice())] {
        let printed = shop.run(printing).await?.expect(0)?;
        assert_eq!(printed.stdout.lines().count(), 1, "the link alone: {printed:?}");
        let (_, token) = printed.stdout.trim().split_once("/account/reset-password#token=").ok_or("no link")?;
        let choose = json!({"token": token, "password": password});
        shop.post("/api/v1/auth/password/reset").anonymous().json(choose).await?.expect(204)?;
        let signed_in = log_in(&shop, ("email", "bob@example.com"), password).await?.expect(200)?;
        shop.get("/api/v1/orders").key(signed_in.text("access_token")).await?.expect(200)?;
    }
    let sessions = shop.run(&["--json", "session", "list", "bob@example.com"]).await?.expect(0)?.lines()?;
    assert_eq!(sessions.len(), 1, "a new password ends the others: {sessions:?}");
    shop.settle().await?;
    Ok(())
}

#[test_on_every_database]
async fn people_are_listed_closed_opened_and_given_roles(shop: TestShop) -> TestResult {
    to_present(&shop);
    for name in ["bob", "eve"] {
        let email = format!("{name}@example.com");
        shop.run_with(&["user", "create", "--email", &email, "--username", name, "--password-stdin"], PASSWORD).await?.expect(0)?;
    }
    let listed = shop.run(&["--json", "user", "list"]).await?.expect(0)?.lines()?;
    assert_eq!(listed.iter().filter_map(|user| user["username"].as_str()).collect::<Vec<_>>(), ["eve", "bob"]);
    assert_eq!(shop.run(&["--json", "user", "list", "--text", "BOB", "--limit", "5"]).await?.expect(0)?.lines()?.len(), 1);

    let given = one(&shop, &["user", "roles", "bob", "--set", "support,moderator"]).await?;
    assert_eq!(given["roles"], json!(["moderator", "support"]));
    assert_eq!(one(&shop, &["user", "roles", "bob"]).await?["roles"], given["roles"]);
    assert_eq!(one(&shop, &["user", "roles", "bob", "--set"]).await?["roles"], json!([]));
    shop.run(&["role", "grant", "bob@example.com", "support"]).await?.expect(0)?;

    let signed_in = log_in(&shop, ("username", "bob"), PASSWORD).await?.expect(200)?;
    let closed = one(&shop, &["user", "disable", "bob", "--reason", "left the company"]).await?;
    assert_eq!((closed["status"].as_str(), closed["status_reason"].as_str()), (Some("deactivated"), Some("left the company")));
    assert_eq!(shop.get("/api/v1/me").key(signed_in.text("access_token")).await?.status, 401);
    assert_eq!(shop.run(&["--json", "user", "list", "--status", "deactivated"]).await?.expect(0)?.lines()?.len(), 1);
    let refused = shop.run(&["user", "reset-password", "bob"]).await?.expect(5)?;
    assert!(refused.stderr.contains("tradewind user enable"), "{refused:?}");
    one(&shop, &["user", "enable", "bob"]).await?;
    let table = shop.run(&["user", "list"]).await?.expect(0)?;
    assert!(table.stdout.starts_with("ID") && table.stdout.contains("support"), "{table:?}");

    for missing in
        [["user", "disable", "nobody"], ["user", "roles", "user_x"], ["user", "export", "x@example.com"], ["session", "list", "nobody"]]
    {
        let told = shop.run(&missing).await?.expect(4)?;
        assert!(told.stderr.contains("tradewind user list"), "{told:?}");
    }
    assert!(shop.run(&["user", "roles", "bob", "--set", "king"]).await?.expect(4)?.stderr.contains("tradewind role list"));
    shop.settle().await?;
    Ok(())
}

#[test_on_every_database]
async fn sessions_are_listed_and_ended(shop: TestShop) -> TestResult {
    to_present(&shop);
    shop.run_with(&["user", "create", "--email", "bob@example.com", "--password-stdin"], PASSWORD).await?.expect(0)?;
    let mut tokens = Vec::new();
    for _ in 0..3 {
        tokens.push(log_in(&shop, ("email", "bob@example.com"), PASSWORD).await?.expect(200)?.text("access_token").to_owned());
    }
    let listed = shop.run(&["--json", "session", "list", "bob@example.com"]).await?.expect(0)?.lines()?;
    assert_eq!(listed.len(), 3);
    let session = listed[0]["id"].as_str().unwrap_or_default();
    shop.run(&["session", "revoke", session]).await?.expect(0)?;
    assert!(shop.run(&["session", "revoke", session]).await?.expect(4)?.stderr.contains("tradewind session list"));
    let alive = async || -> TestResult<usize> {
        let mut alive = 0;
        for token in &tokens {
            alive += usize::from(shop.get("/api/v1/me").key(token).await?.status == 200);
        }
        Ok(alive)
    };
    assert_eq!(alive().await?, 2);
    let all = shop.run(&["session", "revoke", "--user", "bob@example.com"]).await?.expect(0)?;
    assert!(all.stderr.starts_with("2 sessions"), "{all:?}");
    // Another process did it, and nobody follows the events here: whoever is known is looked up again after a minute.
    shop.advance(chrono::TimeDelta::minutes(1));
    assert_eq!(alive().await?, 0);
    shop.run(&["session", "revoke"]).await?.expect(2)?;
    shop.settle().await?;
    Ok(())
}

#[test_on_every_database]
async fn somebody_is_told_and_forgotten_at_the_machine(shop: TestShop) -> TestResult {
    let create = ["--json", "user", "create", "--email", "bob@example.com", "--name", "Bob", "--password-stdin"];
    let made = shop.run_with(&create, PASSWORD).await?.expect(0)?.lines()?.remove(0);
    let id = made["id"].as_str().unwrap_or_default();
    let told: Value = serde_json::from_str(&shop.run(&["user", "export", "bob@example.com"]).await?.expect(0)?.stdout)?;
    assert_eq!((told["user_id"].as_str(), told["data"]["account"]["name"].as_str()), (Some(id), Some("Bob")));
    let file = shop.data_dir().join("bob.json").display().to_string();
    shop.run(&["user", "export", id, "--out", &file]).await?.expect(0)?;
    assert_eq!(serde_json::from_str::<Value>(&std::fs::read_to_string(&file)?)?["data"]["account"], told["data"]["account"]);
    shop.run(&["user", "export", id, "--out", &file]).await?.expect(1)?;

    assert!(shop.run(&["user", "erase", id]).await?.expect(2)?.stderr.contains("--yes"));
    shop.run(&["user", "erase", id, "--yes"]).await?.expect(0)?;
    shop.run(&["user", "erase", id, "--yes"]).await?.expect(4)?;
    assert_eq!(log_in(&shop, ("email", "bob@example.com"), PASSWORD).await?.status, 401);
    let records = shop.run(&["--json", "audit", "list"]).await?.expect(0)?.lines()?;
    let actions: Vec<&str> =
        records.iter().filter(|record| record["subject"] == *id).filter_map(|record| record["action"].as_str()).collect();
    for action in ["user.data_exported", "user.erased"] {
        assert!(actions.contains(&action), "{action}: {actions:?}");
    }
    shop.settle().await?;
    Ok(())
}
