//! Where everything stands on paper. Positions are points from the upper left corner; texts stand on their position.

use crate::font::Font;
use crate::sheet::{Fact, Row, Sheet};

const SIDE: f32 = 48.0;
const TOP: f32 = 56.0;
/// What the foot of each page takes.
const BOTTOM: f32 = 64.0;
const A4: (f32, f32) = (595.28, 841.89);
const LETTER: (f32, f32) = (612.0, 792.0);

const BODY: Type = Type { size: 9.0, is_bold: false, is_faint: false };
const SMALL: Type = Type { size: 8.0, is_bold: false, is_faint: true };
const CELL: Type = Type { size: 8.0, is_bold: false, is_faint: false };
const SENDER: Type = Type { size: 12.0, is_bold: true, is_faint: false };
const TITLE: Type = Type { size: 20.0, is_bold: true, is_faint: false };
const TOTAL: Type = Type { size: 11.0, is_bold: true, is_faint: false };
const LEADING: f32 = 1.4;
/// The width of a block of facts.
const FACTS: f32 = 220.0;
/// What the columns of lines take of the width, in thousandths: of an invoice, of a credit note, and of what only says what there is.
const COLUMNS: [&[f32]; 3] =
    [&[290.0, 60.0, 120.0, 105.0, 90.0, 115.0, 100.0, 120.0], &[440.0, 80.0, 110.0, 125.0, 115.0, 130.0], &[620.0, 260.0, 120.0]];
const TAX_COLUMNS: &[f32] = &[220.0, 80.0, 110.0, 100.0];

/// How a text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Type {
    pub(super) size: f32,
    pub(super) is_bold: bool,
    pub(super) is_faint: bool,
}

/// Something on a page.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    Text { x: f32, y: f32, text: String, r#type: Type },
    Rule { x: f32, y: f32, width: f32, is_faint: bool },
}

/// A document on paper.
pub(super) struct Paper {
    pub(super) size: (f32, f32),
    pub(super) pages: Vec<Vec<Mark>>,
}

/// Lays a sheet out over as many pages as it takes.
pub(super) fn lay_out(sheet: &Sheet, fonts: (&Font, &Font)) -> Paper {
    let size = if sheet.is_letter { LETTER } else { A4 };
    let mut layout = Layout { sheet, fonts, size, pages: vec![Vec::new()], y: TOP };
    layout.head();
    layout.parties();
    layout.lines();
    if let Some(total) = &sheet.total {
        layout.sums(total);
    }
    layout.notes();
    layout.feet();
    Paper { size, pages: layout.pages }
}

struct Layout<'a> {
    sheet: &'a Sheet,
    fonts: (&'a Font, &'a Font),
    size: (f32, f32),
    pages: Vec<Vec<Mark>>,
    y: f32,
}

