//! Pictures of products: kept only if they are pictures, in an order that lists follow.

use std::io::Cursor;

use catalog::media::{
    self, AddMedia, DeleteMedia, Media, MediaChanges, MediaDetails, MediaInput, MediaSource, NewSource, RemotePicture, RemoteUrl,
    ReorderMedia, UpdateMedia, UploadMedia,
};
use image::{ImageFormat, RgbImage};
use kernel::{DomainError, MediaId, ProductId, VariantId};
use platform::db::{count_statements, execute, fetch_scalar};
use platform::files::FileStore;
use platform::values;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

/// A product as the list has it, with one variant.
async fn product(shop: &TestShop) -> TestResult<ProductId> {
    let (id, nothing) = (ProductId::generate(), serde_json::json!({}));
    let tx = shop.context().begin(&shop.origin()).await?;
    let insert = "INSERT INTO products (id, slug, title, description, status, attributes, metadata, created_at, updated_at, created_by,
        updated_by) VALUES ($1, $2, 'Mug', '', 'active', $3, $3, $4, $4, 'cli', 'cli')";
    execute(&tx, insert, values![id, id.to_string().replace('_', "-"), nothing.clone(), shop.now()]).await?;
    let insert = "INSERT INTO variants (id, product_id, position, options, options_key, kind, requires_shipping, tracked, tax_class,
        metadata, created_at, updated_at, created_by, updated_by)
        VALUES ($1, $2, 0, $3, '', 'physical', TRUE, FALSE, 'standard', $3, $4, $4, 'cli', 'cli')";
    execute(&tx, insert, values![VariantId::generate(), id, nothing.clone(), shop.now()]).await?;
    let insert = "INSERT INTO product_listings (product_id, status, title_key, variant_count, variants_available, tags, created_at,
        updated_at) VALUES ($1, 'active', 'mug', 1, 1, $2, $3, $3)";
    execute(&tx, insert, values![id, serde_json::json!([]), shop.now()]).await?;
    tx.commit().await?;
    Ok(id)
}

fn details(alt: &str, position: Option<i64>) -> TestResult<MediaDetails> {
    Ok(MediaDetails::parse(MediaInput { alt: Some(alt.to_owned()), position })?)
}

async fn remote(shop: &TestShop, product_id: ProductId, name: &str, position: Option<i64>) -> TestResult<Media> {
    let source = NewSource::Remote(RemoteUrl::parse(&format!("https://cdn.example.com/{name}.jpg"))?);
    let command = AddMedia { product_id, source, details: details(name, position)? };
    Ok(media::add(shop.context(), &shop.origin(), command).await?)
}

async fn upload(shop: &TestShop, product_id: ProductId, content: Vec<u8>) -> TestResult<Result<Media, media::AddMediaError>> {
    let command = UploadMedia { product_id, content, details: details("A mug", None)? };
    Ok(media::upload(shop.context(), &shop.origin(), command).await)
}

async fn alts(shop: &TestShop, product: ProductId) -> TestResult<Vec<String>> {
    let all = media::list_for_products(shop.context().db.reader(), &[product]).await?;
    let places: Vec<i64> = all.iter().map(|media| media.position).collect();
    assert_eq!(places, (0..).take(all.len()).collect::<Vec<i64>>(), "places have no gaps");
    Ok(all.into_iter().map(|media| media.alt).collect())
}

async fn listed(shop: &TestShop, product: ProductId) -> TestResult<Option<String>> {
    let sql = "SELECT media_alt FROM product_listings WHERE product_id = $1";
    Ok(fetch_scalar::<Option<String>>(shop.context().db.reader(), sql, values![product]).await?.flatten())
}

fn picture(width: u32, height: u32) -> TestResult<Vec<u8>> {
    let mut content = Cursor::new(Vec::new());
    RgbImage::new(width, height).write_to(&mut content, ImageFormat::Png)?;
    Ok(content.into_inner())
}

