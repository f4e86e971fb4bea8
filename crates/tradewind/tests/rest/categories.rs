//! Categories over HTTP (`/api/v1/categories`, `/api/v1/category-tree`): a public tree that staff tend.

use reqwest::Method;
use serde_json::json;
use test_macro::test_on_every_database;

use super::*;

const PATH: &str = "/api/v1/categories";

async fn create(shop: &TestShop, name: &str, parent: Option<&Reply>) -> TestResult<Reply> {
    let mut body = json!({ "name": name });
    if let Some(parent) = parent {
        body["parent_id"] = parent.text("id").into();
    }
    shop.post(PATH).json(body).await?.expect(201)
}

fn outline(nodes: &Value) -> String {
    let node = |node: &Value| {
        let (name, children) = (node["name"].as_str().unwrap_or_default(), outline(&node["children"]));
        if children.is_empty() { name.to_owned() } else { format!("{name}({children})") }
    };
    nodes.as_array().into_iter().flatten().map(node).collect::<Vec<_>>().join(" ")
}

/// What staff write is what customers read, by id and by slug, with the way down to it.
#[test_on_every_database]
async fn a_category_lives_over_http(shop: TestShop) -> TestResult {
    let kitchen = create(&shop, "Kitchen", None).await?;
    let body = json!({ "name": "Mugs", "parent_id": kitchen.text("id"), "description": "<b>Fine</b><script>x()</script>", "seo_title": "All mugs" });
    let mugs = shop.post(PATH).json(body).await?.expect(201)?;
    let path = mugs.header("location").to_owned();
    let expected = json!({
        "id": mugs.text("id"), "version": 1, "parent_id": kitchen.text("id"), "depth": 1, "slug": "mugs", "name": "Mugs",
        "description": "<b>Fine</b>", "position": 0, "seo_title": "All mugs", "seo_description": null,
        "breadcrumbs": [
            { "id": kitchen.text("id"), "slug": "kitchen", "name": "Kitchen" },
            { "id": mugs.text("id"), "slug": "mugs", "name": "Mugs" },
        ],
        "created_at": "2026-03-02T09:30:00Z", "updated_at": "2026-03-02T09:30:00Z",
    });
    assert_eq!(*mugs.data(), expected);
    for name in [path.as_str(), "/api/v1/categories/mugs"] {
        let read = shop.get(name).anonymous().await?.expect(200)?;
        assert_eq!((read.data(), read.header("cache-control")), (&expected, "public, max-age=60"));
    }

    let patched =
        shop.patch("/api/v1/categories/mugs").version(1).json(json!({ "seo_title": null, "parent_id": null })).await?.expect(200)?;
    assert_eq!(
        (&patched.data()["parent_id"], &patched.data()["seo_title"], &patched.data()["depth"]),
        (&Value::Null, &Value::Null, &json!(0))
    );
    assert_eq!(patched.text("description"), "<b>Fine</b>");
    let put = json!({ "name": "Cups", "parent_id": kitchen.text("id"), "version": 2 });
    let put = shop.put(&path).json(put).await?.expect(200)?;
    assert_eq!((put.text("name"), put.text("slug"), put.text("description"), &put.data()["version"]), ("Cups", "mugs", "", &json!(3)));
    assert_eq!(put.data()["breadcrumbs"][0]["slug"], "kitchen");

    let used = shop.delete(kitchen.header("location")).version(1).await?;
    assert_eq!((used.status, used.error_code()), (409, "category_in_use"));
    shop.delete("/api/v1/categories/mugs").version(3).await?.expect(204)?;
    assert_eq!(shop.get(&path).anonymous().await?.error_code(), "category_not_found");
    let events = [
        "category.created",
        "category.created",
        "category.updated",
        "category.moved",
        "category.updated",
        "category.moved",
        "category.deleted",
    ];
    assert_eq!(shop.events_of("category").await?, events);
    Ok(())
}

