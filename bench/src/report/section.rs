//! Sections of a document that the bench writes itself.

use std::path::Path;

use anyhow::{Context, Result};

/// Puts a text between `<!-- bench:<name> -->` and `<!-- /bench:<name> -->`.
pub(crate) fn replace(path: &Path, name: &str, text: &str) -> Result<()> {
    let document = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let new = replaced(&document, name, text).with_context(|| format!("{} has no section `bench:{name}`", path.display()))?;
    std::fs::write(path, new).with_context(|| format!("cannot write {}", path.display()))
}

fn replaced(document: &str, name: &str, text: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- bench:{name} -->\n"), format!("<!-- /bench:{name} -->"));
    let (before, rest) = document.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{}\n\n{end}{after}", text.trim()))
}

#[cfg(test)]
mod tests {
    use super::replaced;

    #[test]
    fn a_section_is_replaced_and_what_is_around_it_stays() {
        let document = "a\n<!-- bench:table -->\nold\n<!-- /bench:table -->\nb\n";
        assert_eq!(replaced(document, "table", "new\n").as_deref(), Some("a\n<!-- bench:table -->\n\nnew\n\n<!-- /bench:table -->\nb\n"));
        assert_eq!(replaced(document, "growth", "new"), None);
    }
}