impl Layout<'_> {
    fn right(&self) -> f32 {
        self.size.0 - SIDE
    }

    fn inner_width(&self) -> f32 {
        self.size.0 - 2.0 * SIDE
    }

    fn width(&self, text: &str, r#type: Type) -> f32 {
        let font = if r#type.is_bold { self.fonts.1 } else { self.fonts.0 };
        font.width(text, r#type.size)
    }

    fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    fn text(&mut self, x: f32, y: f32, text: impl Into<String>, r#type: Type) {
        let text = text.into();
        if !text.is_empty() {
            self.put(Mark::Text { x, y, text, r#type });
        }
    }

    /// A text that ends at `x`, smaller where it is wider than `most`.
    fn text_to(&mut self, (x, most): (f32, f32), y: f32, text: &str, r#type: Type) {
        let width = self.width(text, r#type);
        let fitting = if width > most { r#type.size * most / width } else { r#type.size };
        let r#type = Type { size: fitting, ..r#type };
        self.text(x - self.width(text, r#type), y, text, r#type);
    }

    fn rule(&mut self, (x, width): (f32, f32), y: f32, is_faint: bool) {
        self.put(Mark::Rule { x, y, width, is_faint });
    }

    /// True where so much fits on the page; else there is a new one.
    fn is_room_for(&mut self, height: f32) -> bool {
        if self.y + height <= self.size.1 - BOTTOM {
            return true;
        }
        self.pages.push(Vec::new());
        let title = self.sheet.title();
        self.text(SIDE, TOP, title, SMALL);
        self.text_to((self.right(), self.inner_width() / 2.0), TOP, &self.sheet.sender_name, SMALL);
        self.y = TOP + 32.0;
        false
    }

    /// A text as lines of a width, broken between words, and within those that are too long.
    fn wrap(&self, text: &str, width: f32, r#type: Type) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in text.split_whitespace() {
            let mut rest = word;
            while !rest.is_empty() {
                let Some(line) = lines.last_mut() else { break };
                let joint = if line.is_empty() { "" } else { " " };
                if self.width(&format!("{line}{joint}{rest}"), r#type) <= width {
                    line.push_str(joint);
                    line.push_str(rest);
                    break;
                }
                if line.is_empty() {
                    let (fits, more) = rest.split_at(self.fitting(rest, width, r#type));
                    line.push_str(fits);
                    rest = more;
                }
                if !rest.is_empty() {
                    lines.push(String::new());
                }
            }
        }
        lines
    }

    /// How many bytes of a word fit into a width; one letter does in any case.
    fn fitting(&self, word: &str, width: f32, r#type: Type) -> usize {
        let ends = word.char_indices().map(|(place, letter)| place + letter.len_utf8());
        let fits = |end: &usize| word.get(..*end).is_some_and(|part| self.width(part, r#type) <= width);
        let first = word.chars().next().map_or(word.len(), char::len_utf8);
        ends.take_while(fits).last().unwrap_or(first)
    }

    /// Lines one below the other; where the next one would stand.
    fn column(&mut self, (x, width): (f32, f32), mut y: f32, lines: &[String], r#type: Type) -> f32 {
        for line in lines {
            for part in self.wrap(line, width, r#type) {
                self.text(x, y, part, r#type);
                y += r#type.size * LEADING;
            }
        }
        y
    }

    /// Names on the left, what they say on the right of a block that ends at the right edge; where the next one would stand.
    fn facts(&mut self, mut y: f32, facts: &[Fact], r#type: Type) -> f32 {
        let left = self.right() - FACTS;
        for Fact { name, value } in facts {
            let room = FACTS - self.width(name, SMALL) - 12.0;
            self.text(left, y, name.clone(), SMALL);
            for part in self.wrap(value, room.max(FACTS / 2.0), r#type) {
                self.text_to((self.right(), room.max(FACTS / 2.0)), y, &part, r#type);
                y += r#type.size * LEADING + 1.0;
            }
        }
        y
    }

    fn head(&mut self) {
        let sheet = self.sheet;
        let width = self.inner_width() - FACTS - 24.0;
        let below = self.column((SIDE, width), self.y, std::slice::from_ref(&sheet.sender_name), SENDER);
        let left = self.column((SIDE, width), below, &sheet.sender, SMALL);
        let right = self.facts(self.y, &sheet.sender_facts, SMALL);
        self.y = left.max(right) + 4.0;
        self.rule((SIDE, self.inner_width()), self.y, true);
        self.y += 44.0;
    }

    fn parties(&mut self) {
        let sheet = self.sheet;
        let kind = sheet.kind;
        let number = Type { is_bold: false, is_faint: true, ..TITLE };
        self.text(SIDE, self.y, kind, TITLE);
        let left = SIDE + self.width(kind, TITLE) + 8.0;
        let room = self.right() - left;
        let fitting = TITLE.size.min(TITLE.size * room / self.width(&sheet.number, number));
        self.text(left, self.y, sheet.number.clone(), Type { size: fitting, ..number });
        self.y += 36.0;
        let width = self.inner_width() - FACTS - 24.0;
        let mut left = self.y;
        if !sheet.recipient.is_empty() {
            self.text(SIDE, self.y, sheet.recipient_head, SMALL);
            left = self.column((SIDE, width), self.y + 15.0, &sheet.recipient, BODY);
        }
        let right = self.facts(self.y, &sheet.facts, BODY);
        self.y = left.max(right) + 30.0;
    }

    /// Where the columns of a table end, and how wide they are.
    fn columns(&self, shares: &[f32]) -> Vec<(f32, f32)> {
        let (mut x, width) = (SIDE, self.inner_width());
        let ends = shares.iter().map(|share| {
            let of = width * share / 1_000.0;
            x += of;
            (x, of - 8.0)
        });
        ends.collect()
    }

    /// The heads of a table with a rule below.
    fn heads(&mut self, columns: &[(f32, f32)], heads: &[&'static str]) {
        for (place, (column, head)) in columns.iter().zip(heads).enumerate() {
            if place == 0 { self.text(SIDE, self.y, *head, SMALL) } else { self.text_to(*column, self.y, head, SMALL) }
        }
        self.y += 6.0;
        let width = columns.last().map_or(0.0, |(end, _)| end - SIDE);
        self.rule((SIDE, width), self.y, false);
        self.y += 14.0;
    }

    fn lines(&mut self) {
        let sheet = self.sheet;
        let columns = self.columns(COLUMNS.into_iter().find(|shares| shares.len() == sheet.heads.len()).unwrap_or_default());
        self.heads(&columns, &sheet.heads);
        for row in &sheet.rows {
            self.row(row, &columns);
        }
    }

    fn row(&mut self, row: &Row, columns: &[(f32, f32)]) {
        let width = columns.first().map_or(0.0, |(_, width)| *width);
        let title = self.wrap(&row.title, width, CELL);
        let detail = if row.detail.is_empty() { Vec::new() } else { self.wrap(&row.detail, width, SMALL) };
        let lines = f32::from(u16::try_from(title.len() + detail.len()).unwrap_or(u16::MAX));
        let height = lines * CELL.size * LEADING;
        if !self.is_room_for(height) {
            self.heads(columns, &self.sheet.heads);
        }
        let y = self.column((SIDE, f32::MAX), self.y, &title, CELL);
        self.column((SIDE, f32::MAX), y, &detail, SMALL);
        for (column, cell) in columns.iter().skip(1).zip(&row.cells) {
            self.text_to(*column, self.y, cell, CELL);
        }
        self.y += height - 4.0;
        self.rule((SIDE, self.inner_width()), self.y, true);
        self.y += 14.0;
    }

    fn sums(&mut self, total: &Fact) {
        let sheet = self.sheet;
        let rows = sheet.taxes.len().max(sheet.sums.len() + sheet.payment.len() + 2);
        self.y += 12.0;
        self.is_room_for(f32::from(u16::try_from(rows).unwrap_or(u16::MAX)) * 16.0 + 20.0);
        let top = self.y;
        if !sheet.taxes.is_empty() {
            self.taxes();
        }
        let taxes = self.y;
        let mut y = self.facts(top, &sheet.sums, BODY);
        self.rule((self.right() - FACTS, FACTS), y - 4.0, false);
        y += 12.0;
        let left = self.right() - FACTS;
        self.text(left, y, total.name.clone(), TOTAL);
        self.text_to((self.right(), FACTS - self.width(&total.name, TOTAL) - 8.0), y, &total.value, TOTAL);
        y = self.facts(y + 20.0, &sheet.payment, BODY);
        self.y = taxes.max(y) + 20.0;
    }

    fn taxes(&mut self) {
        let columns = self.columns(TAX_COLUMNS);
        self.heads(&columns, &self.sheet.tax_heads);
        for tax in &self.sheet.taxes {
            let width = columns.first().map_or(0.0, |(_, width)| *width);
            let name = self.wrap(&tax.name, width, CELL);
            let below = self.column((SIDE, f32::MAX), self.y, &name, CELL) + 2.0;
            for (column, cell) in columns.iter().skip(1).zip(&tax.cells) {
                self.text_to(*column, self.y, cell, CELL);
            }
            self.y = below;
        }
    }

    fn notes(&mut self) {
        for note in &self.sheet.notes {
            for line in self.wrap(note, self.inner_width(), SMALL) {
                self.is_room_for(SMALL.size * LEADING);
                self.text(SIDE, self.y, line, SMALL);
                self.y += SMALL.size * LEADING;
            }
            self.y += 6.0;
        }
    }

    /// The foot of each page, which knows how many there are.
    fn feet(&mut self) {
        let sheet = self.sheet;
        let facts = sheet.sender_facts.iter().map(|fact| format!("{} {}", fact.name, fact.value));
        let sender = std::iter::once(sheet.sender_name.clone()).chain(facts).collect::<Vec<_>>().join(" · ");
        let (y, size) = (self.size.1 - 40.0, Type { size: 7.0, ..SMALL });
        let count = self.pages.len();
        let all = std::mem::take(&mut self.pages);
        for (place, page) in (1..).zip(all) {
            self.pages.push(page);
            self.rule((SIDE, self.inner_width()), y - 12.0, true);
            let number = format!("{} {place} {} {count}", sheet.numbering.page, sheet.numbering.of);
            self.text_to((self.right(), 100.0), y, &number, size);
            let room = self.inner_width() - 110.0;
            let fitting = size.size.min(size.size * room / self.width(&sender, size));
            self.text(SIDE, y, sender.clone(), Type { size: fitting, ..size });
        }
    }
}