#[test_on_every_database]
async fn an_uploaded_picture_is_kept_with_what_it_is(shop: TestShop) -> TestResult {
    let (product, content) = (product(&shop).await?, picture(7, 3)?);
    let kept = upload(&shop, product, content.clone()).await??;
    let MediaSource::File { key, content_type, byte_size, width_px, height_px } = kept.source.clone() else { return Err("a file".into()) };

    assert_eq!((content_type.as_str(), width_px, height_px), ("image/png", 7, 3));
    assert_eq!(usize::try_from(byte_size)?, content.len());
    assert_eq!(FileStore::in_data_dir(shop.data_dir()).get(&key).await?, content);
    assert_eq!(media::find(shop.context().db.reader(), kept.id).await?, Some(kept.clone()));
    assert_eq!(upload(&shop, product, content).await??.source, kept.source, "the same content is one file");
    assert_eq!(listed(&shop, product).await?.as_deref(), Some("A mug"));
    assert_eq!(shop.events_of("product_media").await?, ["product_media.added", "product_media.added"]);
    Ok(())
}

#[test_on_every_database]
async fn what_is_no_picture_leaves_no_trace(shop: TestShop) -> TestResult {
    let product = product(&shop).await?;
    let broken = picture(7, 3)?.into_iter().take(40).collect();
    for (content, code) in [
        (b"<svg onload=alert(1)>".to_vec(), "media_not_a_picture"),
        (broken, "media_not_a_picture"),
        (vec![0; media::MAX_BYTES + 1], "media_too_large"),
    ] {
        assert_eq!(upload(&shop, product, content).await?.expect_err("refused").code(), code);
    }
    assert_eq!(upload(&shop, ProductId::generate(), picture(1, 1)?).await?.expect_err("nobody's").code(), "product_not_found");
    assert!(!shop.data_dir().join("files").exists(), "no file was kept");
    assert_eq!((alts(&shop, product).await?, listed(&shop, product).await?), (vec![], None));
    Ok(())
}

