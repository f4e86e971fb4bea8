//! What becomes of letters on their way.

use chrono::TimeDelta;
use kernel::{Email, EventId};
use notify::mail_templates::TemplateName;
use notify::mails::{About, AboutKind, NewMail, SendMail, queue_in};
use platform::jobs::run_due;
use platform::privacy;
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tokio::net::TcpListener;
use tradewind::wiring;

use super::{MAILS, content, mails, mails_of};
use crate::orders::place;
use crate::support::{Dying, Receiver, TestResult, TestShop, traces_of};

/// A mail server that is not there.
async fn without_server(shop: &TestShop) -> TestResult<TestShop> {
    let closed = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("smtp://{}?tls=none", closed.local_addr()?);
    drop(closed);
    shop.configured(|config| config.mail.url = url.into())
}

/// Eight tries over two days, and then it is given up, with the reason.
#[test_on_every_database]
async fn a_letter_that_cannot_leave_is_tried_again_and_given_up(shop: TestShop) -> TestResult {
    let shop = without_server(&shop).await?;
    place(&shop, "test").await?;
    for (minutes, attempts) in [(0, 1), (1, 2), (5, 3), (30, 4), (120, 5), (360, 6), (720, 7)] {
        shop.advance(TimeDelta::minutes(minutes));
        let mail = mails(&shop).await?.remove(0);
        assert_eq!((&mail["state"], &mail["attempts"]), (&json!("queued"), &json!(attempts)), "{minutes}");
    }
    shop.advance(TimeDelta::minutes(1_439));
    assert_eq!(mails(&shop).await?[0]["attempts"], 7);
    shop.advance(TimeDelta::minutes(1));
    let mail = mails(&shop).await?.remove(0);
    assert_eq!((&mail["state"], &mail["attempts"]), (&json!("failed"), &json!(8)));
    assert!(mail["error"].as_str().is_some_and(|error| error.contains("cannot be reached") && !error.contains('@')), "{mail}");
    let path = format!("{MAILS}/{}/content", mail["id"].as_str().unwrap_or_default());
    assert_eq!(shop.get(&path).await?.error_code(), "mail_not_found", "there is no file of it");
    Ok(())
}

/// The process dies when it has written how the try went: the next try is the only one that follows.
#[test_on_every_database]
async fn a_try_is_followed_by_one_whoever_dies_when(shop: TestShop) -> TestResult {
    let shop = without_server(&shop).await?;
    place(&shop, "test").await?;
    assert_eq!(mails(&shop).await?[0]["attempts"], 1);
    shop.advance(TimeDelta::minutes(1));
    let dying = wiring::handlers(shop.sales(), shop.accounts(), shop.notify()).with(Dying(SendMail(shop.notify().clone())));
    run_due(shop.context(), &dying).await?;
    for (minutes, attempts) in [(4, 2), (1, 3), (29, 3), (1, 4)] {
        shop.advance(TimeDelta::minutes(minutes));
        assert_eq!(mails(&shop).await?[0]["attempts"], attempts, "{minutes}");
    }
    Ok(())
}

/// Meanwhile the server is there again: it is sent once.
#[test_on_every_database]
async fn a_letter_leaves_when_there_is_a_way(shop: TestShop) -> TestResult {
    let cut_off = without_server(&shop).await?;
    place(&cut_off, "test").await?;
    assert_eq!(mails(&cut_off).await?[0]["state"], "queued");
    shop.advance(TimeDelta::minutes(1));
    let mail = mails(&shop).await?.remove(0);
    assert_eq!((&mail["state"], &mail["attempts"], &mail["error"]), (&json!("sent"), &json!(2), &Value::Null));
    shop.advance(TimeDelta::days(1));
    assert_eq!(mails(&shop).await?, [mail]);
    Ok(())
}

/// What it tells of is gone: there is nothing to try again.
#[test_on_every_database]
async fn a_letter_about_nothing_is_given_up_at_once(shop: TestShop) -> TestResult {
    let about = About { kind: AboutKind::Order, id: EventId::generate().uuid() };
    let to = Email::parse("ada@example.com")?;
    let (template, locale) = (TemplateName::OrderConfirmation, "de".parse()?);
    let mail = NewMail { template, locale, to, user_id: None, cause_id: EventId::generate().uuid(), about, detail: json!({}) };
    for _ in 0..2 {
        let tx = shop.context().begin(&shop.origin()).await?;
        queue_in(&tx, &mail).await?;
        tx.commit().await?;
        let told = mails(&shop).await?;
        assert_eq!((told.len(), &told[0]["state"], &told[0]["attempts"]), (1, &json!("failed"), &json!(1)));
    }
    Ok(())
}

