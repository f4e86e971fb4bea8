//! What a document shows, as texts in their order: the one source of the page and of the paper.

use kernel::Timestamp;
use serde::Serialize;

/// A name and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// The name.
    pub name: String,
    /// What it says.
    pub value: String,
}

impl Fact {
    /// A name and what it says.
    #[must_use]
    pub fn of(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: value.into() }
    }
}

/// A row of the table of lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// What stands under the first head.
    pub title: String,
    /// What stands below it, smaller; may be empty.
    pub detail: String,
    /// What stands under the other heads, in their order.
    pub cells: Vec<String>,
}

/// A row of the table of taxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaxRow {
    /// Which tax.
    pub name: String,
    /// Its rate, what it is taken of, and what it comes to.
    pub cells: [String; 3],
}

/// How pages are counted at their foot: `Page 1 of 3`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Numbering {
    /// `Page`.
    pub page: &'static str,
    /// `of`.
    pub of: &'static str,
}

/// What a document shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sheet {
    /// Its language, BCP 47.
    pub language: &'static str,
    /// What kind of document it is: `Invoice`.
    pub kind: &'static str,
    /// Its number.
    pub number: String,
    /// Who sends it, by name.
    pub sender_name: String,
    /// Where that is, line by line.
    pub sender: Vec<String>,
    /// What else is said of the sender; stands at the foot of each page, too.
    pub sender_facts: Vec<Fact>,
    /// What stands above whom it is for.
    pub recipient_head: &'static str,
    /// Whom it is for, line by line; nobody where there are none.
    pub recipient: Vec<String>,
    /// Number, dates and the like.
    pub facts: Vec<Fact>,
    /// Heads of the lines: the first is that of titles, the others those of cells.
    pub heads: Vec<&'static str>,
    /// The lines.
    pub rows: Vec<Row>,
    /// Heads of the taxes.
    pub tax_heads: [&'static str; 4],
    /// The taxes.
    pub taxes: Vec<TaxRow>,
    /// What comes before the total.
    pub sums: Vec<Fact>,
    /// The total; what only says what there is has none, nor anything around it.
    pub total: Option<Fact>,
    /// What comes after it.
    pub payment: Vec<Fact>,
    /// Paragraphs below.
    pub notes: Vec<String>,
    /// How its pages are counted.
    pub numbering: Numbering,
    /// True where paper is Letter, and not A4.
    pub is_letter: bool,
    /// When it was made.
    pub made_at: Timestamp,
}

impl Sheet {
    /// Its name, as windows and lists of files show it.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} {}", self.kind, self.number)
    }
}
