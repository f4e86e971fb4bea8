//! Orders and what can be had, as those may follow them whom they concern.

use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::door::Door;
use super::socket::{Socket, code};
use super::{lasting, relayed, relaying};
use crate::me::somebody;
use crate::support::{TestResult, TestShop, make_key};

fn subscribe(topic: &str) -> Value {
    json!({"type": "subscribe", "topic": topic})
}

/// Staff, the customer and the guest with the cart's token see where an order stands; nobody else learns that it is there.
#[test_on_every_database]
async fn an_order_is_followed_by_whom_it_concerns(shop: TestShop) -> TestResult {
    let shop = lasting(&shop)?;
    let ((_, ada), (_, eve)) = (somebody(&shop).await?, somebody(&shop).await?);
    let mug = shop.mug(1_250, 10).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    shop.post("/api/v1/me/cart/merge").key(&ada).json(json!({"cart_id": cart.id, "token": cart.token})).await?.expect(200)?;
    let order = shop.checkout(&cart).await?.expect(201)?;
    let topic = format!("order:{}", order.text("id"));
    relayed(&shop).await?;

    let door = Door::open(&shop).await?;
    let (staff, other) = (make_key(&shop, &["orders:read"]).await?, make_key(&shop, &["products:read"]).await?);
    let missing = "order:order_00000000000000000000000000";
    for (token, refused) in [("", "unauthenticated"), (&eve, "order_not_found"), (&other, "order_not_found")] {
        let mut socket = door.socket_of(token).await?;
        let told = socket.ask(subscribe(&topic)).await?;
        assert_eq!((code(&told), &told["topic"]), (refused, &json!(topic)), "{told}");
        // What is another's and what is missing read alike.
        let none = socket.ask(subscribe(missing)).await?;
        assert_eq!((code(&none), &none["message"]), (refused, &told["message"]));
        let guess = socket.ask(json!({"type": "subscribe", "topic": topic, "cart_token": "twc_wrong"})).await?;
        assert_eq!(code(&guess), "order_not_found");
    }

    let mut readers: Vec<Socket> = Vec::new();
    for (token, cart_token) in [(staff.as_str(), None), (&ada, None), ("", Some(&cart.token)), (&eve, Some(&cart.token))] {
        let mut socket = door.socket_of(token).await?;
        let told = socket.ask(json!({"type": "subscribe", "topic": topic, "cart_token": cart_token})).await?;
        assert_eq!((&told["type"], &told["order"]["status"]), (&json!("subscribed"), &order.data()["status"]), "{told}");
        assert_eq!(told["order"]["id"], order.data()["id"]);
        readers.push(socket);
    }
    let _relay = relaying(&shop);
    let path = format!("/api/v1/orders/{}/cancel", order.text("id"));
    let version = order.data()["version"].as_i64().unwrap_or(1);
    shop.post(&path).version(version).idempotency("c").json(json!({"reason": "customer_request"})).await?.expect(200)?;
    for mut socket in readers {
        let told = loop {
            let told = socket.hear().await?;
            if told["data"]["status"] == "cancelled" {
                break told;
            }
        };
        assert_eq!((&told["type"], &told["topic"]), (&json!("order"), &json!(topic)));
        let mut members: Vec<&String> = told["data"].as_object().ok_or("a state")?.keys().collect();
        members.sort();
        assert_eq!(members, ["fulfilment_status", "id", "number", "payment_status", "status", "updated_at", "version"]);
        assert_eq!(socket.ask(json!({"type": "unsubscribe", "topic": topic})).await?["type"], "unsubscribed");
        assert_eq!(code(&socket.ask(json!({"type": "unsubscribe", "topic": topic})).await?), "not_subscribed");
    }
    Ok(())
}

/// Everybody who looks at a product is told when it runs out and when it is there again; what is not public stays so.
#[test_on_every_database]
async fn what_can_be_had_is_told_to_whoever_looks(shop: TestShop) -> TestResult {
    let shop = lasting(&shop)?;
    let mug = shop.mug(1_250, 3).await?;
    let topic = format!("product:{}:availability", mug.product_id);
    let door = Door::open(&shop).await?;
    let mut readers: Vec<Socket> = Vec::new();
    for _ in 0..3 {
        let mut socket = door.socket_of("").await?;
        let told = socket.ask(subscribe(&topic)).await?;
        let state = &told["availability"];
        assert_eq!((&told["type"], &state["variants"][0]["id"]), (&json!("subscribed"), &json!(mug.id)), "{told}");
        assert_ne!(state["availability"], "out", "{told}");
        readers.push(socket);
    }
    let _relay = relaying(&shop);
    shop.order(&mug.id, 3, "manual").await?;
    for socket in &mut readers {
        let told = loop {
            let told = socket.hear().await?;
            if told["data"]["availability"] == "out" {
                break told;
            }
        };
        assert_eq!((&told["type"], &told["topic"]), (&json!("availability"), &json!(topic)));
        assert_eq!(told["data"]["variants"], json!([{"id": mug.id, "availability": "out"}]));
    }
    let product = format!("/api/v1/products/{}", mug.product_id);
    let version = shop.get(&product).await?.expect(200)?.data()["version"].as_i64().unwrap_or(1);
    shop.patch(&product).version(version).json(json!({"status": "archived"})).await?.expect(200)?;
    for socket in &mut readers {
        let told = socket.hear().await?;
        assert_eq!((code(&told), &told["topic"]), ("product_not_found", &json!(topic)), "{told}");
        assert_eq!(code(&socket.ask(subscribe(&topic)).await?), "product_not_found");
    }
    Ok(())
}
