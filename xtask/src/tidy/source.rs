//! One Rust file, read once: its text, its tokens with their lines, and its syntax tree.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A token of the flat list; `::` is one token, a delimiter is a token of its own.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    /// As it stands in the source (a doc comment is its `#[doc = "…"]`).
    pub(crate) text: String,
    /// The line it starts on, from 1.
    pub(crate) line: usize,
    /// Whether it is a string, number or character.
    pub(crate) literal: bool,
}

/// A file of the workspace.
pub(crate) struct SourceFile {
    /// Relative to the workspace, with `/`.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
    /// Its tokens, those inside macros too, without comments.
    pub(crate) tokens: Vec<Token>,
    /// Its syntax tree.
    pub(crate) syntax: syn::File,
}

impl SourceFile {
    /// Takes the file apart; the error is the parser's own.
    pub(crate) fn parse(path: String, text: String) -> Result<Self, syn::Error> {
        let stream: TokenStream = text.parse().map_err(|error: proc_macro2::LexError| syn::Error::new(error.span(), error))?;
        let mut tokens = Vec::new();
        flatten(stream.clone(), &mut tokens);
        Ok(Self { path, text, tokens, syntax: syn::parse2(stream)? })
    }

    /// The lines on which these tokens stand in a row (`pattern` separates them by spaces: `Utc :: now`).
    pub(crate) fn lines_with<'file>(&'file self, pattern: &str) -> impl Iterator<Item = usize> + use<'file> {
        let wanted: Vec<String> = pattern.split_whitespace().map(str::to_owned).collect();
        self.tokens.windows(wanted.len()).filter_map(move |window| {
            let same = window.iter().zip(&wanted).all(|(token, wanted)| !token.literal && token.text == *wanted);
            window.first().filter(|_| same).map(|token| token.line)
        })
    }

    /// Whether it belongs to a crate's integration tests.
    pub(crate) fn is_test(&self) -> bool {
        self.path.contains("/tests/")
    }

    /// Whether it is part of a tool of the project, which no shop runs; a build script is one, and speaks with cargo by its output.
    pub(crate) fn is_tool(&self) -> bool {
        self.path.ends_with("/build.rs") || ["xtask", "bench", "fuzz"].iter().any(|tool| self.is_in(tool))
    }

    /// Whether it lies under this folder or is this file.
    pub(crate) fn is_in(&self, place: &str) -> bool {
        self.path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || place.ends_with('/') || rest.starts_with('/'))
    }
}

fn flatten(stream: TokenStream, into: &mut Vec<Token>) {
    let mut pending_colon = false;
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = delimiters(group.delimiter());
                into.push(Token { text: open.to_owned(), line, literal: false });
                flatten(group.stream(), into);
                into.push(Token { text: close.to_owned(), line: group.span_close().start().line, literal: false });
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' && pending_colon => {
                pending_colon = false;
                if let Some(colon) = into.last_mut() {
                    colon.text = "::".to_owned();
                }
                continue;
            }
            TokenTree::Punct(punct) => {
                pending_colon = punct.as_char() == ':' && punct.spacing() == Spacing::Joint;
                into.push(Token { text: punct.as_char().to_string(), line, literal: false });
                continue;
            }
            TokenTree::Ident(ident) => into.push(Token { text: ident.to_string(), line, literal: false }),
            TokenTree::Literal(literal) => into.push(Token { text: literal.to_string(), line, literal: true }),
        }
        pending_colon = false;
    }
}

const fn delimiters(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> SourceFile {
        SourceFile::parse("crates/a/src/lib.rs".to_owned(), text.to_owned()).unwrap()
    }

    #[test]
    fn a_pattern_is_found_inside_macros_but_not_in_comments_or_strings() {
        let file = parse("// Utc::now\nfn f() {\n    let s = \"Utc::now\";\n    vec![Utc::now()];\n}\n");

        assert_eq!(file.lines_with("Utc :: now").collect::<Vec<_>>(), [4]);
    }

    #[test]
    fn a_place_is_a_folder_or_a_file_but_not_a_longer_name() {
        let file = parse("");

        assert!(file.is_in("crates/a") && file.is_in("crates/a/") && file.is_in("crates/a/src/lib.rs"));
        assert!(!file.is_in("crates/a/src/li"));
    }
}
