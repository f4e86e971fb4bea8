//! Many at once: a piece is asked back once, comes once, and is paid back once.

use futures_util::future::join_all;
use platform::db;
use serde_json::json;
use test_macro::test_on_every_database;

use super::*;

/// Fifty tabs ask for the last piece.
#[test_on_every_database]
async fn of_fifty_who_ask_for_the_last_piece_one_gets_it(shop: TestShop) -> TestResult {
    let placed = sent(&shop).await?;
    question(&shop, &placed, 1).await?.idempotency("first").await?.expect(201)?;
    let line = line_of(&shop, &placed).await?;
    let body = json!({"order_id": placed.id, "lines": [{"line_id": line, "quantity": 1, "reason": "other"}]});
    let asked = join_all((0..50).map(|_| async { shop.post(RETURNS).idempotency(&fresh()).json(body.clone()).await })).await;
    let answers = asked.into_iter().collect::<TestResult<Vec<Reply>>>()?;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"));
    }
    assert_eq!(figures(&shop, &placed).await?, [0, 2, 0, 0]);
    Ok(())
}

/// A parcel is taken in twice: under one key it came once, under two keys the second is refused.
#[test_on_every_database]
async fn a_parcel_that_is_taken_in_twice_lies_in_stock_once(shop: TestShop) -> TestResult {
    let placed = sent(&shop).await?;
    let id = approved(&shop, &placed, 2).await?;
    let (path, body) = (format!("{RETURNS}/{id}/receive"), came(&shop, &placed, 2, true).await?);
    let take = |key: &str| shop.post(&path).idempotency(key).json(body.clone());
    let (one, two) = tokio::join!(take("k"), take("k"));
    let (one, two) = (one?.expect(200)?, two?.expect(200)?);
    assert_eq!(one.bytes, two.bytes);
    let other = take("other").await?;
    assert_eq!((other.status, other.error_code()), (409, "return_not_receivable"));
    assert_eq!((figures(&shop, &placed).await?, shop.stock_of(&placed.mug).await?), ([2, 0, 0, 0], (5, 0)));
    let moves = "SELECT CAST(COUNT(*) AS BIGINT) FROM stock_moves WHERE reason = 'returned'";
    assert_eq!(db::fetch_scalar::<i64>(shop.context().db.reader(), moves, vec![]).await?, Some(1));

    let second = sent(&shop).await?;
    let id = approved(&shop, &second, 2).await?;
    let body = came(&shop, &second, 2, true).await?;
    let raced = join_all((0..10).map(|_| act(&shop, &id, "receive", body.clone()))).await;
    let raced = raced.into_iter().collect::<TestResult<Vec<Reply>>>()?;
    assert_eq!(raced.iter().filter(|reply| reply.status == 200).count(), 1);
    assert_eq!(shop.stock_of(&second.mug).await?, (5, 0));
    Ok(())
}

/// Staff refund the return, and the same pieces by hand, and an amount, all at once: never more goes back than came.
#[test_on_every_database]
async fn refunds_of_a_return_and_by_hand_never_exceed_what_came(shop: TestShop) -> TestResult {
    let placed = sent(&shop).await?;
    let id = received(&shop, &placed, 2).await?;
    let of_return = join_all((0..5).map(|_| act(&shop, &id, "refund", json!({"shipping": true}))));
    let by_hand = join_all((0..5).map(|_| crate::refunds::give_back(&shop, &placed, json!({"lines": [[2, false]]}))));
    let amounts =
        join_all((0..5).map(|_| crate::refunds::give_back(&shop, &placed, json!({"amount": {"amount": 900, "currency": "USD"}}))));
    let (of_return, by_hand, amounts) = tokio::join!(of_return, by_hand, amounts);
    let done = |answers: Vec<TestResult<Reply>>| -> TestResult<usize> {
        Ok(answers.into_iter().collect::<TestResult<Vec<Reply>>>()?.iter().filter(|answer| answer.status < 300).count())
    };
    let (of_return, by_hand, _) = (done(of_return)?, done(by_hand)?, done(amounts)?);
    assert!(of_return + by_hand <= 1, "{of_return} {by_hand}");
    shop.settle().await?;
    let [returned, coming, refunded, minor] = figures(&shop, &placed).await?;
    assert!((returned, coming) == (2, 0) && refunded <= 2 && minor <= 3_000, "{refunded} {minor}");
    assert_eq!(shop.stock_of(&placed.mug).await?, (5, 0));
    Ok(())
}
