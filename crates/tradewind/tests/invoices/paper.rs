//! Documents on paper, read as a program reads them that looks for their text.

use std::collections::HashMap;
use std::io::Read as _;

use flate2::read::ZlibDecoder;
use sales::invoices::{InvoiceDetails, InvoiceLine};
use serde_json::json;
use test_macro::test_on_every_database;

use super::{by_hand, documents, issue, set};
use crate::support::{TestResult, TestShop, address};

/// The streams of a file, unpacked.
fn streams(file: &[u8]) -> TestResult<Vec<Vec<u8>>> {
    let (mut rest, mut streams) = (file, Vec::new());
    let find = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).position(|window| window == word);
    while let Some(start) = find(rest, b"\nstream\n") {
        let packed = &rest[start + 8..];
        let mut stream = Vec::new();
        ZlibDecoder::new(packed).read_to_end(&mut stream)?;
        streams.push(stream);
        let end = find(packed, b"endstream").ok_or("no end")?;
        rest = &packed[end..];
    }
    Ok(streams)
}

/// The letters of a font by the numbers of their glyphs, out of its `ToUnicode`.
fn letters(stream: &str) -> HashMap<u16, char> {
    let pair = |line: &str| {
        let (glyph, letter) = line.strip_prefix('<')?.strip_suffix('>')?.split_once("> <")?;
        Some((u16::from_str_radix(glyph, 16).ok()?, char::from_u32(u32::from_str_radix(letter, 16).ok()?)?))
    };
    stream.split("beginbfchar").skip(1).flat_map(str::lines).filter_map(pair).collect()
}

/// The bytes of a literal string, from behind its bracket on.
fn literal(bytes: &[u8]) -> Vec<u8> {
    let (mut text, mut rest, mut depth) = (Vec::new(), bytes.iter().copied().peekable(), 1);
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => match rest.next() {
                Some(b'n') => text.push(b'\n'),
                Some(b'r') => text.push(b'\r'),
                Some(b't') => text.push(b'\t'),
                Some(b'b') => text.push(8),
                Some(b'f') => text.push(12),
                Some(digit @ b'0'..=b'7') => {
                    let mut value = u32::from(digit - b'0');
                    for _ in 0..2 {
                        let Some(digit) = rest.next_if(|next| (b'0'..=b'7').contains(next)) else { break };
                        value = value * 8 + u32::from(digit - b'0');
                    }
                    text.push(u8::try_from(value & 0xff).unwrap_or_default());
                }
                Some(other) => text.push(other),
                None => {}
            },
            b'(' => (depth, ()) = (depth + 1, text.push(byte)),
            b')' if depth == 1 => break,
            b')' => (depth, ()) = (depth - 1, text.push(byte)),
            other => text.push(other),
        }
    }
    text
}

/// The texts of a page, in order.
fn texts(content: &[u8], fonts: &[HashMap<u16, char>]) -> Vec<String> {
    let (mut texts, mut font, mut place) = (Vec::new(), 0, 0);
    while place < content.len() {
        let rest = &content[place..];
        if rest.starts_with(b"/R ") || rest.starts_with(b"/B ") {
            font = usize::from(rest[1] == b'B');
        }
        let shown = match rest[0] {
            b'(' => Some(literal(&rest[1..])),
            b'<' => {
                let hex: Vec<u8> = rest[1..].iter().copied().take_while(|byte| *byte != b'>').collect();
                let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default();
                Some(hex.chunks(2).map(|pair| u8::try_from(digit(pair[0]) * 16 + digit(pair[1])).unwrap_or_default()).collect())
            }
            _ => None,
        };
        if let Some(glyphs) = shown {
            let letter = |pair: &[u8]| fonts[font].get(&u16::from_be_bytes([pair[0], pair[1]])).copied().unwrap_or('?');
            texts.push(glyphs.chunks_exact(2).map(letter).collect());
            place += rest.windows(3).position(|window| window == b" Tj").unwrap_or(1);
        }
        place += 1;
    }
    texts
}

/// The texts of each page of a file.
pub(crate) fn pages(file: &[u8]) -> TestResult<Vec<Vec<String>>> {
    let streams = streams(file)?;
    let maps = streams.iter().filter_map(|stream| std::str::from_utf8(stream).ok().filter(|text| text.contains("begincmap")));
    let fonts: Vec<HashMap<u16, char>> = maps.map(letters).collect();
    Ok(streams.iter().filter(|stream| stream.windows(3).any(|window| window == b" Tj")).map(|stream| texts(stream, &fonts)).collect())
}

