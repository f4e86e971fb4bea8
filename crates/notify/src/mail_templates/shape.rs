//! How deep a template may be. It is counted by its tokens, one after the other: whoever reads it as a tree goes as deep as it is, and
//! the stack has an end.

use minijinja::machinery::{Token, tokenize};

use super::fault::Fault;
use super::language::syntax;

/// Conditions and loops in each other; `elif` is one more.
const MOST_NESTED: usize = 16;
/// Brackets in each other.
const MOST_BRACKETS: usize = 8;
/// Words and signs between `{{` and `}}`, or `{%` and `%}`.
const MOST_TOKENS: usize = 100;

/// Refuses a template that is deeper than any letter needs.
pub(super) fn check(source: &str) -> Result<(), Fault> {
    let syntax = syntax().map_err(|error| Fault::of(&error))?;
    let mut depth = Depth::default();
    for token in tokenize(source, false, syntax) {
        let (token, span) = token.map_err(|error| Fault::of(&error))?;
        if let Err(what) = depth.take(&token) {
            return Err(Fault::at(Some(span.start_line.into()), what));
        }
    }
    Ok(())
}

#[derive(Default)]
struct Depth {
    /// How much deeper each condition or loop that is open has gone: by one, and by one for each `elif`.
    open: Vec<usize>,
    brackets: usize,
    tokens: usize,
    /// The next word says which statement it is.
    begins: bool,
}

impl Depth {
    fn take(&mut self, token: &Token<'_>) -> Result<(), String> {
        self.tokens += 1;
        let first = std::mem::take(&mut self.begins);
        match token {
            Token::TemplateData(_) | Token::VariableEnd | Token::BlockEnd => (self.tokens, self.brackets) = (0, 0),
            Token::BlockStart => self.begins = true,
            Token::Ident(word) if first => self.statement(word),
            Token::ParenOpen | Token::BracketOpen | Token::BraceOpen => self.brackets += 1,
            Token::ParenClose | Token::BracketClose | Token::BraceClose => self.brackets = self.brackets.saturating_sub(1),
            _ => {}
        }
        let deep = |what: &str, most: usize| Err(format!("{what}; {most} are the most"));
        if self.tokens > MOST_TOKENS {
            return deep("too many words between its signs", MOST_TOKENS);
        }
        if self.brackets > MOST_BRACKETS {
            return deep("too many brackets in each other", MOST_BRACKETS);
        }
        if self.open.iter().sum::<usize>() > MOST_NESTED {
            return deep("too many conditions and loops in each other", MOST_NESTED);
        }
        Ok(())
    }

    fn statement(&mut self, word: &str) {
        match (word, self.open.last_mut()) {
            ("elif", Some(open)) => *open += 1,
            (_, _) if word.starts_with("end") => drop(self.open.pop()),
            ("else" | "elif", _) => {}
            (_, _) => self.open.push(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(count: usize) -> String {
        format!("{}x{}", "{% if a %}".repeat(count), "{% endif %}".repeat(count))
    }

    #[test]
    fn a_template_is_as_deep_as_a_letter_needs() {
        assert_eq!((check(&nested(MOST_NESTED)), check(&nested(1).repeat(1_000))), (Ok(()), Ok(())));
        assert_eq!(check(&format!("{{% if a %}}{}{{% endif %}}", "{% elif b %}".repeat(MOST_NESTED - 1))), Ok(()));
        for deep in [
            nested(MOST_NESTED + 1),
            nested(10_000),
            "{% if a %}{# {% endif %} #}".repeat(10_000),
            "{% if a %}{% raw %}{% endif %}{% endraw %}".repeat(10_000),
            format!("{{% if a %}}{}{{% endif %}}", "{% elif b %}".repeat(10_000)),
            format!("{{{{ {}a{} }}}}", "(".repeat(10_000), ")".repeat(10_000)),
            format!("{{{{ {}a }}}}", "not ".repeat(10_000)),
            format!("{{{{ a{} }}}}", ".b".repeat(10_000)),
            format!("{{{{ a{} }}}}", "|upper".repeat(10_000)),
        ] {
            assert!(check(&deep).is_err(), "{}", deep.get(..60).unwrap_or(&deep));
        }
    }
}