#[test_on_every_database]
async fn letters_are_found_by_state_letter_and_reader(shop: TestShop) -> TestResult {
    let placed = place(&shop, "test").await?;
    assert_eq!(mails(&shop).await?.len(), 1);
    placed.fulfil(&shop, json!({})).await?.expect(201)?;
    assert_eq!(mails(&shop).await?.len(), 2);
    for (query, found) in [
        ("filter[state]=sent", 2),
        ("filter[state]=failed,queued", 0),
        ("filter[template]=shipping_notice", 1),
        ("filter[to]=ADA@example.com", 2),
        ("filter[to]=eve@example.com", 0),
        ("filter[to]=ada@example.com&filter[template]=shipping_notice&filter[state]=sent", 1),
    ] {
        let list = shop.get(&format!("{MAILS}?{query}")).await?.expect(200)?;
        assert_eq!(list.data().as_array().map(Vec::len), Some(found), "{query}");
    }
    let first = shop.get(&format!("{MAILS}?limit=1")).await?.expect(200)?;
    let next = first.json["meta"]["next_cursor"].as_str().ok_or("no second page")?.to_owned();
    let second = shop.get(&format!("{MAILS}?limit=1&after={next}")).await?.expect(200)?;
    assert_eq!((&first.data()[0]["template"], &second.data()[0]["template"]), (&json!("shipping_notice"), &json!("order_confirmation")));
    let one = shop.get(&format!("{MAILS}/{}", first.text("0/id"))).await?.expect(200)?;
    assert_eq!(one.data(), &first.data()[0]);
    Ok(())
}

/// In production no letter is shown: letters hold links that open accounts.
#[test_on_every_database]
async fn no_letter_is_shown_in_production(shop: TestShop) -> TestResult {
    place(&shop, "test").await?;
    let mail = mails_of(&shop, "order_confirmation").await?.remove(0);
    content(&shop, &mail).await?;
    let production = shop.configured(|config| config.mode = platform::config::Mode::Production)?;
    let path = format!("{MAILS}/{}/content", mail["id"].as_str().unwrap_or_default());
    assert_eq!(production.get(&path).await?.error_code(), "mail_not_found");
    Ok(())
}

/// An archive tells which letters somebody got; once they are forgotten nobody knows, and what was on its way is not sent.
#[test_on_every_database]
async fn whoever_is_forgotten_is_not_written_to(shop: TestShop) -> TestResult {
    let ada = shop.user().await?;
    let cut_off = without_server(&shop).await?;
    let placed = place(&cut_off, "test").await?;
    mails(&cut_off).await?;
    sales::orders::claim(shop.context(), &shop.origin(), ada, &Email::parse("ada@example.com")?).await?;
    let places = wiring::personal_places();
    let place = places.iter().find(|place| place.name() == "mails").ok_or("no place")?;
    let known = place.export(shop.context().db.reader(), ada).await?;
    assert_eq!((&known[0]["to"], &known[0]["letter"]), (&json!("ada@example.com"), &json!("order_confirmation")));

    let tx = shop.context().begin(&shop.origin()).await?;
    privacy::erase_in(&tx, &places, ada).await?;
    tx.commit().await?;
    shop.advance(TimeDelta::hours(1));
    let told = mails(&shop).await?;
    assert_eq!((told.len(), &told[0]["state"], &told[0]["to"]), (1, &json!("failed"), &Value::Null));
    assert_eq!(told[0]["about"]["id"], placed.id);
    assert_eq!(traces_of(&shop, &["ada@example.com"]).await?, Vec::<String>::new());
    Ok(())
}

/// By SendGrid: what it refuses is given up at once, what may pass is tried again, and no answer of it is told on.
#[test_on_every_database]
async fn a_service_takes_letters_by_its_api(shop: TestShop) -> TestResult {
    let receiver = Receiver::start().await?;
    let address = receiver.base().trim_start_matches("http://").to_owned();
    let shop = shop.configured(|config| config.mail.url = format!("sendgrid://apikey:SG.otter@{address}?tls=none").into())?;
    receiver.will_answer([202]);
    place(&shop, "test").await?;
    assert_eq!(mails(&shop).await?[0]["state"], "sent");
    let taken = receiver.take().pop().ok_or("nothing arrived")?;
    assert_eq!((taken.path.as_str(), taken.header("authorization")), ("/v3/mail/send", "Bearer SG.otter"));
    let told = taken.json();
    assert_eq!(told["personalizations"][0]["to"][0]["email"], "ada@example.com");
    assert!(told["content"][0]["value"].as_str().is_some_and(|text| text.contains("2 x Mug: $25.00")), "{told}");
    assert_eq!((&told["content"][1]["type"], &told["headers"]["Auto-Submitted"]), (&json!("text/html"), &json!("auto-generated")));

    for (answers, state, attempts) in [(vec![400], "failed", 1), (vec![429, 503, 202], "sent", 3), (vec![401, 202], "sent", 2)] {
        receiver.will_answer(answers.clone());
        place(&shop, "test").await?;
        for minutes in [0, 1, 5] {
            shop.advance(TimeDelta::minutes(minutes));
            shop.settle().await?;
        }
        let mail = mails(&shop).await?.pop().ok_or("no letter")?;
        assert_eq!((&mail["state"], &mail["attempts"]), (&json!(state), &json!(attempts)), "{answers:?}");
        assert!(!mail["error"].to_string().contains("said"), "{mail}");
        assert_eq!(receiver.take().len(), answers.len());
    }
    Ok(())
}
