//! Names that say nothing: whatever ends in Manager or lies in `utils` could be anything.

use super::finding::Finding;
use super::source::SourceFile;
use super::workspace::Workspace;

const EMPTY_SUFFIXES: [&str; 6] = ["Manager", "Helper", "Helpers", "Util", "Utils", "Impl"];
const EMPTY_FILES: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "misc", "manager", "stuff"];
const WHY: &str = "the name says nothing about what it does";
const MEND: &str = "name it after its act in the words of the field";

/// Looks at the names of types and of files.
pub(crate) fn check(workspace: &Workspace) -> Vec<Finding> {
    workspace.files.iter().flat_map(|file| file_name(file).into_iter().chain(type_names(file))).collect()
}

fn file_name(file: &SourceFile) -> Option<Finding> {
    let empty = file.path.split('/').map(|part| part.trim_end_matches(".rs")).find(|part| EMPTY_FILES.contains(part))?;
    Some(Finding::new((&file.path, 1), format!("a module is called `{empty}`"), WHY, MEND))
}

fn type_names(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (keyword, name) in file.tokens.iter().zip(file.tokens.iter().skip(1)) {
        let declared = ["struct", "enum", "trait", "type"].contains(&keyword.text.as_str());
        if declared && EMPTY_SUFFIXES.iter().any(|suffix| name.text.ends_with(suffix)) {
            findings.push(Finding::new((&file.path, name.line), format!("a type is called `{}`", name.text), WHY, MEND));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, assert_one};
    use super::check;

    #[test]
    fn a_type_and_a_file_need_a_name_that_says_something() {
        let sample = |path: &str, text: &str| Sample::new().package("a", 0, "").file(path, text).findings(check);

        assert_eq!(sample("crates/a/src/place.rs", "struct Order;\nimpl Order {}\n"), Vec::<String>::new());
        assert_one(&sample("crates/a/src/place.rs", "\nstruct OrderManager;\n"), "crates/a/src/place.rs:2", &["`OrderManager`"]);
        assert_one(&sample("crates/a/src/utils.rs", ""), "crates/a/src/utils.rs:1", &["`utils`"]);
    }
}
