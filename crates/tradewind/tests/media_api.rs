//! Pictures of products over HTTP.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::support::{Reply, TestResult, TestShop};

const MEDIA: &str = "/api/v1/products/mug/media";

/// An active product that can be bought elsewhere, which is the least there is to one.
async fn mug(shop: &TestShop) -> TestResult<Reply> {
    let body = json!({"title": "Mug", "status": "active", "external_url": "https://shop.test/mug"});
    shop.post("/api/v1/products").json(body).await?.expect(201)
}

fn png() -> TestResult<Vec<u8>> {
    let mut content = Cursor::new(Vec::new());
    RgbImage::from_pixel(7, 3, Rgb([30, 60, 90])).write_to(&mut content, ImageFormat::Png)?;
    Ok(content.into_inner())
}

/// A form with a file that says it is a PNG, whatever it holds.
fn form(content: &[u8]) -> TestResult<Form> {
    Ok(Form::new().part("file", Part::bytes(content.to_vec()).file_name("../../mug.png").mime_str("image/png")?))
}

async fn remote(shop: &TestShop, name: &str) -> TestResult<Reply> {
    shop.post(MEDIA).json(json!({"url": format!("https://cdn.example.com/{name}.jpg"), "alt": name})).await?.expect(201)
}

fn alts(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(|media| media["alt"].as_str()).collect()
}

fn fields(reply: &Reply) -> Vec<&str> {
    reply.json["error"]["details"].as_object().into_iter().flatten().map(|(field, _)| field.as_str()).collect()
}

/// An uploaded picture is served as it is, for a year, to everybody, and shown with its product.
#[test_on_every_database]
async fn an_uploaded_picture_is_served(shop: TestShop) -> TestResult {
    let (mug, content) = (mug(&shop).await?, png()?);
    let made = shop.post(MEDIA).form(form(&content)?.text("alt", "A mug").text("position", "0")).await?.expect(201)?;
    assert_eq!((made.text("content_type"), made.text("alt"), made.data()["width_px"].as_i64()), ("image/png", "A mug", Some(7)));
    assert_eq!((made.data()["height_px"].as_i64(), made.data()["version"].as_i64()), (Some(3), Some(1)));
    assert_eq!(made.header("location"), format!("/api/v1/products/{}/media/{}", mug.text("id"), made.text("id")));
    assert_eq!(shop.get(made.header("location")).anonymous().await?.expect(200)?.data(), made.data());

    let url = made.text("url");
    let served = shop.get(url).anonymous().header("Accept", "image/*").await?.expect(200)?;
    assert_eq!((&served.bytes, served.header("content-type")), (&content, "image/png"));
    assert_eq!(served.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!((served.header("x-content-type-options"), served.header("cross-origin-resource-policy")), ("nosniff", "cross-origin"));
    assert!(served.header("content-security-policy").starts_with("default-src 'none'"));
    shop.get(url).anonymous().header("If-None-Match", served.header("etag")).await?.expect(304)?;

    let product = shop.get("/api/v1/products/mug").anonymous().await?.expect(200)?;
    assert_eq!(product.data()["media"][0]["url"], url);
    let list = shop.get("/api/v1/products?include=media").anonymous().await?.expect(200)?;
    assert_eq!((&list.data()[0]["image"]["url"], &list.data()[0]["media"][0]["alt"]), (&json!(url), &json!("A mug")));
    assert_eq!(shop.events_of("product_media").await?, ["product_media.added"]);
    Ok(())
}

/// Only what is a picture inside becomes one; names and claims count for nothing, and nothing is kept of the rest.
#[test_on_every_database]
async fn what_only_calls_itself_a_picture_is_refused(shop: TestShop) -> TestResult {
    mug(&shop).await?;
    let half: Vec<u8> = png()?.into_iter().take(40).collect();
    for content in [
        b"<!doctype html><script>alert(1)</script>".as_slice(),
        br#"<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>"#,
        b"\x89PNG\r\n\x1a\n<html>",
        b"%PDF-1.4",
        b"",
        &half,
    ] {
        let refused = shop.post(MEDIA).form(form(content)?).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "media_not_a_picture"), "{content:?}");
    }
    let large = shop.post(MEDIA).form(form(&vec![0; 20 * 1_024 * 1_024 + 1])?).await?;
    assert_eq!((large.status, large.error_code()), (413, "body_too_large"));
    let without = shop.post(MEDIA).form(Form::new().text("alt", "x")).await?;
    assert_eq!((without.status, fields(&without)), (422, vec!["file"]));
    let unknown = shop.post(MEDIA).form(form(&png()?)?.text("price", "5")).await?;
    assert_eq!((unknown.status, fields(&unknown)), (422, vec!["price"]));
    let place = shop.post(MEDIA).form(form(&png()?)?.text("position", "first").text("alt", "x".repeat(513))).await?;
    assert_eq!((place.status, fields(&place)), (422, vec!["alt", "position"]));
    let text = shop.post(MEDIA).header("content-type", "text/plain").raw("x").await?;
    assert_eq!((text.status, text.error_code()), (415, "unsupported_media_type"));
    let nobody = shop.post("/api/v1/products/nothing/media").form(form(&png()?)?).await?;
    assert_eq!((nobody.status, nobody.error_code()), (404, "product_not_found"));
    assert!(!shop.data_dir().join("files").exists(), "no file was kept");
    Ok(())
}