#[test_on_every_database]
async fn a_bad_edit_of_a_category_changes_nothing(shop: TestShop) -> TestResult {
    let (home, mugs) = (create(&shop, "Home", None).await?, create(&shop, "Mugs", None).await?);
    let below = create(&shop, "Below", Some(&home)).await?;
    let path = home.header("location");
    refuses_edits_of_no_or_another_version(&shop, Method::PUT, path, &json!({ "name": "Home" })).await?;
    refuses_edits_of_no_or_another_version(&shop, Method::PATCH, path, &json!({ "name": "Home" })).await?;
    refuses_deletions_of_no_or_another_version(&shop, mugs.header("location")).await?;

    let bad = [
        (json!({ "name": "" }), "name"),
        (json!({ "name": "x", "slug": "No Slug" }), "slug"),
        (json!({ "name": "x", "parent_id": "mugs" }), "parent_id"),
        (json!({ "name": "x", "position": -1 }), "position"),
        (json!({ "name": "x", "depth": 1 }), "depth"),
    ];
    refuses_bodies(&shop, Method::POST, PATH, &bad).await?;
    refuses_bodies(&shop, Method::PUT, path, &bad).await?;
    refuses_bodies(&shop, Method::PATCH, path, &bad).await?;
    refuses_bodies(&shop, Method::PATCH, path, &[(json!({ "name": null }), "name"), (json!({ "slug": null }), "slug")]).await?;
    let nowhere = kernel::CategoryId::generate().to_string();
    for (body, status, code) in [
        (json!({ "parent_id": home.text("id") }), 422, "category_cycle"),
        (json!({ "parent_id": below.text("id") }), 422, "category_cycle"),
        (json!({ "parent_id": nowhere }), 422, "parent_category_not_found"),
        (json!({ "slug": "mugs" }), 409, "slug_taken"),
    ] {
        let reply = shop.patch(path).version(1).json(body).await?;
        assert_eq!((reply.status, reply.error_code()), (status, code));
    }
    for missing in ["nonsense", "No%20Slug", nowhere.as_str(), "prod_01h455vb4pex5vsknk084sn02q"] {
        let path = format!("{PATH}/{missing}");
        for reply in [shop.get(&path).await?, shop.patch(&path).version(1).json(json!({})).await?, shop.delete(&path).version(1).await?] {
            assert_eq!((reply.status, reply.error_code()), (404, "category_not_found"), "{missing}");
        }
    }
    assert_eq!(shop.get(path).await?.data()["version"], 1);
    Ok(())
}

/// A menu is read in one piece, and a level or a search result in pages.
#[test_on_every_database]
async fn the_tree_is_read_whole_in_part_and_by_level(shop: TestShop) -> TestResult {
    let kitchen = create(&shop, "Kitchen", None).await?;
    let mugs = create(&shop, "Mugs", Some(&kitchen)).await?;
    create(&shop, "Espresso", Some(&mugs)).await?;
    create(&shop, "Knives", Some(&kitchen)).await?;
    create(&shop, "Garden", None).await?;
    let category = catalog::categories::find(shop.context().db.reader(), mugs.text("id").parse()?).await?.ok_or("no category")?;
    shop.product("Mug").categories(&[&category]).variant(crate::support::variant("MUG", 1_000)).create().await?;

    let tree = shop.get("/api/v1/category-tree").anonymous().await?.expect(200)?;
    assert_eq!(
        (outline(&tree.data()["nodes"]).as_str(), tree.header("cache-control")),
        ("Kitchen(Mugs(Espresso) Knives) Garden", "public, max-age=60")
    );
    for name in ["kitchen", kitchen.text("id")] {
        let part = shop.get(&format!("/api/v1/category-tree?under={name}")).anonymous().await?.expect(200)?;
        assert_eq!(outline(&part.data()["nodes"]), "Mugs(Espresso) Knives");
    }
    assert_eq!(shop.get("/api/v1/category-tree?under=nowhere").anonymous().await?.error_code(), "category_not_found");
    assert_eq!(shop.get("/api/v1/category-tree?depth=1").anonymous().await?.error_code(), "unknown_parameter");

    is_paged(&shop, PATH, "name", "name").await?;
    is_paged(&shop, PATH, "-created_at", "name").await?;
    let listed = async |query: &str| -> TestResult<Vec<Value>> {
        Ok(members(&shop.get(&format!("{PATH}?{query}")).anonymous().await?.expect(200)?, "name"))
    };
    assert_eq!(listed("filter[parent]=none").await?, ["Kitchen", "Garden"]);
    assert_eq!(listed(&format!("filter[parent]={}&sort=-name", kitchen.text("id"))).await?, ["Mugs", "Knives"]);
    assert_eq!(shop.get(&format!("{PATH}?filter[parent]=kitchen")).await?.status, 422);
    assert_eq!(shop.get(&format!("{PATH}?sort=name,position")).await?.error_code(), "invalid_query");

    let path = format!("{PATH}?sort=name&fields=slug,product_count,breadcrumbs&include=breadcrumbs,product_count");
    let rich = shop.get(&path).anonymous().await?.expect(200)?;
    assert_eq!(
        rich.data()[4],
        json!({ "id": mugs.text("id"), "slug": "mugs", "product_count": 1, "breadcrumbs": mugs.data()["breadcrumbs"] })
    );
    assert_eq!(members(&rich, "product_count"), [0, 0, 1, 0, 1]);
    let one = shop.get(&format!("{PATH}/kitchen?include=product_count&fields=product_count")).anonymous().await?.expect(200)?;
    assert_eq!(*one.data(), json!({ "id": kitchen.text("id"), "product_count": 1 }));
    Ok(())
}

#[test_on_every_database]
async fn categories_are_changed_by_staff_with_the_permission(shop: TestShop) -> TestResult {
    let one = create(&shop, "Mugs", None).await?.header("location").to_owned();
    for (method, path) in [(Method::POST, PATH), (Method::PUT, &one), (Method::PATCH, &one), (Method::DELETE, &one)] {
        refuses_others(&shop, method, path, "products").await?;
    }
    Ok(())
}
