//! Files with every column that other systems write, by the command that people use.

use catalog::assortment::{self, ProductDocument};
use catalog::listing::Audience;
use catalog::products::{ProductRef, ProductStatus, RelationKind};
use catalog::variants::VariantKind;
use serde_json::Value;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

const SHOPIFY: &str = include_str!("files/shopify_current.csv");
const SHOPIFY_CLASSIC: &str = include_str!("files/shopify_classic.csv");
const WOOCOMMERCE: &str = include_str!("files/woocommerce.csv");

/// What `import products --json` answered, and the messages that it wrote into a file.
struct Imported {
    report: Value,
    messages: Vec<Value>,
}

impl Imported {
    fn counts(&self) -> [u64; 4] {
        ["created", "updated", "unchanged", "failed"].map(|name| self.report[name].as_u64().unwrap_or(u64::MAX))
    }

    /// `row column: message` of all messages of a level.
    fn told(&self, level: &str) -> Vec<String> {
        let of_level = self.messages.iter().filter(|message| message["level"] == level);
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        of_level.map(|message| format!("{} {}: {}", message["row"], text(&message["column"]), text(&message["message"]))).collect()
    }
}

async fn import(shop: &TestShop, file: &str, code: i32) -> TestResult<Imported> {
    let (path, errors) = (shop.data_dir().join("file.csv"), shop.data_dir().join("errors.jsonl"));
    std::fs::write(&path, file)?;
    let (path, told) = (path.display().to_string(), errors.display().to_string());
    let ended = shop.run(&["import", "products", &path, "--errors", &told, "--json"]).await?.expect(code)?;
    let messages = std::fs::read_to_string(errors)?.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    Ok(Imported { report: ended.lines()?.remove(0), messages })
}

async fn document(shop: &TestShop, slug: &str) -> TestResult<ProductDocument> {
    let reference = ProductRef::parse(slug).ok_or("a slug")?;
    let found = assortment::find(shop.context().db.reader(), &reference, Audience::Staff, shop.now()).await?;
    Ok(found.ok_or_else(|| format!("no {slug}"))?)
}

/// Every column of the current dialect is a field or metadata; what is not taken is named; the second time nothing changes.
#[test_on_every_database]
async fn a_shopify_file_loses_nothing_unsaid(shop: TestShop) -> TestResult {
    let imported = import(&shop, SHOPIFY, 0).await?;
    assert_eq!((imported.counts(), imported.report["format"].as_str()), ([3, 0, 0, 0], Some("shopify")));
    assert_eq!(
        imported.told("warning"),
        [
            "4 Inventory quantity: is not taken: the stock of this variant is not counted",
            "7 Inventory quantity: is taken as 0: what is owed to customers is not stock",
        ]
    );
    let uses: Vec<&str> = imported.report["columns"].as_array().into_iter().flatten().filter_map(|column| column["use"].as_str()).collect();
    assert!(uses.len() == 57 && uses.iter().all(|fate| matches!(*fate, "mapped" | "metadata")), "{uses:?}");

    let coat = document(&shop, "harbour-coat").await?;
    let [navy, sand] = coat.variants.as_slice() else { return Err("two variants".into()) };
    let (navy, sand) = (&navy.variant.content, &sand.variant.content);
    assert_eq!((navy.tax_class.as_str(), sand.tax_class.as_str(), sand.tracked, sand.backorder_limit), ("standard", "none", false, None));
    assert_eq!((coat.media.len(), navy.media_id, sand.media_id), (4, Some(coat.media[3].id), None));
    assert_eq!(coat.product.content.metadata.as_json()["google.custom_label_4"], "label 4");
    assert_eq!(document(&shop, "gift-card").await?.variants[0].variant.content.kind, VariantKind::GiftCard);
    assert_eq!(document(&shop, "formula").await?.product.content.title, "=SUM(A1)");

    assert_eq!(import(&shop, SHOPIFY, 0).await?.counts(), [0, 0, 3, 0]);
    Ok(())
}

/// The older dialect, with bad rows between good ones and a column that nobody knows.
#[test_on_every_database]
async fn bad_rows_are_named_and_the_others_come(shop: TestShop) -> TestResult {
    let imported = import(&shop, SHOPIFY_CLASSIC, 3).await?;
    assert_eq!((imported.counts(), imported.report["format"].as_str()), ([1, 0, 0, 2], Some("shopify-classic")));
    assert_eq!(imported.told("error"), ["4 Variant Price: not an amount in this currency", "5 Title: must be at most 255 characters long"]);
    let price = imported.messages.iter().find(|message| message["row"] == 4).ok_or("a message")?;
    assert_eq!((price["value"].as_str(), price["product"].as_str()), (Some("12.x"), Some("bad-price")));
    let columns = imported.report["columns"].as_array().ok_or("columns")?;
    let mystery = columns.iter().find(|column| column["header"] == "Mystery").ok_or("a column")?;
    assert_eq!((mystery["use"].as_str(), mystery["filled"].as_u64()), (Some("unknown"), Some(1)));

    let lamp = document(&shop, "desk-lamp").await?;
    assert_eq!(lamp.product.content.description, "<b>Bright</b>");
    assert_eq!(lamp.variants[0].variant.content.metadata.as_json()["shopify.price.Europe"], "45");
    assert_eq!(import(&shop, SHOPIFY_CLASSIC, 3).await?.counts(), [0, 0, 1, 2]);
    Ok(())
}