/// Addresses elsewhere are kept as they are; those that are none, or tell a password, are refused.
#[test_on_every_database]
async fn a_picture_elsewhere_is_an_address(shop: TestShop) -> TestResult {
    mug(&shop).await?;
    let made = remote(&shop, "front").await?;
    assert_eq!((made.text("url"), &made.data()["content_type"]), ("https://cdn.example.com/front.jpg", &Value::Null));
    for url in ["", "mug.jpg", "javascript:alert(1)", "data:image/png;base64,AA==", "https://me:secret@cdn.example.com/a.jpg"] {
        let refused = shop.post(MEDIA).json(json!({"url": url})).await?;
        assert_eq!((refused.status, fields(&refused)), (422, vec!["url"]), "{url}");
    }
    let refused = shop.post(MEDIA).json(json!({"url": "x", "position": -1})).await?;
    assert_eq!(fields(&refused), ["position", "url"]);
    Ok(())
}

/// Pictures are described, moved, put in order and removed, by the versions that people saw.
#[test_on_every_database]
async fn pictures_are_changed_and_put_in_order(shop: TestShop) -> TestResult {
    mug(&shop).await?;
    let mut ids = Vec::new();
    for name in ["a", "b", "c"] {
        ids.push(remote(&shop, name).await?.text("id").to_owned());
    }
    let last = format!("{MEDIA}/{}", ids[2]);
    let moved = shop.patch(&last).version(1).json(json!({"position": 0})).await?.expect(200)?;
    assert_eq!((moved.text("alt"), moved.data()["position"].as_i64(), moved.data()["version"].as_i64()), ("c", Some(0), Some(2)));
    assert_eq!(alts(shop.get(MEDIA).anonymous().await?.expect(200)?.data()), ["c", "a", "b"]);
    let stale = shop.patch(&last).version(1).json(json!({"alt": "late"})).await?;
    assert_eq!((stale.status, &stale.json["error"]["context"]), (409, &json!({"current_version": 2})));
    assert_eq!(shop.patch(&last).json(json!({"alt": "blind"})).await?.status, 428);
    let null = shop.patch(&last).version(2).json(json!({"alt": null})).await?;
    assert_eq!((null.status, fields(&null)), (422, vec!["alt"]));

    let order = format!("{MEDIA}/order");
    let ordered = shop.post(&order).json(json!({"media_ids": [&ids[1], &ids[0], &ids[2]]})).await?.expect(200)?;
    assert_eq!(alts(ordered.data()), ["b", "a", "c"]);
    let short = shop.post(&order).json(json!({"media_ids": [&ids[1], &ids[0]]})).await?;
    assert_eq!((short.status, short.error_code()), (409, "media_changed"));
    let wrong = shop.post(&order).json(json!({"media_ids": ["x"]})).await?;
    assert_eq!((wrong.status, fields(&wrong)), (422, vec!["media_ids.0"]));

    let first = format!("{MEDIA}/{}", ids[1]);
    assert_eq!(shop.delete(&first).await?.status, 428);
    shop.delete(&first).version(1).await?.expect(204)?;
    assert_eq!(shop.delete(&first).version(1).await?.error_code(), "media_not_found");
    let page = shop.get(&format!("{MEDIA}?per_page=1")).await?.expect(200)?;
    assert_eq!((alts(page.data()), page.json["meta"]["total"].as_i64()), (vec!["a"], Some(2)));
    Ok(())
}

/// Pictures of what strangers do not see are not listed to them, and no path leads out of the store.
#[test_on_every_database]
async fn strangers_see_no_pictures_of_drafts(shop: TestShop) -> TestResult {
    shop.post("/api/v1/products").json(json!({"title": "Mug"})).await?.expect(201)?;
    let made = shop.post(MEDIA).form(form(&png()?)?).await?.expect(201)?;
    for path in [MEDIA.to_owned(), made.header("location").to_owned()] {
        let hidden = shop.get(&path).anonymous().await?;
        assert_eq!((hidden.status, hidden.error_code()), (404, "product_not_found"));
        shop.get(&path).await?.expect(200)?;
    }
    let hash = "0".repeat(64);
    let keys = [format!("{hash}.png"), format!("{hash}.html"), "..%2F..%2Ftradewind.db".to_owned(), "x".to_owned(), hash];
    for key in keys {
        let missing = shop.get(&format!("/media/{key}")).anonymous().await?;
        assert_eq!((missing.status, missing.error_code()), (404, "file_not_found"), "{key}");
    }
    Ok(())
}