#[test_on_every_database]
async fn pictures_keep_their_order_and_the_first_is_listed(shop: TestShop) -> TestResult {
    let (context, origin, product) = (shop.context(), shop.origin(), product(&shop).await?);
    let front = remote(&shop, product, "front", None).await?;
    let back = remote(&shop, product, "back", None).await?;
    let cover = remote(&shop, product, "cover", Some(0)).await?;
    assert_eq!(alts(&shop, product).await?, ["cover", "front", "back"]);

    let changes = MediaChanges::parse(MediaInput { alt: Some("Back side".to_owned()), position: Some(0) })?;
    let command = UpdateMedia { product_id: product, id: back.id, version: 1, changes };
    let moved = media::update(context, &origin, command.clone()).await?;
    assert_eq!((moved.version, moved.position), (2, 0));
    assert_eq!(alts(&shop, product).await?, ["Back side", "cover", "front"]);
    assert_eq!(listed(&shop, product).await?.as_deref(), Some("Back side"));
    let stale = media::update(context, &origin, command).await.expect_err("stale");
    assert_eq!((stale.code(), stale.context().as_deref()), ("version_conflict", Some(r#"{"current_version":2}"#)));

    let order = vec![front.id, cover.id, back.id];
    media::reorder(context, &origin, ReorderMedia { product_id: product, order: order.clone() }).await?;
    assert_eq!(alts(&shop, product).await?, ["front", "cover", "Back side"]);
    assert_eq!(listed(&shop, product).await?.as_deref(), Some("front"));
    for wrong in [order[..2].to_vec(), vec![front.id, front.id, back.id], [order, vec![MediaId::generate()]].concat()] {
        let refused = media::reorder(context, &origin, ReorderMedia { product_id: product, order: wrong }).await.expect_err("refused");
        assert_eq!(refused.code(), "media_changed");
    }
    Ok(())
}

#[test_on_every_database]
async fn a_picture_that_goes_is_shown_nowhere(shop: TestShop) -> TestResult {
    let (context, origin, mine) = (shop.context(), shop.origin(), product(&shop).await?);
    let front = remote(&shop, mine, "front", None).await?;
    remote(&shop, mine, "back", None).await?;
    let tx = context.begin(&origin).await?;
    execute(&tx, "UPDATE variants SET media_id = $1 WHERE product_id = $2", values![front.id, mine]).await?;
    tx.commit().await?;

    let other = product(&shop).await?;
    let gone = |product_id, version| DeleteMedia { product_id, id: front.id, version };
    assert_eq!(media::delete(context, &origin, gone(other, 1)).await.expect_err("another's").code(), "media_not_found");
    assert_eq!(media::delete(context, &origin, gone(mine, 2)).await.expect_err("stale").code(), "version_conflict");
    media::delete(context, &origin, gone(mine, 1)).await?;

    let named = "SELECT CAST(COUNT(*) AS BIGINT) FROM variants WHERE media_id IS NOT NULL";
    assert_eq!(fetch_scalar::<i64>(context.db.reader(), named, vec![]).await?, Some(0));
    assert_eq!((alts(&shop, mine).await?, listed(&shop, mine).await?.as_deref()), (vec!["back".to_owned()], Some("back")));
    Ok(())
}

/// Two people add a picture at the same moment: both are there, each in a place of its own.
#[test_on_every_database]
async fn pictures_that_come_at_once_get_places_of_their_own(shop: TestShop) -> TestResult {
    let product = product(&shop).await?;
    let (one, two, three) = tokio::join!(
        remote(&shop, product, "one", Some(0)),
        remote(&shop, product, "two", Some(0)),
        remote(&shop, product, "three", Some(0)),
    );
    one?;
    two?;
    three?;
    assert_eq!(alts(&shop, product).await?.len(), 3);
    Ok(())
}

/// An import is repeated: what it names is there once, and the second run does nothing.
#[test_on_every_database]
async fn an_import_of_the_same_pictures_changes_nothing(shop: TestShop) -> TestResult {
    let (context, product) = (shop.context(), product(&shop).await?);
    let own = upload(&shop, product, picture(2, 2)?).await??;
    let wanted = |names: &[&str]| -> TestResult<Vec<RemotePicture>> {
        let read = |name: &&str| RemotePicture::parse(&format!("https://cdn.example.com/{name}.jpg"), Some(name));
        Ok(names.iter().map(read).collect::<Result<_, _>>()?)
    };
    let mut facts = Vec::new();
    for names in [&["a", "b"], &["a", "b"], &["b", "c"]] {
        let tx = context.begin(&shop.origin()).await?;
        let synced = media::sync_remote(&tx, product, &wanted(names)?).await?;
        tx.commit().await?;
        assert_eq!(media::list_for_products(context.db.reader(), &[product]).await?, synced);
        assert_eq!(synced.last().map(|media| media.id), Some(own.id));
        facts.push(shop.events_of("product_media").await?.len());
    }
    assert_eq!(alts(&shop, product).await?, ["b", "c", "A mug"]);
    assert_eq!(facts, [2, 2, 3]);
    Ok(())
}

#[test_on_every_database]
async fn the_pictures_of_many_products_are_one_statement(shop: TestShop) -> TestResult {
    let mut products = Vec::new();
    for _ in 0..3 {
        let product = product(&shop).await?;
        remote(&shop, product, "a", None).await?;
        remote(&shop, product, "b", Some(0)).await?;
        products.push(product);
    }
    let (all, statements) = count_statements(media::list_for_products(shop.context().db.reader(), &products)).await;
    let all: Vec<(ProductId, String)> = all?.into_iter().map(|media| (media.product_id, media.alt)).collect();
    products.sort_unstable();
    let expected: Vec<(ProductId, String)> =
        products.iter().flat_map(|product| [(*product, "b".to_owned()), (*product, "a".to_owned())]).collect();
    assert_eq!((all, statements), (expected, 1));
    Ok(())
}
