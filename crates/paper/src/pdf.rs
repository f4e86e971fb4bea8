//! A document on paper: PDF 1.7 with its letters in it, so that its text can be selected and looks alike everywhere.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use kernel::Timestamp;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Date, Filter, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

use crate::font::{Font, FontError};
use crate::layout::{Mark, Paper, Type, lay_out};
use crate::sheet::Sheet;

const CATALOG: Ref = Ref::new(1);
const PAGES: Ref = Ref::new(2);
const FACTS: Ref = Ref::new(3);
/// The objects of each font: itself, its letters, what it says of itself, its file, and what its letters are.
const FONTS: [(Name<'static>, i32); 2] = [(Name(b"R"), 10), (Name(b"B"), 20)];
/// The first page; each has its content behind it.
const FIRST_PAGE: i32 = 100;
/// Numbers of glyphs are their numbers in the file.
const IDENTITY: SystemInfo<'static> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// A document on paper. The same document is the same bytes each time.
///
/// # Errors
/// `FontError` for a font that cannot be read: a fault of ours.
pub fn pdf(sheet: &Sheet) -> Result<Vec<u8>, FontError> {
    let mut fonts = (Font::regular()?, Font::bold()?);
    let paper = lay_out(sheet, (&fonts.0, &fonts.1));
    let mut pdf = Pdf::new();
    pdf.set_version(1, 7);
    describe(&mut pdf, sheet);
    write_pages(&mut pdf, &paper, (&mut fonts.0, &mut fonts.1));
    for (font, (_, id)) in [&fonts.0, &fonts.1].into_iter().zip(FONTS) {
        write_font(&mut pdf, font, id)?;
    }
    Ok(pdf.finish())
}

fn describe(pdf: &mut Pdf, sheet: &Sheet) {
    let title = sheet.title();
    let mut catalog = pdf.catalog(CATALOG);
    catalog.pages(PAGES).lang(TextStr(sheet.language));
    catalog.viewer_preferences().display_doc_title(true);
    catalog.finish();
    let mut facts = pdf.document_info(FACTS);
    facts.title(TextStr(&title)).author(TextStr(&sheet.sender_name)).creator(TextStr("Tradewind"));
    facts.creation_date(date(sheet.made_at));
}

fn date(moment: Timestamp) -> Date {
    use chrono::{Datelike as _, Timelike as _};
    let part = |value: u32| u8::try_from(value).unwrap_or_default();
    let year = u16::try_from(moment.year()).unwrap_or_default();
    let day = Date::new(year).month(part(moment.month())).day(part(moment.day()));
    day.hour(part(moment.hour())).minute(part(moment.minute())).second(part(moment.second())).utc_offset_hour(0).utc_offset_minute(0)
}

fn page_ids(count: usize) -> impl Iterator<Item = (Ref, Ref)> {
    (FIRST_PAGE..).step_by(2).take(count).map(|id| (Ref::new(id), Ref::new(id + 1)))
}

fn write_pages(pdf: &mut Pdf, paper: &Paper, fonts: (&mut Font, &mut Font)) {
    let count = paper.pages.len();
    pdf.pages(PAGES).kids(page_ids(count).map(|(page, _)| page)).count(i32::try_from(count).unwrap_or(i32::MAX));
    let (width, height) = paper.size;
    for ((id, content_id), marks) in page_ids(count).zip(&paper.pages) {
        let mut page = pdf.page(id);
        page.parent(PAGES).media_box(Rect::new(0.0, 0.0, width, height)).contents(content_id);
        let mut resources = page.resources();
        let mut of_page = resources.fonts();
        for (name, font) in FONTS {
            of_page.pair(name, Ref::new(font));
        }
        of_page.finish();
        resources.finish();
        page.finish();
        let content = packed(&content_of(marks, height, (&mut *fonts.0, &mut *fonts.1)));
        pdf.stream(content_id, &content).filter(Filter::FlateDecode);
    }
}

fn content_of(marks: &[Mark], height: f32, fonts: (&mut Font, &mut Font)) -> Vec<u8> {
    let mut content = Content::new();
    for mark in marks {
        match mark {
            Mark::Text { x, y, text, r#type } => {
                let (font, (name, _)) = if r#type.is_bold { (&mut *fonts.1, FONTS[1]) } else { (&mut *fonts.0, FONTS[0]) };
                let Type { size, is_faint, .. } = *r#type;
                paint(&mut content, if is_faint { [0.36, 0.39, 0.45] } else { [0.11, 0.14, 0.19] });
                content.begin_text().set_font(name, size).next_line(*x, height - y);
                content.show(Str(&font.encode(text))).end_text();
            }
            Mark::Rule { x, y, width, is_faint } => {
                paint(&mut content, if *is_faint { [0.86, 0.87, 0.9] } else { [0.11, 0.14, 0.19] });
                content.rect(*x, height - y, *width, 0.5).fill_nonzero();
            }
        }
    }
    content.finish().to_vec()
}

fn paint(content: &mut Content, [red, green, blue]: [f32; 3]) {
    content.set_fill_rgb(red, green, blue);
}

/// Writes a font with the letters that were encoded by it: after the pages, which say which those are.
fn write_font(pdf: &mut Pdf, font: &Font, id: i32) -> Result<(), FontError> {
    let [whole, letters, descriptor, file, meaning] = [0, 1, 2, 3, 4].map(|place| Ref::new(id + place));
    let name = Name(font.name.as_bytes());
    pdf.type0_font(whole).base_font(name).encoding_predefined(Name(b"Identity-H")).descendant_font(letters).to_unicode(meaning);
    let mut of_letters = pdf.cid_font(letters);
    of_letters.subtype(CidFontType::Type2).base_font(name).system_info(IDENTITY).font_descriptor(descriptor);
    of_letters.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = of_letters.widths();
    for (glyph, _, width) in font.letters() {
        widths.consecutive(glyph, [width]);
    }
    widths.finish();
    of_letters.finish();
    let ([left, below, right, above], [ascent, descent, capitals]) = font.measures();
    let mut says = pdf.font_descriptor(descriptor);
    says.name(name).flags(FontFlags::SYMBOLIC).bbox(Rect::new(left, below, right, above)).italic_angle(0.0);
    says.ascent(ascent).descent(descent).cap_height(capitals).stem_v(80.0).font_file2(file);
    says.finish();
    let cut = font.cut()?;
    let length = i32::try_from(cut.len()).unwrap_or(i32::MAX);
    pdf.stream(file, &packed(&cut)).filter(Filter::FlateDecode).pair(Name(b"Length1"), length);
    let mut cmap = UnicodeCmap::new(Name(b"Letters"), IDENTITY);
    for (glyph, letter, _) in font.letters() {
        cmap.pair(glyph, letter);
    }
    pdf.cmap(meaning, &packed(&cmap.finish())).filter(Filter::FlateDecode);
    Ok(())
}

/// Packed; what is written to memory cannot fail.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), Compression::default());
    let written = packer.write_all(bytes);
    let packed = packer.finish();
    packed.ok().filter(|_| written.is_ok()).unwrap_or_default()
}