/// Every type of product keeps its kind; products that are grouped stand later in the file.
#[test_on_every_database]
async fn a_woocommerce_file_keeps_kinds_and_relations(shop: TestShop) -> TestResult {
    let imported = import(&shop, WOOCOMMERCE, 3).await?;
    assert_eq!((imported.counts(), imported.report["format"].as_str()), ([8, 0, 0, 2], Some("woocommerce")));
    let errors = imported.told("error");
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].starts_with("11 Weight (kg): ") && errors[1].contains("SKU NOBODY"), "{errors:?}");
    let warnings = imported.told("warning");
    for (row, part) in [(2, "woocommerce:4711"), (10, "stays a draft"), (10, "no variants"), (3, "Visibility in catalog")] {
        let message = |message: &&Value| message["row"] == row && message.to_string().contains(part);
        assert!(imported.messages.iter().find(message).is_some(), "{part}: {warnings:?}");
    }

    let set = document(&shop, "breakfast-set").await?;
    let grouped = [document(&shop, "bowl").await?, document(&shop, "cook-book").await?];
    let relations: Vec<_> = set.product.content.relations.iter().map(|relation| (relation.kind, relation.product_id)).collect();
    assert_eq!(relations, grouped.clone().map(|product| (RelationKind::Grouped, product.product.id)));
    assert_eq!((set.product.content.status, set.variants.len()), (ProductStatus::Active, 0));
    let bowl = &grouped[0].variants[0].variant.content;
    assert_eq!((bowl.prices.len(), bowl.tax_class.as_str(), bowl.height_mm, bowl.weight_grams), (2, "reduced-rate", Some(75), Some(450)));
    for (slug, kind, ships) in [
        ("cook-book", VariantKind::Digital, false),
        ("cooking-class", VariantKind::Service, false),
        ("pan", VariantKind::External, false),
        ("apron", VariantKind::Physical, true),
    ] {
        let variant = &document(&shop, slug).await?.variants[0].variant;
        assert_eq!((variant.content.kind, variant.content.requires_shipping), (kind, ships), "{slug}");
    }
    assert_eq!(document(&shop, "pan").await?.product.content.external_url.as_deref(), Some("https://elsewhere.test/pan"));

    assert_eq!(import(&shop, WOOCOMMERCE, 3).await?.counts(), [0, 0, 8, 2]);
    assert_eq!(document(&shop, "breakfast-set").await?, set);
    Ok(())
}

/// Headers in another language need a list of what they stand for; a pipe is as good as a file.
#[test_on_every_database]
async fn translated_headers_are_mapped_and_pipes_are_read(shop: TestShop) -> TestResult {
    let german = "ID;Typ;Artikelnummer;Name;Veröffentlicht;Regulärer Preis;Geheim\n1;simple;TASSE;Tasse;1;12,50;x\n";
    let map = "Typ = \"Type\"\n\"Artikelnummer\" = \"SKU\"\n\"Veröffentlicht\" = \"Published\"\n\"Regulärer Preis\" = \"Regular price\"\n";
    let (path, names) = (shop.data_dir().join("produkte.csv"), shop.data_dir().join("namen.toml"));
    std::fs::write(&path, german)?;
    std::fs::write(&names, map)?;
    let (path, names) = (path.display().to_string(), names.display().to_string());
    let refused = shop.run(&["import", "products", &path]).await?.expect(2)?;
    assert!(refused.stderr.contains("Artikelnummer"), "{refused:?}");

    let mut program = shop.program(&["import", "products", "-", "--map", &names]);
    program.stdin(std::fs::File::open(&path)?);
    let output = program.output().await?;
    let (told, said) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    assert!(output.status.success() && told.starts_with("created 1,"), "{told} {said}");
    assert!(said.contains("column \"Geheim\" with 1 filled cells"), "{said}");
    assert_eq!(document(&shop, "tasse").await?.variants[0].price.map(|step| step.amount.minor()), Some(1_250));

    shop.run(&["import", "products", "/no/such/file.csv"]).await?.expect(2)?;
    shop.run(&["import", "products", &path, "--map", &path]).await?.expect(2)?;
    let euro = shop.run(&["import", "products", &path, "--map", &names, "--currency", "EUR"]).await?.expect(2)?;
    assert!(euro.stderr.contains("in EUR") && euro.stderr.contains("in USD"), "{euro:?}");
    Ok(())
}

/// A dry run goes all the way and leaves nothing behind; what it says is what the real run does.
#[test_on_every_database]
async fn a_dry_run_says_what_would_change(shop: TestShop) -> TestResult {
    let path = shop.data_dir().join("file.csv");
    std::fs::write(&path, WOOCOMMERCE)?;
    let path = path.display().to_string();
    let tried = shop.run(&["import", "products", &path, "--dry-run", "--json"]).await?.expect(3)?.lines()?;
    let report = tried.last().ok_or("a report")?;
    assert_eq!((report["created"].as_u64(), report["dry_run"].as_bool(), tried.len()), (Some(8), Some(true), 9));
    assert!(shop.events_of("product").await?.is_empty() && shop.events_of("category").await?.is_empty());

    let real = import(&shop, WOOCOMMERCE, 3).await?;
    assert_eq!(real.report["warnings"], report["warnings"], "{:?}", real.messages);
    std::fs::write(&path, WOOCOMMERCE.replace("Ties at the back", "Ties in front"))?;
    let told = shop.run(&["import", "products", &path, "--dry-run"]).await?.expect(3)?;
    assert!(told.stdout.contains("updated apron\n    description: \"Ties at the back\" -> \"Ties in front\"\n"), "{told:?}");
    assert!(told.stdout.ends_with("would be created 0, updated 1, unchanged 7, failed 2, warnings 5\n"), "{told:?}");
    Ok(())
}