/// Names of half of Europe stand on the paper as they were written, with the amounts, in the language of the channel.
#[test_on_every_database]
async fn names_and_amounts_can_be_read_and_found(shop: TestShop) -> TestResult {
    by_hand(&shop).await?;
    set(&shop, "note", json!("Dziękujemy za zakupy.")).await?;
    let channel = shop.get("/api/v1/channels/default").await?.expect(200)?;
    let german = json!({"locale": "de-DE", "version": channel.data()["version"]});
    shop.patch(&format!("/api/v1/channels/{}", channel.text("id"))).json(german).await?.expect(200)?;
    let mug = shop.mug(123_456, 5).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    let mut billed = address();
    billed["name"] = json!("Łucja Ångström (Σοφία)");
    billed["line1"] = json!("ул. Жанны 5\\7");
    shop.edit(&cart, json!({"billing_address": billed})).await?.expect(200)?;
    let order = shop.pay(&cart, "test", "once").await?.expect(201)?.text("id").to_owned();
    issue(&shop, &order).await?.expect(201)?;
    shop.settle().await?;
    let invoice = &documents(&shop, &order).await?[0];
    let file = shop.get(invoice["pdf_url"].as_str().ok_or("no paper")?).await?.expect(200)?;
    assert_eq!(
        (file.header("content-type"), file.header("content-disposition")),
        ("application/pdf", "inline; filename=\"INV-2026-0001.pdf\"")
    );
    assert!(file.bytes.starts_with(b"%PDF-1.7"));
    let pages = pages(&file.bytes)?;
    assert_eq!(pages.len(), 1);
    for text in [
        "Rechnung",
        "INV-2026-0001",
        "Mugs & More GmbH",
        "Łucja Ångström (Σοφία)",
        "ул. Жанны 5\\7",
        "02.03.2026",
        "1.234,56",
        "2.469,12",
        "USD 2.474,12",
        "Dziękujemy za zakupy.",
        "Seite 1 von 1",
        "DE136695976",
    ] {
        assert!(pages[0].iter().any(|shown| shown == text), "{text}: {:#?}", pages[0]);
    }
    let page = shop.get(invoice["html_url"].as_str().ok_or("no page")?).await?.expect(200)?;
    let page = String::from_utf8(page.bytes)?;
    for text in ["<html lang=\"de\">", "Łucja Ångström (Σοφία)", "2.469,12", "USD 2.474,12", "Dziękujemy za zakupy."] {
        assert!(page.contains(text), "{text}: {page}");
    }
    Ok(())
}

/// Two hundred lines take several pages, each with the heads of its columns and its number, and no line is lost.
#[test_on_every_database]
async fn many_lines_take_several_pages(shop: TestShop) -> TestResult {
    by_hand(&shop).await?;
    let placed = crate::orders::place(&shop, "test").await?;
    let id = issue(&shop, &placed.id).await?.expect(201)?.text("id").parse()?;
    shop.settle().await?;
    let db = shop.context().db.reader();
    let invoice = sales::invoices::find(db, id).await?.ok_or("an invoice")?;
    let details = sales::invoices::details(db, invoice).await?;
    let plain = details.lines.first().cloned().ok_or("a line")?;
    let title = |place: i64| format!("Mug no. {place} with a name that is long enough to be broken into several lines of its column");
    let lines = (1..=200).map(|position| InvoiceLine { position, title: title(position), ..plain.clone() }).collect();
    let file = sales::invoices::pdf(&InvoiceDetails { lines, ..details.clone() })?;
    let pages = pages(&file)?;
    assert!((10..40).contains(&pages.len()), "{}", pages.len());
    for (place, page) in (1..).zip(&pages) {
        let counted = format!("Page {place} of {}", pages.len());
        assert!(page.contains(&counted) && page.iter().any(|text| text == "Unit price" || text == "Net total"), "{page:#?}");
    }
    let all = pages.concat().join(" ");
    assert!((1..=200).all(|place| all.contains(&format!("Mug no. {place} with"))));
    assert_eq!(sales::invoices::pdf(&details)?, sales::invoices::pdf(&details)?, "the same document is the same bytes");
    Ok(())
}
